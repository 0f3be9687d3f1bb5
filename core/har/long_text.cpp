#include "core/har/long_text.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/bytes.h"
#include "platform/file.h"

namespace sluice::har {
namespace {

constexpr std::string_view kName = "a long text of the file";

}  // namespace

Result<void> LongText::add(std::string_view piece) {
  while (!piece.empty()) {
    if (held_.size() == kHeldBytesMax) {
      if (auto written = writeOut(); !written) return written;
    }
    const auto count = std::min(piece.size(), kHeldBytesMax - held_.size());
    held_ += piece.substr(0, count);
    piece.remove_prefix(count);
  }
  return {};
}

Result<void> LongText::writeOut() {
  if (!file_) {
    auto made = platform::openTemporary(folder_);
    if (!made) return fail(made.error());
    file_ = std::move(*made);
  }
  const Bytes bytes = asBytes(held_);
  if (auto written = platform::writeAt(file_.get(), std::span(&bytes, 1), fileBytes_, kName); !written) return written;
  fileBytes_ += held_.size();
  held_.clear();
  return {};
}

Result<void> LongText::each(const Take& take) const {
  std::string piece;
  for (std::uint64_t at = 0; at < fileBytes_; at += piece.size()) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kHeldBytesMax, fileBytes_ - at)));
    const auto into = std::as_writable_bytes(std::span(piece));
    const auto read = platform::readAt(file_.get(), into, at, kName);
    if (!read) return fail(read.error());
    if (*read != piece.size()) return fail(Side::Local, Code::FileChanged, std::string(kName));
    if (auto taken = take(piece); !taken) return taken;
  }
  return held_.empty() ? Result<void>() : take(held_);
}

}  // namespace sluice::har
