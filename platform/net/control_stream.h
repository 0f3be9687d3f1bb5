// Control connections on an event loop: a Unix domain socket on POSIX, a named pipe on Windows. Loop thread only.
//
// What holds on every system:
// - One receive and one send are under way at a time. Their memory stays valid until their handler has run, or the stream
//   is destroyed.
// - Handlers run on the loop, never from inside a call. After close() they still run, with an error, so that what they
//   hold is let go; they may outlive the stream and must check for themselves.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::net {

class ControlStream {
 public:
  using Received = std::function<void(const std::error_code& code, std::size_t bytes)>;
  using Sent = std::function<void(const std::error_code& code)>;

  virtual ~ControlStream() = default;
  // At least one byte, or an error; the peer's end of stream is an error.
  virtual void receiveSome(MutableBytes into, Received done) = 0;
  // All of the bytes, or an error.
  virtual void sendAll(Bytes bytes, Sent done) = 0;
  virtual void close() = 0;
  // For platform::peerIsThisUser().
  virtual std::intptr_t handle() = 0;
};

class ControlAcceptor {
 public:
  using Accepted = std::function<void(const std::error_code& code, std::unique_ptr<ControlStream> stream)>;

  // Takes over `listener`, as platform::ControlEndpoint gives it for `address`.
  static Result<std::unique_ptr<ControlAcceptor>> open(asio::io_context& loop, std::intptr_t listener,
                                                       const std::string& address);
  virtual ~ControlAcceptor() = default;
  // One at a time. After close(): operation_aborted.
  virtual void accept(Accepted done) = 0;
  virtual bool isOpen() const = 0;
  virtual void close() = 0;
};

}  // namespace sluice::net
