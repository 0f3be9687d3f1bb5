#include "core/store/history_pruner.h"

#include <algorithm>
#include <system_error>

#include "core/base/limits.h"
#include "core/store/derived.h"
#include "core/store/rows.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

Result<std::vector<HistoryPruner::Oldest>> HistoryPruner::oldest() {
  auto select = database_->sql().prepare(
      "SELECT id, connection, started_us, request_place, request_stored_bytes, response_place, response_stored_bytes"
      " FROM exchange WHERE state <> 0 ORDER BY id LIMIT ?1");
  if (!select) return fail(select.error());
  std::vector<Oldest> rows;
  select->bind(limits::kPrunedExchangesAStep);
  auto read = select->each([&] {
    Oldest& row = rows.emplace_back();
    row.id = ExchangeId{select->natural(0)};
    row.connection = ConnectionId{select->natural(1)};
    row.startedUs = select->integer(2);
    for (const auto direction : {capture::Direction::Request, capture::Direction::Response}) {
      const int column = direction == capture::Direction::Request ? 3 : 5;
      if (select->integer(column) != static_cast<int>(BodyPlace::File)) continue;
      row.files.push_back({row.id, direction});
      row.fileBytes += select->natural(column + 1);
    }
    return true;
  });
  if (!read) return fail(read.error());
  return rows;
}

// Its own word, unless that is in the future: the clock was ahead then. So it began before the first that came later and is not; no import
// (which has no connection), since that may tell of any time. The clock was ahead for a while, so they lie behind it in a row, of any
// length: it is halved until its end is found, once for all of them. Imports can lie in between in any number: each is passed over once.
Result<std::int64_t> HistoryPruner::startOf(const Oldest& exchange, std::int64_t nowUs) {
  if (exchange.startedUs <= nowUs) return exchange.startedUs;
  if (exchange.id.value < futureEnd_) return futureStartUs_;
  auto next = database_->sql().prepare("SELECT id, started_us FROM exchange WHERE id >= ?1 AND id < ?2 AND connection <> 0"
                                       " ORDER BY id LIMIT 1");
  if (!next) return fail(next.error());
  std::uint64_t future = exchange.id.value;
  auto until = database_->sql().integer("SELECT max(id) FROM exchange");
  if (!until) return fail(until.error());
  futureStartUs_ = exchange.startedUs;
  futureEnd_ = static_cast<std::uint64_t>(*until) + 1;
  while (futureEnd_ - future > 1) {
    const std::uint64_t middle = future + (futureEnd_ - future) / 2;
    std::uint64_t laterFuture = 0;
    next->bind(middle, futureEnd_);
    const auto read = next->each([&] {
      const bool isFuture = next->integer(1) > nowUs;
      isFuture ? void(laterFuture = next->natural(0)) : void(futureStartUs_ = next->integer(1));
      return false;
    });
    if (!read) return fail(read.error());
    laterFuture != 0 ? future = laterFuture : futureEnd_ = middle;
  }
  return futureStartUs_;
}

Result<std::uint64_t> HistoryPruner::usedBytes() {
  auto& sql = database_->sql();
  const auto pages = sql.integer("PRAGMA page_count");
  if (!pages) return fail(pages.error());
  const auto free = sql.integer("PRAGMA freelist_count");
  if (!free) return fail(free.error());
  const auto size = sql.integer("PRAGMA page_size");
  if (!size) return fail(size.error());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, *pages - *free) * *size);
}

// Heads, pieces of bodies and messages go with their row.
Result<void> HistoryPruner::remove(const Oldest& exchange) {
  auto chains = database_->sql().prepare("SELECT chain FROM tls WHERE exchange = ?1 AND chain <> ''");
  if (!chains) return fail(chains.error());
  chains->bind(exchange.id);
  auto read = chains->each([&] { return chains_.insert(chains->text(0)), true; });
  if (!read) return read;
  auto erase = database_->sql().prepare("DELETE FROM exchange WHERE id = ?1");
  if (!erase) return fail(erase.error());
  if (auto done = erase->run(exchange.id); !done) return done;
  files_.insert(files_.end(), exchange.files.begin(), exchange.files.end());
  return {};
}

// Those that no exchange refers to any more.
Result<void> HistoryPruner::removeChains() {
  auto erase = database_->sql().prepare(
      "DELETE FROM certificate_chain WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM tls WHERE chain = ?1)");
  if (!erase) return fail(erase.error());
  for (const std::string& chain : chains_) {
    if (auto done = erase->run(chain); !done) return done;
  }
  return {};
}

Result<HistoryPruner::Step> HistoryPruner::step(const Retention& retention, WallTime now, std::uint64_t exchanges,
                                                std::uint64_t bodyFileBytes) {
  files_.clear();
  chains_.clear();
  futureEnd_ = 0;
  auto used = usedBytes();
  if (!used) return fail(used.error());
  const auto rows = oldest();
  if (!rows) return fail(rows.error());
  if (retention.bytesMax != 0 && !rows->empty()) *used += derivedBytes(database_->dataDir(), exchanges, rows->front().id);
  // What one exchange takes in the database is known only on average.
  const std::uint64_t each = exchanges == 0 ? 0 : *used / exchanges;
  const std::int64_t nowUs = now.time_since_epoch().count(), oldestUs = (now - retention.ageMax).time_since_epoch().count();
  Step step;
  ConnectionId lastConnection;
  for (const Oldest& row : *rows) {
    const std::uint64_t bytes = *used + bodyFileBytes - std::min(*used + bodyFileBytes, step.exchanges * each + step.bodyFileBytes);
    const bool tooMany = retention.exchangesMax != 0 && exchanges - step.exchanges > retention.exchangesMax;
    const bool tooLarge = retention.bytesMax != 0 && bytes > retention.bytesMax;
    const auto startUs = retention.ageMax.count() != 0 ? startOf(row, nowUs) : Result<std::int64_t>(nowUs);
    if (!startUs) return fail(startUs.error());
    const bool tooOld = *startUs < oldestUs;
    if (!tooMany && !tooLarge && !tooOld) break;
    if (auto done = remove(row); !done) return fail(done.error());
    ++step.exchanges;
    step.bodyFileBytes += row.fileBytes;
    lastConnection = std::max(lastConnection, row.connection);
  }
  step.more = step.exchanges == limits::kPrunedExchangesAStep;
  if (step.exchanges == 0) return step;
  auto erase = database_->sql().prepare(
      "DELETE FROM connection WHERE id <= ?1 AND closed_us < (SELECT started_us FROM exchange ORDER BY id LIMIT 1)");
  if (!erase) return fail(erase.error());
  if (auto done = erase->run(lastConnection); !done) return fail(done.error());
  if (auto done = removeChains(); !done) return fail(done.error());
  return step;
}

void HistoryPruner::removeFiles() {
  for (const BodyKey key : files_) {
    std::error_code ignored;
    std::filesystem::remove(bodyFile(database_->dataDir(), key), ignored);
  }
  files_.clear();
}

Result<bool> HistoryPruner::shrink() {
  auto& sql = database_->sql();
  const auto free = sql.integer("PRAGMA freelist_count");
  if (!free) return fail(free.error());
  if (*free == 0) return false;
  if (auto done = sql.run(("PRAGMA incremental_vacuum(" + std::to_string(limits::kPagesGivenBackAStep) + ")").c_str()); !done) {
    return fail(done.error());
  }
  return *free > limits::kPagesGivenBackAStep;
}

}  // namespace sluice::store
