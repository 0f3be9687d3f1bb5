// A client's end of a control connection, blocking with a deadline for each call. For the command line; the app has
// Qt's own. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

class LocalSocket {
 public:
  using Timeout = std::chrono::milliseconds;

  // `address` is what the engine published. Code::NotRunning when nobody listens there.
  static Result<LocalSocket> connect(const std::string& address, Timeout timeout);

  // All of `bytes` or an error; Code::IdleTimeout when `timeout` passed first.
  Result<void> send(Bytes bytes, Timeout timeout);

  // At least one byte into the front of `buffer` and how many; 0 when the peer ended the stream. Code::IdleTimeout when
  // nothing came in time: the connection is still good.
  Result<std::size_t> receive(MutableBytes buffer, Timeout timeout);

 private:
  explicit LocalSocket(OwnedHandle socket) : socket_(std::move(socket)) {}

  OwnedHandle socket_;
};

}  // namespace sluice::platform
