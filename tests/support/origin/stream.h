// One accepted connection of the origin as blocking bytes, plain or over TLS. Lives on the connection's own thread;
// only interrupt() may come from another.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/ssl.hpp>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/base/bytes.h"

namespace sluice::test {

class Stream {
 public:
  virtual ~Stream() = default;

  // The number of bytes received; 0 at the end of the stream and on any failure.
  virtual std::size_t read(MutableBytes into) = 0;
  // Sends everything; false when the peer is gone.
  virtual bool write(Bytes bytes) = 0;
  bool write(std::string_view text) { return write(asBytes(text)); }
  // Ends the sending direction in order.
  virtual void finish() = 0;
  // Ends the connection with a reset; bytes not yet sent are lost.
  virtual void reset() = 0;
  // Closes the socket; received bytes that nobody read make it a reset, as with any server.
  virtual void close() = 0;
  // Makes a blocked read or write of the connection's thread return.
  virtual void interrupt() = 0;
};

std::unique_ptr<Stream> plainStream(asio::ip::tcp::socket socket);
// The first read does the handshake; when that fails, the stream has ended.
std::unique_ptr<Stream> tlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context);

// A server context with a key and a self-signed certificate for localhost, 127.0.0.1 and ::1, made on the spot.
std::unique_ptr<asio::ssl::context> selfSignedContext();

}  // namespace sluice::test
