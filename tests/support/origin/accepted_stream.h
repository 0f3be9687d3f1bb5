// One accepted connection of the origin, plain or over TLS. Lives on the connection's own thread; only interrupt() may
// come from another.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/ssl.hpp>
#include <memory>

#include "tests/support/wire/stream.h"

namespace sluice::test {

class AcceptedStream : public Stream {
 public:
  // Makes a blocked read or write of the connection's thread return.
  virtual void interrupt() = 0;
};

std::unique_ptr<AcceptedStream> plainStream(asio::ip::tcp::socket socket);
// The first read does the handshake; when that fails, the stream has ended.
std::unique_ptr<AcceptedStream> tlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context);

// A server context with a key and a self-signed certificate for localhost, 127.0.0.1 and ::1, made on the spot.
std::unique_ptr<asio::ssl::context> selfSignedContext();

}  // namespace sluice::test
