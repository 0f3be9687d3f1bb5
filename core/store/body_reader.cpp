#include "core/store/body_reader.h"

#include <algorithm>
#include <cerrno>
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
  reader.file_.rdbuf()->pubsetbuf(nullptr, 0);  // callers bring buffers of their own
  reader.file_.open(file, std::ios::binary);
  if (!reader.file_) return fail(fileError(errno, reader.name_));
  return reader;
}

Result<std::size_t> BodyReader::read(MutableBytes into) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), bytes_ - at_));
  if (count == 0) return std::size_t{0};
  auto* const to = reinterpret_cast<char*>(into.data());
  if (name_.empty()) {
    std::copy_n(memory_.data() + at_, count, to);
  } else {
    errno = 0;
    file_.read(to, static_cast<std::streamsize>(count));
    if (file_.bad()) return fail(fileError(errno, name_));
    if (file_.gcount() != static_cast<std::streamsize>(count)) return fail(Side::Local, Code::FileChanged, name_);
  }
  at_ += count;
  return count;
}

}  // namespace sluice::store
