// A HAR file as entries, one at a time: of everything else nothing is held. Blocking; any thread.
//
// Limits: bytes of one entry, with 64 for each key, value, list and object of it, so that no file takes many times its size; depth
// (core/base/limits.h); 4 MiB of URL and fields.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/har/har_entry.h"

namespace sluice::har {

using EntrySink = std::function<Result<void>(HarEntry)>;

// Returns how many entries there were. Errors: BadArgument, naming line and column, when the file is no JSON or an entry is too large, or
// saying that it is no HAR; those of the sink.
Result<std::uint64_t> readHar(std::istream& file, const EntrySink& sink, std::uint64_t entryBytesMax = limits::kHarEntryBytesMax);

}  // namespace sluice::har
