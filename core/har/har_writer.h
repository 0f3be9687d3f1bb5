// Exchanges of the history as a HAR 1.2 file: http://www.softwareishard.com/blog/har-12-spec. Streams. Blocking; any
// thread, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/store/reader.h"

namespace sluice::har {

using TextSink = std::function<Result<void>(std::string_view)>;

struct Written {
  std::uint64_t entries = 0;
  std::uint64_t left = 0;        // out: tunnels, and exchanges that still run
  std::uint64_t bodiesGone = 0;  // empty, since somebody removed their files
};

// Everything that `reader` shows (Reader::show()), in order of id, whatever its size; a body that would become more than `decodedBytesMax`
// bytes stays encoded. Errors: those of the reader, which name the exchange, and of the sink; DatabaseBusy when the history is cleared
// meanwhile.
Result<Written> writeHar(store::Reader& reader, const TextSink& sink, std::uint64_t decodedBytesMax = limits::kExportedBodyBytesMax);

}  // namespace sluice::har
