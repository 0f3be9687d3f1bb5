#include "core/codec/websocket/frame_parser.h"

#include <algorithm>
#include <string>

namespace sluice::websocket {
namespace {

constexpr std::uint8_t kFinal = 0x80, kRsv1 = 0x40, kRsv23 = 0x30, kOpcode = 0x0f;
constexpr std::uint8_t kMasked = 0x80, kLength = 0x7f;
constexpr std::uint8_t kLength16 = 126, kLength64 = 127;
constexpr std::uint64_t kControlPayloadMax = 125;  // RFC 6455 section 5.5
constexpr std::size_t kUnmaskedBytes = 4096;       // one piece, on the stack

std::size_t lengthBytes(std::uint8_t length) { return length == kLength16 ? 2 : length == kLength64 ? 8 : 0; }

bool isKnown(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

}  // namespace

Result<void> FrameParser::feed(Bytes fragment, Events& events) {
  while (!fragment.empty()) {
    auto taken = inPayload_ ? takePayload(fragment, events) : takeHead(fragment, events);
    if (!taken) return fail(std::move(taken.error()));
    fragment = fragment.subspan(*taken);
  }
  return {};
}

Result<std::size_t> FrameParser::takeHead(Bytes fragment, Events& events) {
  const std::size_t count = std::min(headWanted() - headBytes_, fragment.size());
  std::copy_n(fragment.begin(), count, head_.begin() + std::ptrdiff_t(headBytes_));
  headBytes_ += count;
  if (headBytes_ < headWanted()) return count;
  if (auto read = readHead(); !read) return fail(std::move(read.error()));
  if (auto told = events.frameBegins(header_); !told) return fail(std::move(told.error()));
  inPayload_ = true;
  taken_ = 0;
  if (header_.length > 0) return count;
  if (auto ended = endFrame(events); !ended) return fail(std::move(ended.error()));
  return count;
}

// As far as the bytes that are there tell.
std::size_t FrameParser::headWanted() const {
  if (headBytes_ < 2) return 2;
  return 2 + lengthBytes(byte(1) & kLength) + ((byte(1) & kMasked) != 0 ? mask_.size() : 0);
}

Result<void> FrameParser::readHead() {
  const std::uint8_t opcode = byte(0) & kOpcode;
  if (!isKnown(opcode)) return bad("a frame of the reserved opcode " + std::to_string(opcode));
  if ((byte(0) & kRsv23) != 0) return bad("a frame with a reserved bit set");
  header_.opcode = static_cast<Opcode>(opcode);
  header_.final = (byte(0) & kFinal) != 0;
  header_.compressed = (byte(0) & kRsv1) != 0;
  header_.masked = (byte(1) & kMasked) != 0;
  header_.length = byte(1) & kLength;
  const std::size_t extended = lengthBytes(byte(1) & kLength);
  if (extended > 0) header_.length = 0;
  for (std::size_t i = 0; i < extended; ++i) header_.length = header_.length << 8 | byte(2 + i);
  if (header_.length >> 63 != 0) return bad("a frame of over 2^63 bytes");
  std::copy_n(head_.begin() + std::ptrdiff_t(2 + extended), mask_.size(), mask_.begin());
  if (!isControl(header_.opcode)) return {};
  if (!header_.final) return bad("a control frame in parts");
  if (header_.compressed) return bad("a compressed control frame");
  if (header_.length > kControlPayloadMax) return bad("a control frame of " + std::to_string(header_.length) + " bytes");
  return {};
}

Result<std::size_t> FrameParser::takePayload(Bytes fragment, Events& events) {
  const auto left = std::min<std::uint64_t>(header_.length - taken_, fragment.size());
  auto count = static_cast<std::size_t>(left);
  if (header_.masked) {
    std::array<std::byte, kUnmaskedBytes> plain;
    count = std::min(count, plain.size());
    for (std::size_t i = 0; i < count; ++i) plain[i] = fragment[i] ^ mask_[(taken_ + i) % mask_.size()];
    if (auto told = events.payload(Bytes(plain).first(count)); !told) return fail(std::move(told.error()));
  } else {
    if (auto told = events.payload(fragment.first(count)); !told) return fail(std::move(told.error()));
  }
  taken_ += count;
  if (taken_ < header_.length) return count;
  if (auto ended = endFrame(events); !ended) return fail(std::move(ended.error()));
  return count;
}

Result<void> FrameParser::endFrame(Events& events) {
  inPayload_ = false;
  headBytes_ = 0;
  return events.frameEnds();
}

}  // namespace sluice::websocket
