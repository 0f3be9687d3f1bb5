// Which exchanges pass a filter, found out a little at a time and kept: the same list in another order, or once more, costs no second
// look. The thread of the connection.
//
// Memory: a quarter of a byte an exchange; some 50 bytes for each that has changed since it was looked at.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/rows.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class FilterMatches {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Ids above `after` that pass, rising; ends at `until`, or somewhat later.
  using Scan = std::function<Result<IdPage>(ExchangeId after, Time until)>;

  // Another filter, or another history.
  void forget();

  // What has changed since the last call is unknown again, and there may be more; everything is unknown, when that is much.
  // To be called before the others, in the state that they are about.
  Result<void> refresh(SqlConnection& sql);

  enum class Verdict : std::uint8_t { Unknown, Fails, Passes };
  Verdict of(std::uint64_t exchange) const;
  void note(std::uint64_t exchange, bool passes);

  // Goes on looking at all that there are, until there are no more or it is late.
  Result<void> advance(const Scan& scan, Time until);
  // Nothing is left to look at but what is Unknown.
  bool complete() const { return complete_; }
  // That pass, of what was looked at, and those that may pass since they changed: each once.
  std::vector<std::uint64_t> passing() const;
  // passing() gives no more than so many.
  std::size_t count() const { return count_ + unsure_.size(); }

 private:
  static constexpr std::size_t kIdsAChunk = 512;  // ids of a file from elsewhere may lie far apart
  struct Chunk {
    std::bitset<kIdsAChunk> known;
    std::bitset<kIdsAChunk> passes;
  };

  std::unordered_map<std::uint64_t, Chunk> chunks_;
  std::unordered_set<std::uint64_t> unsure_;
  std::uint64_t version_ = 0;  // of the history that unsure_ is true for; 0: none yet
  ExchangeId upTo_;            // all up to here that passed are noted
  bool complete_ = false;
  std::size_t count_ = 0;
};

}  // namespace sluice::store
