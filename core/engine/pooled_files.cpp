#include "core/engine/pooled_files.h"

#include <cstdio>

#include "core/base/assert.h"

namespace sluice::engine {

bool PooledFile::setDirect(bool on) {
  const auto caching = on ? platform::Caching::Direct : platform::Caching::Normal;
  if (const auto set = platform::setCaching(handle(), caching, name_); !set) {
    std::fprintf(stderr, "%s\n", describe(set.error()).c_str());
    return false;
  }
  direct_ = on;
  return true;
}

PooledSpillFile::PooledSpillFile(platform::FilePool& pool, const std::filesystem::path& directory,
                                 std::function<void(Result<void>)> written, std::filesystem::path stayAs)
    : pool_(pool), directory_(directory), stayAs_(std::move(stayAs)), written_(std::move(written)) {}

PooledSpillFile::~PooledSpillFile() {
  if (!stays_ || told_) return;
  pool_.run(
      [path = stayAs_] {
        std::error_code ignored;  // what is left is swept at the next start
        std::filesystem::remove(path, ignored);
      },
      [] {});
}

void PooledSpillFile::write(std::span<const Bytes> pieces, std::uint64_t offset) {
  SLUICE_ASSERT(!inFlight_);
  if (file_.name_.empty()) file_.name_ = "the spill file in " + directory_.string();  // most never write
  inFlight_ = true;
  std::uint64_t end = offset;
  for (const Bytes piece : pieces) end += piece.size();
  pool_.run([this, pieces, offset] { result_ = writeNow(pieces, offset); },
            [this, end] {
              inFlight_ = false;
              if (result_ && stays_) keptBytes_ = end;
              written_(std::move(result_));
            });
}

Result<void> PooledSpillFile::writeNow(std::span<const Bytes> pieces, std::uint64_t offset) {
  // Starting again at 0 takes a new file: what was sent from the old one may still lie in a socket, as pages of that
  // file and not as a copy, and would go out changed.
  if (!file_.handle_ || offset == 0) {
    if (auto made = make(); !made) return made;
  }
  return platform::writeAt(file_.handle(), pieces, offset, file_.name_);
}

Result<void> PooledSpillFile::make() {
  if (!stayAs_.empty()) {
    if (auto opened = platform::openNew(stayAs_)) {
      file_.hold(std::move(*opened));
      stays_ = true;
      return {};
    }
  }
  auto opened = platform::openTemporary(directory_);
  if (!opened) return fail(opened.error());
  file_.hold(std::move(*opened));
  return {};
}

void PooledFileReader::read(buffer::File& file, std::uint64_t offset, MutableBytes into,
                            output::FileReadTarget& target) {
  SLUICE_ASSERT(!inFlight_);
  inFlight_ = true;
  const auto& pooled = static_cast<PooledFile&>(file);  // the engine makes no other files
  pool_.run([this, handle = pooled.handle_, name = std::string(pooled.name()), offset,
             into] { result_ = platform::readAt(handle->get(), into, offset, name); },
            [this, &target, whole = whole_.lock()] {
              inFlight_ = false;
              target.fileRead(std::move(result_));
              ended_();
            });
}

}  // namespace sluice::engine
