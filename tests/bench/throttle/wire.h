// A blocking socket, in the clear or with TLS, that tells what came over the wire, and when. One thread at a time.
#pragma once

#include <openssl/ssl.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::bench {

class Wire {
 public:
  explicit Wire(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
  Wire(Wire&&) = default;

  // From here on everything is TLS. False: the handshake failed.
  bool secureAsClient();
  bool secureAsServer(SSL_CTX* context);
  // 0: the stream has ended, or failed.
  std::size_t read(char* into, std::size_t room);
  bool write(std::string_view bytes);
  // Up to and with an empty line; what came behind it is lost, which senders of ours avoid.
  std::string readHead();
  // Told of all that comes over the wire, when it comes: parts of TLS records too.
  std::function<void(std::size_t bytes)> whenReceived;
  // Whoever reads or writes on another thread comes back.
  void shutDown();
  // The peer forgets what it has not read yet: else a slow link would go on for minutes.
  void reset();

 private:
  bool secure(SSL_CTX* context, int (*shakeHands)(SSL*));

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace sluice::bench
