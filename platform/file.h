// Files that are read and written at an offset, for spilling, for bodies and for direct I/O. Everything here may
// block: call it on the threads of a FilePool. Any thread; one call at a time on one handle's mode.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

enum class Caching : std::uint8_t {
  Normal,
  Direct,  // past the system's cache: offsets, lengths and memory must be aligned (limits::kBlockAlignment)
};

// Opens an existing file for reading. Direct falls back to Normal on a file system that does not know it.
struct OpenedFile {
  OwnedHandle handle;
  Caching caching = Caching::Normal;
};
Result<OpenedFile> openForReading(const std::filesystem::path& path, Caching caching = Caching::Normal);

// A new file for reading and writing, in `directory`, that nobody else can open and that is gone with its handle, also
// when the process is killed.
Result<OwnedHandle> openTemporary(const std::filesystem::path& directory);

// A new file for reading and writing that stays, for its owner only. REQUIRES: `path` does not exist.
Result<OwnedHandle> openNew(const std::filesystem::path& path);

// Cuts an existing file, or lengthens it by zeros. Not by the standard library: mingw-w64's looks through the volumes of the system for
// that, and reads past the end of nothing where there are none to be seen.
Result<void> setSize(const std::filesystem::path& path, std::uint64_t bytes);

// Writes all of the pieces, one after the other, from `offset` on. Errors name `name`.
Result<void> writeAt(Handle file, std::span<const Bytes> pieces, std::uint64_t offset, std::string_view name);

// Reads until `into` is full or the file ends; how many bytes that were. Errors name `name`.
Result<std::size_t> readAt(Handle file, MutableBytes into, std::uint64_t offset, std::string_view name);

// Turns direct I/O on or off for an open file. Does not block.
Result<void> setCaching(Handle file, Caching caching, std::string_view name);

}  // namespace sluice::platform
