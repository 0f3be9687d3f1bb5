// A HAR file as entries, one at a time: of everything else nothing is held, and of an entry only what is read. Its bodies and messages,
// which may be of any length, lie in files while they are long. Blocking; any thread.
//
// Limits: bytes of one entry without those, with 64 for each value, list and object that is read, so that no file takes more than some
// 150 MB; depth (core/base/limits.h); 4 MiB of URL and fields; a message as long as an entry.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/har/har_entry.h"

namespace sluice::har {

using EntrySink = std::function<Result<void>(HarEntry)>;

// Returns how many entries there were. `folder`: where there is room for long texts. Errors: BadArgument, naming line and column, when the
// file is no JSON or an entry is too large, or saying that it is no HAR; those of the sink and of the files of texts.
Result<std::uint64_t> readHar(std::istream& file, const std::filesystem::path& folder, const EntrySink& sink,
                              std::uint64_t entryBytesMax = limits::kHarEntryBytesMax);

}  // namespace sluice::har
