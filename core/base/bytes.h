// Views of bytes, and what one attempt to move some of them came to. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/error.h"

namespace sluice {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline std::string_view asText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes asBytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// One attempt to receive or send without waiting.
struct IoResult {
  enum class Status : std::uint8_t {
    Ok,          // bytes > 0 were moved
    WouldBlock,  // nothing moved; readiness (or a completion) will be announced
    End,         // receive only: the peer ended its stream in order
    Failed,      // error says why; the stream is broken
  };

  Status status = Status::WouldBlock;
  std::size_t bytes = 0;
  Error error;

  static IoResult ok(std::size_t count) { return {Status::Ok, count, {}}; }
  static IoResult wouldBlock() { return {}; }
  static IoResult end() { return {Status::End, 0, {}}; }
  static IoResult failed(Error why) { return {Status::Failed, 0, std::move(why)}; }
};

}  // namespace sluice
