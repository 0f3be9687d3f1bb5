#include "core/store/body_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/store/file_names.h"
#include "core/store/sql_error.h"

namespace sluice::store {

BodyReader BodyReader::ofMemory(std::string bytes) {
  BodyReader reader;
  reader.bytes_ = bytes.size();
  reader.memory_ = std::move(bytes);
  return reader;
}

Result<BodyReader> BodyReader::ofFile(const std::filesystem::path& file, std::uint64_t bytes) {
  BodyReader reader;
  reader.bytes_ = bytes;
  reader.name_ = utf8(file);
  errno = 0;
  reader.file_.emplace();
  reader.file_->rdbuf()->pubsetbuf(nullptr, 0);  // callers bring buffers of their own
  reader.file_->open(file, std::ios::binary);
  if (!*reader.file_) return fail(fileError(errno, reader.name_));
  return reader;
}

BodyReader BodyReader::ofPieces(std::string beginning, BodyPieces pieces, std::uint64_t bytes) {
  BodyReader reader = ofMemory(std::move(beginning));
  reader.bytes_ = bytes;
  reader.pieces_ = std::move(pieces);
  return reader;
}

Result<std::size_t> BodyReader::read(MutableBytes into) {
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), bytes_ - at_)));
  const auto held = at_ < memory_.size() ? std::min(into.size(), memory_.size() - static_cast<std::size_t>(at_)) : 0;
  if (held > 0) std::memcpy(into.data(), memory_.data() + at_, held);
  Result<void> done;
  if (into.size() > held) done = pieces_ ? readPieces(into.subspan(held)) : readFile(into.subspan(held));
  if (!done) return fail(done.error());
  at_ += into.size();
  return into.size();
}

std::optional<std::string> BodyReader::take() {
  if (file_ || pieces_ || at_ > 0) return std::nullopt;
  at_ = bytes_;
  return std::move(memory_);
}

Result<void> BodyReader::readFile(MutableBytes into) {
  const auto count = static_cast<std::streamsize>(into.size());
  errno = 0;
  file_->read(reinterpret_cast<char*>(into.data()), count);
  if (file_->bad()) return fail(fileError(errno, name_));
  if (file_->gcount() != count) return fail(Side::Local, Code::FileChanged, name_);
  return {};
}

Result<void> BodyReader::readPieces(MutableBytes into) {
  while (!into.empty()) {
    if (piece_.empty()) {
      const auto next = pieces_->next();
      if (!next) return fail(next.error());
      if (next->empty()) return fail(Side::Local, Code::FileChanged, pieces_->name());
      piece_ = *next;
    }
    const auto count = std::min(into.size(), piece_.size());
    std::memcpy(into.data(), piece_.data(), count);
    piece_.remove_prefix(count);
    into = into.subspan(count);
  }
  return {};
}

}  // namespace sluice::store
