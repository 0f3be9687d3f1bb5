#include "core/engine/pooled_files.h"

#include <cstdio>

#include "core/base/assert.h"

namespace sluice::engine {

bool PooledFile::setDirect(bool on) {
  const auto caching = on ? platform::Caching::Direct : platform::Caching::Normal;
  if (const auto set = platform::setCaching(handle_.get(), caching, name_); !set) {
    std::fprintf(stderr, "%s\n", describe(set.error()).c_str());
    return false;
  }
  direct_ = on;
  return true;
}

PooledSpillFile::PooledSpillFile(platform::FilePool& pool, std::filesystem::path directory,
                                 std::function<void(Result<void>)> written)
    : pool_(pool), directory_(std::move(directory)), written_(std::move(written)) {
  file_.name_ = "the spill file in " + directory_.string();
}

void PooledSpillFile::write(std::span<const Bytes> pieces, std::uint64_t offset) {
  SLUICE_ASSERT(!inFlight_);
  inFlight_ = true;
  pool_.run([this, pieces, offset] { result_ = writeNow(pieces, offset); },
            [this] {
              inFlight_ = false;
              written_(std::move(result_));
            });
}

Result<void> PooledSpillFile::writeNow(std::span<const Bytes> pieces, std::uint64_t offset) {
  // Starting again at 0 takes a new file: what was sent from the old one may still lie in a socket, as pages of that
  // file and not as a copy, and would go out changed.
  if (!file_.handle_ || offset == 0) {
    auto opened = platform::openTemporary(directory_);
    if (!opened) return fail(opened.error());
    file_.handle_ = std::move(*opened);
  }
  return platform::writeAt(file_.handle_.get(), pieces, offset, file_.name_);
}

platform::OwnedHandle PooledSpillFile::take() {
  SLUICE_ASSERT(!inFlight_);
  return std::exchange(file_.handle_, platform::OwnedHandle());
}

void PooledFileReader::read(buffer::File& file, std::uint64_t offset, MutableBytes into,
                            output::FileReadTarget& target) {
  SLUICE_ASSERT(!inFlight_);
  inFlight_ = true;
  auto& pooled = static_cast<PooledFile&>(file);  // the engine makes no other files
  pool_.run([this, &pooled, offset, into] { result_ = platform::readAt(pooled.handle(), into, offset, pooled.name()); },
            [this, &target] {
              inFlight_ = false;
              target.fileRead(std::move(result_));
              ended_();
            });
}

}  // namespace sluice::engine
