// Exchanges that a client of the control port brings along, from a file of another tool: a stream of records, cut anywhere. Gives each
// exchange a number of this history. One exchange after the other. Supervisor's loop.
//
// Limits: a record is at most kImportedRecordBytesMax; bodies come in pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/id.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capture/records.h"

namespace sluice::engine {

inline constexpr std::size_t kImportedRecordBytesMax = 16 * limits::kMiB;

class RecordImport {
 public:
  // `now` is asked for the end of an exchange that has none. The sink must outlive the import.
  RecordImport(capture::Sink& sink, std::function<ExchangeId()> nextId, std::function<WallTime()> now);
  RecordImport(RecordImport&&) = delete;
  ~RecordImport();  // an exchange that has not ended is cut off

  // Each record is its length, four bytes with the lowest first, and capture::encode() of it. BadArgument: it makes no sense, and nothing
  // more is taken.
  Result<void> take(Bytes bytes);

 private:
  Result<void> takeRecord(Bytes bytes);

  capture::Sink& sink_;
  const std::function<ExchangeId()> nextId_;
  const std::function<WallTime()> now_;
  std::string pending_;
  ExchangeId theirs_;  // of the exchange that is open; none: there is none
  ExchangeId ours_;
  bool broken_ = false;
};

}  // namespace sluice::engine
