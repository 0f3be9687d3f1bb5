// A TLS 1.3 server that asks every client for a certificate and gets none, and says so, or leaves, at a chosen moment: for
// its clients the handshake is over before. On a thread of its own; one connection after the other; any thread may ask it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "core/codec/tls/authority.h"
#include "core/codec/tls/openssl.h"

namespace sluice::test {

class StrictServer {
 public:
  enum class Leaving : std::uint8_t {
    Tells,                   // sends the alert at once, and waits for the client to go
    TellsAndResets,          // both at once
    TellsBehindTheRequest,   // sends the alert and resets, once bytes of a request have come
    ResetsBehindTheRequest,  // without an alert
    ClosesBehindTheRequest,  // without an alert or a close_notify
  };

  StrictServer(tls::Authority& authority, Leaving leaving)
      : leaving_(leaving), identity_(authority.leafFor("127.0.0.1", now()).value()), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
    SSL_CTX_use_certificate(context_.get(), identity_.certificate());
    SSL_CTX_use_PrivateKey(context_.get(), identity_.key());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    thread_ = std::thread([this] { run(); });
  }
  ~StrictServer() {
    ending_ = true;
    asio::io_context loop;
    asio::ip::tcp::socket knock(loop);
    std::error_code ignored;
    knock.connect({asio::ip::address_v4::loopback(), port()}, ignored);
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  // How many connections have ended.
  int served() const { return served_; }

 private:
  using Socket = asio::ip::tcp::socket;
  static WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

  void run() {
    while (!ending_) {
      std::error_code code;
      Socket socket = acceptor_.accept(code);
      if (code || ending_) return;
      serve(socket);
      ++served_;
    }
  }

  void serve(Socket& socket) {
    SSL* ssl = SSL_new(context_.get());
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl, in, out);
    while (SSL_accept(ssl) != 1 && SSL_get_error(ssl, -1) == SSL_ERROR_WANT_READ) {
      send(socket, out);
      if (!receive(socket, in)) break;
    }
    leave(socket, out, BIO_ctrl_pending(in) > 0);
    SSL_free(ssl);
  }

  void leave(Socket& socket, BIO* alert, bool moreHasCome) {
    std::error_code ignored;
    const bool behindRequest = leaving_ != Leaving::Tells && leaving_ != Leaving::TellsAndResets;
    if (behindRequest && !moreHasCome) socket.wait(Socket::wait_read, ignored);
    if (leaving_ != Leaving::ResetsBehindTheRequest && leaving_ != Leaving::ClosesBehindTheRequest) send(socket, alert);
    if (leaving_ == Leaving::Tells || leaving_ == Leaving::ClosesBehindTheRequest) {
      if (leaving_ == Leaving::ClosesBehindTheRequest) socket.shutdown(Socket::shutdown_send, ignored);
      std::array<char, 4096> rest{};
      while (!ignored) socket.read_some(asio::buffer(rest), ignored);
    } else {
      socket.set_option(asio::socket_base::linger(true, 0), ignored);
    }
    socket.close(ignored);
  }

  static void send(Socket& socket, BIO* from) {
    std::string bytes(BIO_ctrl_pending(from), '\0');
    if (bytes.empty()) return;
    BIO_read(from, bytes.data(), static_cast<int>(bytes.size()));
    std::error_code ignored;
    asio::write(socket, asio::buffer(bytes), ignored);
  }

  static bool receive(Socket& socket, BIO* into) {
    std::array<char, 4096> bytes{};
    std::error_code code;
    const auto count = socket.read_some(asio::buffer(bytes), code);
    if (!code) BIO_write(into, bytes.data(), static_cast<int>(count));
    return !code;
  }

  const Leaving leaving_;
  const tls::Identity identity_;
  const tls::ContextPtr context_;
  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::atomic<int> served_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace sluice::test
