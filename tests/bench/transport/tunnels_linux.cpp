#include "tests/bench/transport/tunnels.h"

#include <sys/socket.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "core/buffer/heap_block_pool.h"
#include "core/engine/clock.h"
#include "core/engine/tunnel.h"
#include "platform/process.h"
#include "tests/bench/transport/rounds.h"

namespace sluice::bench {
namespace {

using asio::ip::tcp;

// One tunnel, driven as a connection of the engine drives it, until the process ends.
class Way final : private engine::Link::Driver {
 public:
  Way(asio::io_context& loop, tcp::socket client, tcp::socket upstream, bool spliced)
      : loop_(loop),
        files_([&loop](platform::FilePool::Task task) { asio::post(loop, std::move(task)); }),
        client_(std::move(client), Side::Client, nullptr),
        upstream_(std::move(upstream), Side::Upstream, nullptr),
        means_{blocks_, files_, nowhere_, nowhere_, spliced ? &pipes_ : nullptr} {
    client_.setDriver(this);
    upstream_.setDriver(this);
    tunnel_.open(client_, upstream_, {up_, down_}, {}, {}, {});
    turn();
  }

 private:
  void linkReady(engine::Link&) override { turn(); }
  void turn() {
    const auto now = engine::readClocks().mono;
    if (!tunnel_.isOpen()) return;
    if (tunnel_.run(now)) return tunnel_.cancel();
    bool again = false;
    for (auto [relay, from] : {std::pair(&up_, &client_), std::pair(&down_, &upstream_)}) {
      if (!relay->active()) continue;
      const auto wants = relay->wants(now);
      if (wants.read) from->waitReadable();
      again = again || wants.turn;
    }
    client_.waitWritableIfBlocked(now);
    upstream_.waitWritableIfBlocked(now);
    if (again) asio::post(loop_, [this] { turn(); });
  }

  asio::io_context& loop_;
  buffer::HeapBlockPool blocks_;
  net::KernelPipes pipes_;
  platform::FilePool files_;
  const std::filesystem::path nowhere_;
  engine::Link client_;
  engine::Link upstream_;
  const engine::Relay::Means means_;
  engine::Relay up_{means_, [] {}};
  engine::Relay down_{means_, [] {}};
  engine::Tunnel tunnel_;
};

void serveTunnel(int listener, std::uint16_t to, bool spliced) {
  platform::prepareServerProcess();
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, tcp::v4(), listener);
  tcp::socket client = acceptor.accept();
  tcp::socket upstream(loop);
  upstream.connect({asio::ip::address_v4::loopback(), to});
  const Way way(loop, std::move(client), std::move(upstream), spliced);
  loop.run();
}

// Gigabytes that reached the far end meanwhile.
double pour(std::uint16_t port, int sinkListener, double seconds) {
  double received = 0;
  std::thread sink([&] {
    const int socket = accept(sinkListener, nullptr, nullptr);
    std::vector<char> room(1 << 20);
    for (ssize_t came = 0; (came = recv(socket, room.data(), room.size(), 0)) > 0;) received += static_cast<double>(came);
    close(socket);
  });
  const int source = connectTo(port);
  const std::vector<char> piece(256 * 1024, 'p');
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end && sendAll(source, piece.data(), piece.size())) {
  }
  shutdown(source, SHUT_WR);
  sink.join();
  close(source);
  return received / 1e9;
}

}  // namespace

void compareTunnels(int rounds, double seconds) {
  const int sink = listenOnLoopback();
  const auto to = portOf(sink);
  const std::vector<Program> programs = {{"tunnel with splice", [to](int listener) { serveTunnel(listener, to, true); }},
                                         {"tunnel through memory", [to](int listener) { serveTunnel(listener, to, false); }}};
  compare("A tunnel, one way, in gigabytes", "GB", programs, "tunnel through memory", rounds,
          [&](std::uint16_t port) { return pour(port, sink, seconds); });
  close(sink);
}

}  // namespace sluice::bench
