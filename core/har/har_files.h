// HAR files as a whole: what a reader shows to one, or one into a history. Blocking; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/har/har_writer.h"
#include "core/store/reader.h"

namespace sluice::har {

// Told again and again how many bytes of the file are done; false: it shall end, with Code::Aborted. Empty: never asked.
using GoOn = std::function<bool(std::uint64_t bytes)>;

// Everything that `reader` shows. A file that is there already is replaced when all has been written; on failure nothing has
// changed. Readable by its owner only, as the history is. What is no regular file is written as it stands (store::PartFile).
Result<Written> writeHarFile(store::Reader& reader, const std::filesystem::path& file, const GoOn& goOn = {});

// Adds the exchanges of a HAR to the history in `dataDir`, as a capture session of their own; gives how many. Errors: those of
// readHar() and of the recorder. REQUIRES: nobody else records there.
Result<std::uint64_t> importHar(std::istream& file, const std::filesystem::path& dataDir, WallTime now, const GoOn& goOn = {});

// Takes a piece of what `control::ImportRecords` brings to an engine, and has it arrive.
using TakePiece = std::function<Result<void>(std::string records)>;

// Gives the exchanges of a HAR to whoever records, in pieces that a control request has room for. `added` is how many have been given
// away whole, also when it fails. `folder`: as of readHar(). Errors: those of readHar() and of `take`.
Result<void> sendHar(std::istream& file, const std::filesystem::path& folder, const TakePiece& take, std::uint64_t& added,
                     const GoOn& goOn = {});

}  // namespace sluice::har
