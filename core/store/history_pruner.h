// Removes the oldest exchanges of a history that has grown past its limits. The recorder's thread.
//
// What it frees is used again at once, and given back to the disk in small steps.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/store/body_files.h"
#include "core/store/database.h"
#include "core/store/retention.h"

namespace sluice::store {

class HistoryPruner {
 public:
  // `database` must outlive the pruner.
  explicit HistoryPruner(Database& database) : database_(&database) {}

  // When it is, by a clock that may have been wrong before, and for how long this session has been recorded, which is certain.
  struct Moment {
    WallTime now;
    std::int64_t session = 0;  // 0: none is recorded
    Micros sessionAge{0};      // at most
  };

  struct Step {
    std::uint64_t exchanges = 0;      // removed
    std::uint64_t bodyFileBytes = 0;  // of their files, which are gone too
    bool more = false;                // there may be more to remove
  };
  // Some milliseconds of work, inside the transaction that the caller has begun; `kept`: exchanges and bytes of body
  // files as of now. After it is committed, removeFiles().
  Result<Step> step(const Retention& retention, const Moment& moment, std::uint64_t exchanges, std::uint64_t bodyFileBytes);
  void removeFiles();

  // Gives some freed pages back; true: there are more. REQUIRES: no transaction.
  Result<bool> shrink();

 private:
  struct Oldest {
    ExchangeId id;
    ConnectionId connection;
    std::int64_t session = 0;
    std::int64_t startedUs = 0;
    std::vector<BodyKey> files;
    std::uint64_t fileBytes = 0;
  };

  Result<std::vector<Oldest>> oldest();
  Result<std::uint64_t> usedBytes();
  Result<bool> isTooOld(const Oldest& exchange, const Retention& retention, const Moment& moment);
  Result<std::int64_t> startOf(const Oldest& exchange, std::int64_t nowUs);
  Result<void> remove(const Oldest& exchange);

  Database* database_;
  std::vector<BodyKey> files_;     // of exchanges that are removed
  std::uint64_t wrongEnd_ = 0;     // of a step: those before it that no right clock dated...
  std::int64_t wrongStartUs_ = 0;  // ...began before this
};

}  // namespace sluice::store
