#include "platform/file.h"

#include <algorithm>
#include <random>
#include <string>

#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

constexpr std::size_t kCallBytesMax = 1 << 30;

// Of a handle that was not opened for overlapped use: the call waits, and moves bytes at this offset.
OVERLAPPED at(std::uint64_t offset) {
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return place;
}

std::wstring freshName() {
  std::random_device random;
  return L".sluice-" + std::to_wstring(random()) + L"-" + std::to_wstring(random());
}

}  // namespace

// Direct I/O cannot be turned off and on again for an open handle here: everything passes through the cache.
Result<OpenedFile> openForReading(const path& path, Caching) {
  OpenedFile opened;
  opened.handle = owned(CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!opened.handle) return systemFailure(GetLastError(), "cannot open " + path.string());
  return opened;
}

Result<OwnedHandle> openTemporary(const path& directory) {
  const auto name = directory / freshName();
  // Shared with nobody, and gone with its handle.
  OwnedHandle file = owned(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE | DELETE, 0, nullptr, CREATE_NEW,
                                       FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr));
  if (!file) return systemFailure(GetLastError(), "cannot make a temporary file in " + directory.string());
  return file;
}

// Its directory's access list, which names the owner alone, is handed down to it.
Result<OwnedHandle> openNew(const path& path) {
  OwnedHandle file = owned(CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                       CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) return systemFailure(GetLastError(), "cannot make " + path.string());
  return file;
}

Result<void> setSize(const path& path, std::uint64_t bytes) {
  const OwnedHandle file = owned(CreateFileW(path.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                             OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  FILE_END_OF_FILE_INFO end{};
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
  if (!file || SetFileInformationByHandle(systemHandle(file), FileEndOfFileInfo, &end, sizeof end) == 0) {
    return systemFailure(GetLastError(), "cannot change the size of " + path.string());
  }
  return {};
}

Result<void> writeAt(Handle file, std::span<const Bytes> pieces, std::uint64_t offset, std::string_view name) {
  for (Bytes piece : pieces) {
    while (!piece.empty()) {
      auto place = at(offset);
      DWORD written = 0;
      const auto wanted = static_cast<DWORD>(std::min(piece.size(), kCallBytesMax));
      if (WriteFile(systemHandle(file), piece.data(), wanted, &written, &place) == 0) {
        return systemFailure(GetLastError(), "cannot write to " + std::string(name));
      }
      if (written == 0) return systemFailure(ERROR_WRITE_FAULT, "cannot write to " + std::string(name));
      offset += written;
      piece = piece.subspan(written);
    }
  }
  return {};
}

Result<std::size_t> readAt(Handle file, MutableBytes into, std::uint64_t offset, std::string_view name) {
  std::size_t total = 0;
  while (total < into.size()) {
    auto place = at(offset + total);
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(into.size() - total, kCallBytesMax));
    if (ReadFile(systemHandle(file), into.data() + total, wanted, &count, &place) == 0) {
      if (GetLastError() == ERROR_HANDLE_EOF) break;
      return systemFailure(GetLastError(), "cannot read " + std::string(name));
    }
    if (count == 0) break;
    total += count;
  }
  return total;
}

Result<void> setCaching(Handle, Caching caching, std::string_view name) {
  if (caching == Caching::Normal) return {};
  return systemFailure(ERROR_NOT_SUPPORTED, "cannot change direct I/O of " + std::string(name));
}

}  // namespace sluice::platform
