#include "tests/bench/transport/echoes.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "platform/net/transport.h"
#include "tests/bench/transport/rounds.h"

namespace sluice::bench {
namespace {

using asio::ip::tcp;

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::size_t kTurnBytes = 1 << 20;  // what one connection moves before others get their turn

// As the engine uses it: tries first, waits only when there is nothing, or no room.
class TransportEcho final : private net::Transport::Handler {
 public:
  explicit TransportEcho(tcp::socket socket) : transport_(std::move(socket), Side::Client) {
    transport_.setHandler(this);
    transport_.waitReadable();
  }

 private:
  void onReadable() override { move(); }
  void onWritable() override { move(); }
  void move() {
    for (std::size_t moved = 0; moved < kTurnBytes;) {
      if (at_ == held_) {
        const MutableBytes room(buffer_);
        const auto came = transport_.receive({&room, 1});
        if (came.status == IoResult::Status::WouldBlock) return transport_.waitReadable();
        if (came.status != IoResult::Status::Ok) return transport_.close(net::CloseKind::Orderly);
        at_ = 0;
        held_ = came.bytes;
      }
      const bool allTaken = held_ < buffer_.size();
      while (at_ < held_) {
        const Bytes rest = Bytes(buffer_).subspan(at_, held_ - at_);
        const auto sent = transport_.send({&rest, 1});
        if (sent.status == IoResult::Status::WouldBlock) return transport_.waitWritable();
        if (sent.status != IoResult::Status::Ok) return transport_.close(net::CloseKind::Orderly);
        at_ += sent.bytes;
        moved += sent.bytes;
      }
      if (allTaken) break;
    }
    transport_.waitReadable();
  }

  net::Transport transport_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kBufferBytes);
  std::size_t at_ = 0;
  std::size_t held_ = 0;
};

class AsioEcho {
 public:
  explicit AsioEcho(tcp::socket socket) : socket_(std::move(socket)) {
    std::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    receive();
  }

 private:
  void receive() {
    socket_.async_read_some(asio::buffer(buffer_), [this](const std::error_code& code, std::size_t count) {
      if (code) return;
      asio::async_write(socket_, asio::buffer(buffer_.data(), count), [this](const std::error_code& failed, std::size_t) {
        if (!failed) receive();
      });
    });
  }

  tcp::socket socket_;
  std::vector<char> buffer_ = std::vector<char>(kBufferBytes);
};

template <class Echo>
void serveWithAsio(int listener) {
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, tcp::v4(), listener);
  std::vector<std::unique_ptr<Echo>> echoes;
  const std::function<void()> accept = [&] {
    acceptor.async_accept([&](const std::error_code& code, tcp::socket socket) {
      if (!code) echoes.push_back(std::make_unique<Echo>(std::move(socket)));
      accept();
    });
  };
  accept();
  loop.run();
}

// Reads until it would block; waits for room with poll's simplest relative, since these messages always find some in the end.
void echo(int socket, std::vector<char>& buffer) {
  for (;;) {
    const auto came = recv(socket, buffer.data(), buffer.size(), 0);
    if (came <= 0) return;
    for (ssize_t at = 0; at < came;) {
      const auto sent = send(socket, buffer.data() + at, static_cast<std::size_t>(came - at), MSG_NOSIGNAL);
      if (sent > 0) at += sent;
    }
    if (static_cast<std::size_t>(came) < buffer.size()) return;
  }
}

void serveWithEpoll(int listener) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  std::vector<char> buffer(kBufferBytes);
  std::array<epoll_event, 128> ready;
  for (;;) {
    const int count = epoll_wait(poller, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int socket = ready[static_cast<std::size_t>(i)].data.fd;
      if (socket != listener) {
        echo(socket, buffer);
        continue;
      }
      const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      const int yes = 1;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      epoll_event added{.events = EPOLLIN, .data = {.fd = client}};
      epoll_ctl(poller, EPOLL_CTL_ADD, client, &added);
    }
  }
}

// All connections say something, then all hear it again; how many messages that came to.
double talk(std::uint16_t port, std::size_t connections, std::size_t messageBytes, double seconds) {
  std::vector<int> sockets;
  for (std::size_t i = 0; i < connections; ++i) sockets.push_back(connectTo(port));
  std::vector<char> message(messageBytes, 'm');
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  double messages = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (const int socket : sockets) sendAll(socket, message.data(), message.size());
    for (const int socket : sockets) messages += receiveAll(socket, message.data(), message.size()) ? 1 : 0;
  }
  for (const int socket : sockets) close(socket);
  return messages;
}

}  // namespace

void compareEchoes(int rounds, double seconds) {
  const std::vector<Program> programs = {{"our transport", serveWithAsio<TransportEcho>},
                                         {"bare Asio", serveWithAsio<AsioEcho>},
                                         {"bare epoll", serveWithEpoll}};
  compare("Echo of 1 KiB on 32 connections", "messages", programs, "bare Asio", rounds,
          [&](std::uint16_t port) { return talk(port, 32, 1024, seconds); });
  compare("Bulk: echo of 64 KiB on 4 connections", "messages", programs, "bare Asio", rounds,
          [&](std::uint16_t port) { return talk(port, 4, 64 * 1024, seconds); });
}

}  // namespace sluice::bench
