// Real files behind the seams of pipes and output chains: spilling and reading run on the file pool, and their ends
// come back to the loop. Loop thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/buffer/file.h"
#include "core/output/file_reader.h"
#include "core/pipe/spill_file.h"
#include "platform/file.h"
#include "platform/file_pool.h"

namespace sluice::engine {

// An open file that slices can refer to.
class PooledFile final : public buffer::File {
 public:
  PooledFile() = default;
  PooledFile(platform::OpenedFile opened, std::string name)
      : direct_(opened.caching == platform::Caching::Direct), name_(std::move(name)) {
    hold(std::move(opened.handle));
  }

  platform::Handle handle() const { return handle_ ? handle_->get() : platform::kNoHandle; }
  std::string_view name() const override { return name_; }
  bool isDirect() const override { return direct_; }
  // What could not be changed is told on standard error: the reads go on all the same.
  bool setDirect(bool on) override;

 private:
  friend class PooledSpillFile;
  friend class PooledFileReader;
  void hold(platform::OwnedHandle handle) { handle_ = std::make_shared<const platform::OwnedHandle>(std::move(handle)); }

  std::shared_ptr<const platform::OwnedHandle> handle_;  // a read in flight holds it too
  bool direct_ = false;
  std::string name_;
};

// The spill file of one pipe after the other: made with the first write, in `directory`, gone with this object.
// REQUIRES: outlives its write in flight.
//
// That of a cacheable pipe can be the capture's file of the body from the beginning: it then has its name from its first
// write on, may be read while it grows, and stays. Where that name cannot be had the pipe goes on, and nothing stays.
class PooledSpillFile final : public pipe::SpillFile {
 public:
  // `written` should call EventPipe::spillWritten() and process the pipe. The directory's path outlives this.
  PooledSpillFile(platform::FilePool& pool, const std::filesystem::path& directory, std::function<void(Result<void>)> written,
                  std::filesystem::path stayAs = {});
  // A file that stays but of which nobody was told goes.
  ~PooledSpillFile() override;
  PooledSpillFile(PooledSpillFile&&) = delete;

  void write(std::span<const Bytes> pieces, std::uint64_t offset) override;
  buffer::File& file() override { return file_; }
  bool inFlight() const { return inFlight_; }

  // How many bytes lie in the file that stays; 0 where there is none. Once asked, it stays for good. REQUIRES: !inFlight().
  std::uint64_t keptBytes() {
    told_ = told_ || keptBytes_ > 0;
    return keptBytes_;
  }

 private:
  // On a thread of the pool.
  Result<void> writeNow(std::span<const Bytes> pieces, std::uint64_t offset);
  Result<void> make();

  platform::FilePool& pool_;
  const std::filesystem::path& directory_;
  const std::filesystem::path stayAs_;
  const std::function<void(Result<void>)> written_;
  PooledFile file_;
  bool inFlight_ = false;
  bool told_ = false;
  std::uint64_t keptBytes_ = 0;
  // Handed from the pool's thread to the loop.
  Result<void> result_;
  bool stays_ = false;
};

// Reads ranges of PooledFiles, which may go meanwhile, for one output chain at a time. REQUIRES: outlives its read in flight
// together with the chain, by itself or by way of keepWith().
class PooledFileReader final : public output::FileReader {
 public:
  // `ended` is called after the chain was told: whoever drives it should go on.
  PooledFileReader(platform::FilePool& pool, std::function<void()> ended) : pool_(pool), ended_(std::move(ended)) {}
  // What this reader and its chain are part of: held while a read is in flight.
  void keepWith(std::weak_ptr<void> whole) { whole_ = std::move(whole); }
  void read(buffer::File& file, std::uint64_t offset, MutableBytes into, output::FileReadTarget& target) override;
  bool inFlight() const { return inFlight_; }

 private:
  platform::FilePool& pool_;
  const std::function<void()> ended_;
  std::weak_ptr<void> whole_;
  bool inFlight_ = false;
  Result<std::size_t> result_ = 0;  // handed from the pool's thread to the loop
};

}  // namespace sluice::engine
