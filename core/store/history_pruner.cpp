#include "core/store/history_pruner.h"

#include <algorithm>
#include <system_error>

#include "core/base/limits.h"
#include "core/store/derived.h"
#include "core/store/rows.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

// 2023 in UTC. Nothing was recorded before that: such a date comes from a clock without a battery, which begins anew in 1970, or at a day
// of its maker's.
constexpr std::int64_t kFirstUs = 1'672'531'200'000'000;

}  // namespace

Result<std::vector<HistoryPruner::Oldest>> HistoryPruner::oldest() {
  auto select = database_->sql().prepare(
      "SELECT id, connection, session, started_us, request_place, request_stored_bytes, response_place, response_stored_bytes"
      " FROM exchange WHERE state <> 0 ORDER BY id LIMIT ?1");
  if (!select) return fail(select.error());
  std::vector<Oldest> rows;
  select->bind(limits::kPrunedExchangesAStep);
  auto read = select->each([&] {
    Oldest& row = rows.emplace_back();
    row.id = ExchangeId{select->natural(0)};
    row.connection = ConnectionId{select->natural(1)};
    row.session = select->integer(2);
    row.startedUs = select->integer(3);
    for (const auto direction : {capture::Direction::Request, capture::Direction::Response}) {
      const int column = direction == capture::Direction::Request ? 4 : 6;
      if (select->integer(column) != static_cast<int>(BodyPlace::File)) continue;
      row.files.push_back({row.id, direction});
      row.fileBytes += select->natural(column + 1);
    }
    return true;
  });
  if (!read) return fail(read.error());
  return rows;
}

// Its own word, unless no clock that was right can have said it: what is in the future, or of a machine that began to count anew. Then it
// began before the first that came later and is dated right; no import (which has no connection), since that may tell of any time. The
// clock was wrong for a while, so they lie behind it in a row, of any length: it is halved until its end is found, once for all of them.
// Imports can lie in between in any number: each is passed over once.
Result<std::int64_t> HistoryPruner::startOf(const Oldest& exchange, std::int64_t nowUs) {
  const auto isWrong = [nowUs](std::int64_t us) { return us > nowUs || us < kFirstUs; };
  const bool isImport = exchange.connection == ConnectionId{};
  if (!isWrong(exchange.startedUs) || (isImport && exchange.startedUs <= nowUs)) return exchange.startedUs;
  if (exchange.id.value < wrongEnd_) return wrongStartUs_;
  auto next = database_->sql().prepare("SELECT id, started_us FROM exchange WHERE id >= ?1 AND id < ?2 AND connection <> 0"
                                       " ORDER BY id LIMIT 1");
  if (!next) return fail(next.error());
  std::uint64_t wrong = exchange.id.value;
  auto until = database_->sql().integer("SELECT max(id) FROM exchange");
  if (!until) return fail(until.error());
  wrongStartUs_ = nowUs;
  wrongEnd_ = static_cast<std::uint64_t>(*until) + 1;
  while (wrongEnd_ - wrong > 1) {
    const std::uint64_t middle = wrong + (wrongEnd_ - wrong) / 2;
    std::uint64_t laterWrong = 0;
    next->bind(middle, wrongEnd_);
    const auto read = next->each([&] {
      isWrong(next->integer(1)) ? void(laterWrong = next->natural(0)) : void(wrongStartUs_ = next->integer(1));
      return false;
    });
    if (!read) return fail(read.error());
    laterWrong != 0 ? wrong = laterWrong : wrongEnd_ = middle;
  }
  return wrongStartUs_;
}

// What was recorded since this session began is no older than that.
Result<bool> HistoryPruner::isTooOld(const Oldest& exchange, const Retention& retention, const Moment& moment) {
  if (retention.ageMax.count() == 0) return false;
  if (exchange.session == moment.session && moment.sessionAge < retention.ageMax) return false;
  const auto startUs = startOf(exchange, moment.now.time_since_epoch().count());
  if (!startUs) return fail(startUs.error());
  return *startUs < (moment.now - retention.ageMax).time_since_epoch().count();
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
  auto erase = database_->sql().prepare("DELETE FROM exchange WHERE id = ?1");
  if (!erase) return fail(erase.error());
  if (auto done = erase->run(exchange.id); !done) return done;
  files_.insert(files_.end(), exchange.files.begin(), exchange.files.end());
  return {};
}

Result<HistoryPruner::Step> HistoryPruner::step(const Retention& retention, const Moment& moment, std::uint64_t exchanges,
                                                std::uint64_t bodyFileBytes) {
  files_.clear();
  wrongEnd_ = 0;
  auto used = usedBytes();
  if (!used) return fail(used.error());
  const auto rows = oldest();
  if (!rows) return fail(rows.error());
  if (retention.bytesMax != 0 && !rows->empty()) *used += derivedBytes(database_->dataDir(), exchanges, rows->front().id);
  // What one exchange takes in the database is known only on average.
  const std::uint64_t each = exchanges == 0 ? 0 : *used / exchanges;
  Step step;
  ConnectionId lastConnection;
  for (const Oldest& row : *rows) {
    const std::uint64_t bytes = *used + bodyFileBytes - std::min(*used + bodyFileBytes, step.exchanges * each + step.bodyFileBytes);
    const bool tooMany = retention.exchangesMax != 0 && exchanges - step.exchanges > retention.exchangesMax;
    const bool tooLarge = retention.bytesMax != 0 && bytes > retention.bytesMax;
    const auto tooOld = isTooOld(row, retention, moment);
    if (!tooOld) return fail(tooOld.error());
    if (!tooMany && !tooLarge && !*tooOld) break;
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
