// The messages of one direction inflated (RFC 7692 section 7.2.2). Pure; owned by one thread. About 40 KB once used.
#pragma once

#include <functional>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::websocket {

class Inflater {
 public:
  enum class Context : std::uint8_t { Kept, Dropped };  // from message to message
  using Sink = std::function<void(Bytes)>;

  explicit Inflater(Context context);
  ~Inflater();
  Inflater(Inflater&&) = delete;

  // Gives at most `bytesMax` bytes. Errors: BadCoding, DecodedTooLarge, OutOfMemory; final.
  Result<void> feed(Bytes deflated, std::uint64_t bytesMax, const Sink& sink);
  // After the last byte of a message.
  Result<void> endMessage(std::uint64_t bytesMax, const Sink& sink);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  const Context context_;
};

}  // namespace sluice::websocket
