#include "tests/support/origin/origin.h"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/assert.h"
#include "tests/support/origin/accepted_stream.h"
#include "tests/support/origin/secure_doors.h"
#include "tests/support/origin/visit.h"
#include "tests/support/wire/pattern.h"

namespace sluice::test {
namespace {

using asio::ip::tcp;

constexpr int kPortAttempts = 50;  // a port free on 127.0.0.1 may be taken on ::1

void serveHttp(Stream& stream, Stage& stage, std::uint64_t connection) {
  Input input(stream);
  for (std::uint64_t count = 1;; ++count) {
    auto request = readRequest(input);
    if (!request) return;
    ++stage.requests;
    Visit visit{stream, input, stage, std::move(*request), connection, count};
    if (!answer(visit)) return;
  }
}

void talk(Stream& stream, Input& input, std::uint64_t size, std::atomic<std::uint64_t>& heard) {
  const Pattern pattern(0);
  for (std::uint64_t sent = 0; sent < size;) {
    const auto piece = pattern.text(sent, std::size_t(std::min<std::uint64_t>(65536, size - sent)));
    if (!stream.write(piece)) return;
    sent += piece.size();
  }
  stream.finish();
  for (auto piece = input.some(65536); !piece.empty(); piece = input.some(65536)) heard += piece.size();
}

void serveRaw(Stream& stream, std::atomic<std::uint64_t>& heard) {
  Input input(stream);
  const auto line = input.until("\n", 100);
  if (!line) return;
  if (*line == "echo\n") {
    for (auto piece = input.some(65536); !piece.empty(); piece = input.some(65536)) {
      if (!stream.write(piece)) return;
    }
  } else if (*line == "digest\n") {
    Sha256 digest;
    std::uint64_t size = 0;
    for (auto piece = input.some(65536); !piece.empty(); piece = input.some(65536)) {
      digest.update(asBytes(piece));
      size += piece.size();
    }
    stream.write(std::to_string(size) + " " + digest.hex() + "\n");
  } else if (line->rfind("talk ", 0) == 0) {
    talk(stream, input, std::strtoull(line->c_str() + 5, nullptr, 10), heard);
  } else if (*line == "reset\n") {
    stream.reset();
  }
}

// One port on both loopback addresses.
struct Doors {
  tcp::acceptor v4;
  tcp::acceptor v6;

  explicit Doors(asio::io_context& io) : v4(io), v6(io) {
    for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
      v4 = tcp::acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
      if (openIpv6()) return;
    }
    SLUICE_ASSERT(!"no port is free on both loopback addresses");
  }

  std::uint16_t port() const { return v4.local_endpoint().port(); }

 private:
  // Also true on a machine without IPv6: then there is just one door.
  bool openIpv6() {
    std::error_code error;
    v6.open(tcp::v6(), error);
    if (error) return true;
    v6.set_option(asio::ip::v6_only(true), error);
    v6.bind(tcp::endpoint(asio::ip::address_v6::loopback(), port()), error);
    if (!error) v6.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return true;
    v6.close();
    return error == std::errc::address_not_available;
  }
};

}  // namespace

class Origin::State {
 public:
  // Opens with the first call.
  std::uint16_t secured(ServerCertificate kind) {
    const std::scoped_lock lock(securedMutex_);
    auto& door = secured_[kind];
    if (door) return door->doors.port();
    door = std::make_unique<Secured>(io_, secureDoors.contextFor(kind));
    accept(door->doors, [&context = *door->context](tcp::socket socket) { return tlsStream(std::move(socket), context); },
           [this](Stream& stream) { serveHttp(stream, stage, ++stage.connections); });
    return door->doors.port();
  }

  State() : http(io_), tls(io_), raw(io_), context_(selfSignedContext()) {
    const auto plain = [](tcp::socket socket) { return plainStream(std::move(socket)); };
    const auto secured = [this](tcp::socket socket) { return tlsStream(std::move(socket), *context_); };
    const auto serve = [this](Stream& stream) { serveHttp(stream, stage, ++stage.connections); };
    accept(http, plain, serve);
    accept(tls, secured, serve);
    accept(raw, plain, [this](Stream& stream) { serveRaw(stream, heard); });
    loop_ = std::thread([this] { io_.run(); });
  }

  ~State() {
    io_.stop();
    loop_.join();
    stage.stop();
    for (auto& connection : connections_) connection.stream->interrupt();
    for (auto& connection : connections_) connection.thread.join();
  }

 private:
  asio::io_context io_;

 public:
  Doors http, tls, raw;
  SecureDoors secureDoors;
  Stage stage;
  std::atomic<std::uint64_t> heard = 0;

 private:
  using Wrap = std::function<std::unique_ptr<AcceptedStream>(tcp::socket)>;
  using Serve = std::function<void(AcceptedStream&)>;

  struct Secured {
    Secured(asio::io_context& io, std::unique_ptr<asio::ssl::context> c) : doors(io), context(std::move(c)) {}
    Doors doors;
    std::unique_ptr<asio::ssl::context> context;
  };

  struct Connection {
    std::unique_ptr<AcceptedStream> stream;
    std::atomic<bool> done = false;
    std::thread thread;
  };

  void accept(Doors& doors, const Wrap& wrap, const Serve& serve) {
    acceptOn(doors.v4, wrap, serve);
    if (doors.v6.is_open()) acceptOn(doors.v6, wrap, serve);
  }

  void acceptOn(tcp::acceptor& acceptor, const Wrap& wrap, const Serve& serve) {
    acceptor.async_accept([this, &acceptor, wrap, serve](std::error_code error, tcp::socket socket) {
      if (error) return;
      reap();
      start(wrap(std::move(socket)), serve);
      acceptOn(acceptor, wrap, serve);
    });
  }

  void start(std::unique_ptr<AcceptedStream> stream, const Serve& serve) {
    auto& connection = connections_.emplace_back();
    connection.stream = std::move(stream);
    connection.thread = std::thread([&connection, serve] {
      serve(*connection.stream);
      connection.stream->finish();
      connection.stream->close();
      connection.done = true;
    });
  }

  void reap() {
    connections_.remove_if([](Connection& connection) {
      const bool done = connection.done;
      if (done) connection.thread.join();
      return done;
    });
  }

  std::unique_ptr<asio::ssl::context> context_;
  std::mutex securedMutex_;
  std::map<ServerCertificate, std::unique_ptr<Secured>> secured_;
  std::thread loop_;
  std::list<Connection> connections_;  // Loop thread; after it, the destructor.
};

Origin::Origin() : state_(std::make_unique<State>()) {}
Origin::~Origin() = default;

std::uint16_t Origin::port() const { return state_->http.port(); }
std::uint16_t Origin::tlsPort() const { return state_->tls.port(); }
std::uint16_t Origin::rawPort() const { return state_->raw.port(); }
bool Origin::hasIpv6() const { return state_->http.v6.is_open(); }

std::string Origin::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
}

std::string Origin::tlsUrl(std::string_view path) const {
  return "https://127.0.0.1:" + std::to_string(tlsPort()) + std::string(path);
}

std::uint16_t Origin::tlsPort(ServerCertificate kind) const { return state_->secured(kind); }
const std::string& Origin::trustedRoots() const { return state_->secureDoors.trustedRoots(); }

std::string Origin::tlsUrl(ServerCertificate kind, std::string_view path) const {
  return "https://127.0.0.1:" + std::to_string(tlsPort(kind)) + std::string(path);
}

std::uint64_t Origin::connections() const { return state_->stage.connections; }
std::uint64_t Origin::requests() const { return state_->stage.requests; }
std::uint64_t Origin::heard() const { return state_->heard; }
void Origin::acknowledge(const std::string& gate) { state_->stage.openGate(gate); }

std::vector<std::int64_t> Origin::eventsSentAtUs(const std::string& gate) const { return state_->stage.sent(gate); }

}  // namespace sluice::test
