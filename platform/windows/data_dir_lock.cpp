#include "platform/data_dir_lock.h"

#include <array>
#include <tuple>

#include "platform/engine_owner.h"
#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

path lockPath(const path& dataDir) { return dataDir / "engine.lock"; }

// Locks keep others from reading what they cover here. So one byte is locked that no line will ever reach.
OVERLAPPED lockedByte() {
  OVERLAPPED at{};
  at.OffsetHigh = 0x40000000;
  return at;
}

OwnedHandle openLockFile(const path& name, DWORD access, DWORD disposition) {
  // Without FILE_SHARE_DELETE nobody can delete or rename it while it is open.
  return owned(CreateFileW(name.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, disposition,
                           FILE_ATTRIBUTE_NORMAL, nullptr));
}

Result<void> writeAll(const OwnedHandle& file, std::string_view text, const path& name) {
  DWORD written = 0;
  const auto size = static_cast<DWORD>(text.size());
  if (WriteFile(systemHandle(file), text.data(), size, &written, nullptr) != 0 && written == size) return {};
  return systemFailure(GetLastError(), "cannot write " + name.string());
}

// One byte says nothing, and keeps the block of the file: the next engine starts on a disk that is full by then. What is written next
// begins at its front.
bool empty(const OwnedHandle& file) {
  return SetFilePointer(systemHandle(file), 1, nullptr, FILE_BEGIN) != INVALID_SET_FILE_POINTER && SetEndOfFile(systemHandle(file)) != 0 &&
         SetFilePointer(systemHandle(file), 0, nullptr, FILE_BEGIN) != INVALID_SET_FILE_POINTER;
}

std::string readStart(const OwnedHandle& file) {
  std::array<char, kOwnerLinesBytesMax> text;
  OVERLAPPED fromStart{};
  DWORD count = 0;
  if (ReadFile(systemHandle(file), text.data(), text.size(), &count, &fromStart) == 0) return {};
  return {text.data(), count};
}

}  // namespace

Result<DataDirLock> DataDirLock::acquire(const path& dataDir, WallTime now) {
  const auto name = lockPath(dataDir);
  OwnedHandle file = openLockFile(name, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS);
  if (!file) return systemFailure(GetLastError(), "cannot open the lock file " + name.string());
  OVERLAPPED byte = lockedByte();
  if (LockFileEx(systemHandle(file), LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &byte) == 0) {
    const DWORD why = GetLastError();
    if (why == ERROR_LOCK_VIOLATION || why == ERROR_IO_PENDING) return dataDirInUse(readStart(file), dataDir);
    return systemFailure(why, "cannot lock " + name.string());
  }
  if (!empty(file)) return systemFailure(GetLastError(), "cannot write " + name.string());
  if (auto written = writeAll(file, ownerLines(GetCurrentProcessId(), now), name); !written) return fail(written.error());
  return DataDirLock(std::move(file), name);
}

Result<void> DataDirLock::publish(const std::string& controlAddress) {
  return writeAll(file_, controlLine(controlAddress), path_);
}

DataDirLock::~DataDirLock() {
  // Where it fails our lines are left: clients then find nobody there.
  if (file_) std::ignore = empty(file_);
}

bool mayBeRunning(const EngineOwner& owner) {
  const OwnedHandle process = owned(OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(owner.pid)));
  if (!process) return GetLastError() == ERROR_ACCESS_DENIED;  // there is one, of somebody else
  return WaitForSingleObject(systemHandle(process), 0) == WAIT_TIMEOUT;
}

std::optional<EngineOwner> engineOwner(const path& dataDir) {
  const OwnedHandle file = openLockFile(lockPath(dataDir), GENERIC_READ, OPEN_EXISTING);
  if (!file) return std::nullopt;
  return parseOwner(readStart(file));
}

}  // namespace sluice::platform
