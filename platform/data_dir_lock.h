// One engine for one data directory. The lock is the kernel's, on DATA_DIR/engine.lock, so a crash releases it; the file
// also says who has it and where that engine listens, and that is how clients find it. Any thread.
//
// The file is never deleted: deleting a lock file is how two programs come to hold the same lock.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "platform/handle.h"

namespace sluice::platform {

// What the lock file says. It may be about an engine that crashed: only connecting shows whether it lives.
struct EngineOwner {
  std::int64_t pid = 0;
  WallTime startedAt;          // whole seconds
  std::string controlAddress;  // empty until the engine listens
};

class DataDirLock {
 public:
  // REQUIRES: the directory exists (ensurePrivateDirectory). Code::DataDirInUse names the process that has it.
  static Result<DataDirLock> acquire(const std::filesystem::path& dataDir, WallTime now);

  // Tells clients where the engine listens. Once.
  Result<void> publish(const std::string& controlAddress);

  DataDirLock(DataDirLock&&) noexcept = default;
  DataDirLock& operator=(DataDirLock&&) noexcept = default;
  // Leaves nothing in the file that says anything, then lets go.
  ~DataDirLock();

 private:
  DataDirLock(OwnedHandle file, std::filesystem::path path) : file_(std::move(file)), path_(std::move(path)) {}

  OwnedHandle file_;
  std::filesystem::path path_;
};

// Whether a process of the owner's number runs: the engine, unless it crashed and the number was given out again.
bool mayBeRunning(const EngineOwner& owner);

// Who wrote the lock file last; nothing when no engine did or the last one stopped in order.
std::optional<EngineOwner> engineOwner(const std::filesystem::path& dataDir);

}  // namespace sluice::platform
