#include "core/control/frame_reader.h"

#include <algorithm>
#include <cstdint>

namespace sluice::control {
namespace {

std::size_t littleEndian(const std::array<std::byte, 4>& bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

}  // namespace

Result<std::optional<Bytes>> FrameReader::next(Bytes& input) {
  if (whole_) {
    whole_ = false;
    lengthBytes_ = 0;
    frame_.clear();
  }
  takeLength(input);
  if (lengthBytes_ < length_.size()) return std::optional<Bytes>();
  const auto announced = littleEndian(length_);
  if (announced == 0 || announced > frameBytesMax_) {
    return fail(Side::Local, Code::ProtocolFault,
                "a control frame of " + std::to_string(announced) + " bytes, where 1 to " +
                    std::to_string(frameBytesMax_) + " are allowed");
  }
  takeBody(input, announced);
  whole_ = frame_.size() == announced;
  if (!whole_) return std::optional<Bytes>();
  return std::optional<Bytes>(frame_);
}

void FrameReader::takeLength(Bytes& input) {
  const auto count = std::min(length_.size() - lengthBytes_, input.size());
  std::copy_n(input.begin(), count, length_.begin() + static_cast<std::ptrdiff_t>(lengthBytes_));
  lengthBytes_ += count;
  input = input.subspan(count);
}

void FrameReader::takeBody(Bytes& input, std::size_t announced) {
  const auto taken = input.first(std::min(announced - frame_.size(), input.size()));
  frame_.insert(frame_.end(), taken.begin(), taken.end());
  input = input.subspan(taken.size());
}

}  // namespace sluice::control
