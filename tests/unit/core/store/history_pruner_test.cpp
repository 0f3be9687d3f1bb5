#include "core/store/history_pruner.h"

#include <sqlite3.h>

#include <chrono>
#include <thread>

#include "core/base/limits.h"
#include "core/store/derived.h"
#include "core/store/history_writer.h"
#include "core/store/sort_builder.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/integrity.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

void recordMany(Recorder& recorder, std::uint64_t count, std::size_t bodyBytes) {
  for (std::uint64_t id = 1; id <= count; ++id) {
    recorder.record(capture::ConnectionOpened{ConnectionId{id}, wall(5), "127.0.0.1:1", "regular"});
    auto start = started(id);
    start.connection = ConnectionId{id};
    recorder.record(std::move(start));
    if (id == 3) continue;  // still runs
    recorder.record(responded(id));
    recorder.record(chunk(id, pattern(bodyBytes)));
    recorder.record(ended(id, bodyBytes));
    recorder.record(capture::ConnectionClosed{ConnectionId{id}, wall(6)});
  }
  recorder.flush();
}

// The totals once there are no more exchanges than that, however long a busy machine takes.
Totals whenAtMost(History& history, std::uint64_t exchanges) {
  auto reader = history.reader();
  for (int i = 0; i < 6000; ++i) {
    const Totals totals = reader.totals().value();
    if (totals.exchanges <= exchanges) return totals;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return reader.totals().value();
}

// Until there is nothing more to remove or to give back.
Result<void> pruneAll(Database& database, const Retention& retention, WallTime now) {
  auto writer = HistoryWriter::create(database);
  if (!writer) return fail(writer.error());
  for (;;) {
    const auto more = writer->prune(retention, now, {});
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
}

// Exchanges that have ended, `count` of them from the next id on, all begun at that time; imported ones have no connection.
void recordAt(Recorder& recorder, std::uint64_t& next, std::uint64_t count, WallTime at, ConnectionId connection) {
  for (const auto end = next + count; next < end; ++next) {
    auto start = started(next);
    start.at = at;
    start.connection = connection;
    recorder.record(std::move(start));
    recorder.record(ended(next));
  }
}

std::string idsOf(History& history) {
  const auto rows = history.reader().newest(10'000).value();
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool begins = i == 0 || rows[i - 1].id.value + 1 != rows[i].id.value;
    const bool ends = i + 1 == rows.size() || rows[i].id.value + 1 != rows[i + 1].id.value;
    if (begins) text += (text.empty() ? "" : ",") + std::to_string(rows[i].id.value);
    if (ends && !begins) text += "-" + std::to_string(rows[i].id.value);
  }
  return text;
}

}  // namespace

SLUICE_TEST(keepsTheNewestByCount) {
  History history;
  RecorderOptions options;
  VERIFY_OK(history.start(options));
  recordMany(*history.recorder, 1000, 200);
  history.recorder->setRetention({.exchangesMax = 100});
  const Totals totals = whenAtMost(history, 100);
  QCOMPARE(totals.exchanges, std::uint64_t(100));
  QCOMPARE(totals.newest.value, std::uint64_t(1000));
  QCOMPARE(totals.oldest.value, std::uint64_t(3));  // it runs
  auto reader = history.reader();
  QCOMPARE(reader.newest(1000).value().size(), std::size_t(100));
  history.stop();
  QCOMPARE(integrityOf(history.folder.path()), std::string("ok"));
  auto sql = SqlConnection::open(history.folder / "history.db", Access::ReadOnly);
  QCOMPARE(sql->integer("SELECT count(*) FROM head").value(), std::int64_t(100));
  QVERIFY(sql->integer("SELECT count(*) FROM connection").value() <= 101);
}

SLUICE_TEST(keepsWhatFitsAndGivesSpaceBack) {
  History history;
  VERIFY_OK(history.start());
  recordMany(*history.recorder, 60, 300'000);  // in files
  history.recorder->setRetention({.bytesMax = 6'000'000});
  const Totals totals = whenAtMost(history, 24);
  QVERIFY2(totals.exchanges > 10 && totals.exchanges < 25, std::to_string(totals.exchanges).c_str());
  QVERIFY(totals.bodyFileBytes < 6'000'000);
  history.stop();  // files go after their rows
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(history.folder / "bodies")) files += entry.exists() ? 1 : 0;
  QCOMPARE(files, std::size_t(totals.exchanges - 1));
}

SLUICE_TEST(removesWhatIsTooOld) {
  History history;
  VERIFY_OK(history.start());
  recordMany(*history.recorder, 50, 10);  // years ago
  history.stop();
  RecorderOptions options;
  options.retention = {.ageMax = std::chrono::hours(24)};
  VERIFY_OK(history.start(options));
  history.recorder->record(started(59));  // it runs
  auto fresh = started(60);
  fresh.at = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  history.recorder->record(std::move(fresh));
  history.recorder->record(ended(60));
  history.recorder->flush();
  QCOMPARE(whenAtMost(history, 2).exchanges, std::uint64_t(2));  // and the one that runs
}

// Its clock may be wrong: the limit of age waits, and the others do not.
SLUICE_TEST(anEngineThatStartsLongAfterTheLastRemovesNothingForItsAge) {
  History history;
  VERIFY_OK(history.start());
  recordMany(*history.recorder, 50, 10);  // years ago
  history.stop();
  VERIFY_OK(SqlConnection::open(history.folder / "history.db", Access::ReadWrite)->run("UPDATE session SET ended_us = 1700000002000000"));
  RecorderOptions options;
  options.retention = {.exchangesMax = 40, .ageMax = std::chrono::hours(24)};
  VERIFY_OK(history.start(options));
  QCOMPARE(whenAtMost(history, 40).exchanges, std::uint64_t(40));
}

// Also when no run lasts until its clock is trusted: what was too old already when some of them had together.
SLUICE_TEST(anEngineThatStartsLongAfterTheLastRemovesWhatWasTooOldBefore) {
  constexpr std::int64_t kHour = 3'600'000'000, kMinute = 60'000'000, kThen = 1'710'000'000'000'000;
  for (const std::int64_t lasted : {4 * kMinute, 5 * kMinute}) {
    History history;
    VERIFY_OK(history.start());
    recordMany(*history.recorder, 50, 10);  // long before that
    auto later = started(51);
    later.at = wall(kThen - 23 * kHour);
    history.recorder->record(std::move(later));
    history.recorder->record(ended(51));
    history.stop();
    const auto run = [&](std::int64_t at) {
      return "INSERT INTO session (started_us, ended_us) VALUES (" + std::to_string(at) + ", " + std::to_string(at + lasted) + ");";
    };
    VERIFY_OK(SqlConnection::open(history.folder / "history.db", Access::ReadWrite)->run((run(kThen) + run(kThen + 100 * kHour)).c_str()));
    RecorderOptions options;
    options.retention = {.exchangesMax = 49, .ageMax = std::chrono::hours(24)};
    VERIFY_OK(history.start(options));
    const std::uint64_t left = lasted == 5 * kMinute ? 1 : 49;
    QCOMPARE(whenAtMost(history, left).exchanges, left);
  }
}

// The clock was wrong when this was recorded, and has been set right.
SLUICE_TEST(whatThisRunRecordedIsNoOlderThanTheRun) {
  History history;
  VERIFY_OK(history.start());
  recordMany(*history.recorder, 50, 10);  // years ago
  history.stop();
  auto database = std::move(*Database::open(history.folder.path(), wall(0)));
  const auto session = database.sql().integer("SELECT max(id) FROM session").value();
  const WallTime now = wall(1'800'000'000'000'000);
  const auto removed = [&](std::int64_t of, std::chrono::hours age) {
    auto transaction = Transaction::begin(database.sql(), Transaction::Kind::Write);  // and not committed
    HistoryPruner pruner(database);
    return pruner.step({.ageMax = std::chrono::hours(24)}, {now, of, age}, 50, 0).value().exchanges;
  };
  QCOMPARE(removed(session, std::chrono::hours(23)), std::uint64_t(0));
  QCOMPARE(removed(session, std::chrono::hours(25)), std::uint64_t(49));  // all but the one that runs
  QCOMPARE(removed(session + 1, std::chrono::hours(23)), std::uint64_t(49));
}

// A machine without a battery for its clock begins in 1970, or at some day of its maker's.
SLUICE_TEST(whatNoClockCanHaveSaidIsAsOldAsWhatCameAfterIt) {
  const WallTime now = wall(1'700'000'000'000'000);
  const auto day = std::chrono::hours(24);
  History history;
  VERIFY_OK(history.start());
  std::uint64_t next = 1;
  recordAt(*history.recorder, next, 300, wall(0) + day, ConnectionId{1});
  recordAt(*history.recorder, next, 300, now - 3 * day, ConnectionId{2});
  recordAt(*history.recorder, next, 300, wall(0) + day, ConnectionId{3});
  history.stop();
  auto database = std::move(*Database::open(history.folder.path(), now));
  VERIFY_OK(pruneAll(database, {.ageMax = 30 * day}, now));
  QCOMPARE(idsOf(history), std::string("1-900"));
  VERIFY_OK(pruneAll(database, {.ageMax = day}, now));
  QCOMPARE(idsOf(history), std::string("601-900"));  // nothing came after them
  VERIFY_OK(pruneAll(database, {.ageMax = day}, wall(0) + 5 * day));
  QCOMPARE(idsOf(history), std::string("601-900"));
}

SLUICE_TEST(removesACertificateChainWithTheLastExchangeThatSawIt) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 30; ++id) {
    const std::string chain = id == 5 || id == 30 ? "common" : id < 10 ? "old" : "";
    history.recorder->record(started(id));
    const std::string digest = chain.empty() ? "" : "digest of " + chain;
    history.recorder->record(capture::TlsSeen{ExchangeId{id}, Side::Upstream, "TLSv1.3", "c", "h2", "s", false, 5, {}, chain, digest});
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
  history.recorder->setRetention({.exchangesMax = 10});
  QCOMPARE(whenAtMost(history, 10).exchanges, std::uint64_t(10));
  history.stop();
  auto sql = SqlConnection::open(history.folder / "history.db", Access::ReadOnly);
  QCOMPARE(sql->text("SELECT group_concat(digest) FROM certificate_chain").value(), std::string("digest of common"));
  QCOMPARE(sql->integer("SELECT count(*) FROM tls").value(), std::int64_t(2));
}

SLUICE_TEST(aCertificateChainThatWasRemovedIsKeptAgain) {
  History history;
  VERIFY_OK(history.start());
  const auto see = [&](std::uint64_t id, const std::string& chain) {
    history.recorder->record(started(id));
    history.recorder->record(capture::TlsSeen{ExchangeId{id}, Side::Upstream, "TLSv1.3", "c", "h2", "s", false, 5, {}, chain, chain});
    history.recorder->record(ended(id));
    history.recorder->flush();
  };
  see(1, "old");
  for (const std::uint64_t id : {2, 3, 4}) see(id, "");
  history.recorder->setRetention({.exchangesMax = 2});
  QCOMPARE(whenAtMost(history, 2).exchanges, std::uint64_t(2));
  see(5, "old");
  QCOMPARE(history.reader().exchange(ExchangeId{5}).value()->tls.at(0).chain, std::string("old"));
}

// What search and order take counts: with them, fewer exchanges fit.
SLUICE_TEST(countsTheIndexesToo) {
  std::uint64_t removed[2] = {};
  for (const bool indexed : {false, true}) {
    History history;
    VERIFY_OK(history.start());
    recordMany(*history.recorder, 2000, 1000);
    history.stop();
    if (indexed) {
      SortBuilder builder(history.folder.path());
      while (builder.step().value_or(false)) {
      }
      QVERIFY(derivedBytes(history.folder.path(), 2000, ExchangeId{1}) > 100'000);
    }
    auto database = std::move(*Database::open(history.folder.path(), wall(0)));
    const auto pages = database.sql().integer("PRAGMA page_count").value();
    const auto bytes = std::uint64_t(pages * database.sql().integer("PRAGMA page_size").value());
    HistoryPruner pruner(database);
    for (bool more = true; more;) {
      const auto step = pruner.step({.bytesMax = bytes / 2}, {.now = wall(0)}, 2000 - removed[indexed], 0);
      VERIFY_OK(step);
      removed[indexed] += step->exchanges;
      more = step->more;
    }
  }
  QVERIFY2(removed[1] > removed[0] && removed[0] > 500, (std::to_string(removed[0]) + " " + std::to_string(removed[1])).c_str());
}

// Whichever is the narrowest decides.
SLUICE_TEST(keepsAllThreeLimitsAtOnce) {
  const WallTime now = wall(1'700'000'000'000'000);
  const auto keep = [&](const Retention& retention) {
    History history;
    if (!history.start()) return std::string("not started");
    std::uint64_t next = 1;
    recordAt(*history.recorder, next, 500, now - std::chrono::hours(48), ConnectionId{1});
    recordAt(*history.recorder, next, 500, now - std::chrono::hours(1), ConnectionId{2});
    history.stop();
    {
      auto database = std::move(*Database::open(history.folder.path(), now));
      if (auto done = pruneAll(database, retention, now); !done) return describe(done.error());
    }
    return idsOf(history);
  };
  constexpr std::uint64_t kRoomy = 1'000'000'000;
  constexpr auto kDay = std::chrono::hours(24);
  QCOMPARE(keep({kRoomy, 2000, 3 * kDay}), std::string("1-1000"));
  QCOMPARE(keep({kRoomy, 700, 3 * kDay}), std::string("301-1000"));
  QCOMPARE(keep({kRoomy, 700, kDay}), std::string("501-1000"));
  QCOMPARE(keep({kRoomy, 100, kDay}), std::string("901-1000"));
  const std::string bySize = keep({200'000, 700, kDay});
  QVERIFY2(bySize.ends_with("-1000") && std::stoul(bySize) > 501 && std::stoul(bySize) < 999, bySize.c_str());
}

// The clock was two years ahead for a while; an import tells of years ago.
SLUICE_TEST(exchangesFromTheFutureAreAsOldAsWhatCameAfterThem) {
  const WallTime now = wall(1'700'000'000'000'000);
  const auto day = std::chrono::hours(24);
  History history;
  VERIFY_OK(history.start());
  std::uint64_t next = 1;
  recordAt(*history.recorder, next, 1000, now + 700 * day, ConnectionId{1});
  recordAt(*history.recorder, next, 100, now - 900 * day, {});
  recordAt(*history.recorder, next, 300, now - 3 * day, ConnectionId{2});
  recordAt(*history.recorder, next, 50, now - std::chrono::hours(1), ConnectionId{3});
  recordAt(*history.recorder, next, 300, now + 700 * day, ConnectionId{4});
  recordAt(*history.recorder, next, 100, now - 900 * day, {});
  recordAt(*history.recorder, next, 10, now - std::chrono::hours(1), ConnectionId{5});
  history.stop();
  {
    auto database = std::move(*Database::open(history.folder.path(), now));
    VERIFY_OK(pruneAll(database, {.ageMax = 30 * day}, now));
    QCOMPARE(idsOf(history), std::string("1-1860"));  // nothing but the imports is that old, and they are behind what is not
    VERIFY_OK(pruneAll(database, {.ageMax = day}, now));
    QCOMPARE(idsOf(history), std::string("1401-1860"));
    VERIFY_OK(pruneAll(database, {.ageMax = day}, now + 2 * day));
    QCOMPARE(idsOf(history), std::string());
  }
}

// Recording waits for it: a large import behind the time when the clock was ahead is passed over once, not for each exchange.
SLUICE_TEST(anImportBehindExchangesFromTheFutureCostsOneLookAtEach) {
  const WallTime now = wall(1'700'000'000'000'000);
  const auto day = std::chrono::hours(24);
  History history;
  VERIFY_OK(history.start());
  std::uint64_t next = 1;
  recordAt(*history.recorder, next, 500, now + 700 * day, ConnectionId{1});
  recordAt(*history.recorder, next, 10, now - 3 * day, ConnectionId{2});
  recordAt(*history.recorder, next, 5000, now - 900 * day, {});
  history.stop();
  auto database = std::move(*Database::open(history.folder.path(), now));
  long operations = 0;
  sqlite3_progress_handler(
      database.sql().handle(), 1, [](void* count) { return ++*static_cast<long*>(count), 0; }, &operations);
  HistoryPruner pruner(database);
  const auto step = pruner.step({.ageMax = day}, {.now = now}, 5510, 0);
  sqlite3_progress_handler(database.sql().handle(), 0, nullptr, nullptr);
  VERIFY_OK(step);
  QCOMPARE(step->exchanges, std::uint64_t(limits::kPrunedExchangesAStep));
  QVERIFY2(operations < 1'000'000, std::to_string(operations).c_str());
}

SLUICE_TEST(aClockSetBackRemovesNothing) {
  const WallTime now = wall(1'700'000'000'000'000);
  History history;
  VERIFY_OK(history.start());
  std::uint64_t next = 1;
  recordAt(*history.recorder, next, 300, now, ConnectionId{1});
  history.stop();
  auto database = std::move(*Database::open(history.folder.path(), now));
  VERIFY_OK(pruneAll(database, {.ageMax = std::chrono::hours(24)}, wall(0)));
  QCOMPARE(idsOf(history), std::string("1-300"));
}

// A window that shows an old state keeps the file from shrinking; that is no reason to remove more.
SLUICE_TEST(removesNoMoreBecauseAReaderKeepsTheFileLarge) {
  History history;
  VERIFY_OK(history.start());
  recordMany(*history.recorder, 1000, 10'000);
  history.stop();
  auto database = std::move(*Database::open(history.folder.path(), wall(0)));
  auto other = SqlConnection::open(history.folder / "history.db", Access::ReadOnly);
  VERIFY_OK(other);
  const auto before = databaseBytes(history.folder.path());
  {
    auto look = Transaction::begin(*other, Transaction::Kind::Read);
    VERIFY_OK(look);
    QCOMPARE(other->integer("SELECT count(*) FROM exchange").value(), 1000);
    VERIFY_OK(pruneAll(database, {.bytesMax = before / 2}, wall(0)));
    const auto left = database.sql().integer("SELECT count(*) FROM exchange").value();
    QVERIFY2(left > 400 && left < 520, std::to_string(left).c_str());
    QVERIFY(databaseBytes(history.folder.path()) >= before);
    QCOMPARE(other->integer("SELECT count(*) FROM exchange").value(), 1000);  // it still sees all of it
    VERIFY_OK(pruneAll(database, {.bytesMax = before / 2}, wall(0)));
    QCOMPARE(database.sql().integer("SELECT count(*) FROM exchange").value(), left);
  }
  VERIFY_OK(database.sql().run("PRAGMA wal_checkpoint(TRUNCATE)"));
  QVERIFY(databaseBytes(history.folder.path()) < before * 6 / 10);
}

// The order is kept up to date in the background, when there is time.
SLUICE_TEST(removesNoMoreBecauseAnIndexLagsBehind) {
  History history;
  VERIFY_OK(history.start());
  recordMany(*history.recorder, 3000, 10);
  history.stop();
  SortBuilder builder(history.folder.path());
  while (builder.step().value_or(false)) {
  }
  const std::uint64_t order = derivedBytes(history.folder.path(), 3000, ExchangeId{1});
  auto database = std::move(*Database::open(history.folder.path(), wall(0)));
  VERIFY_OK(pruneAll(database, {.bytesMax = order * 9 / 10}, wall(0)));
  const auto left = database.sql().integer("SELECT count(*) FROM exchange").value();
  QVERIFY2(left > 300 && left < 2900, (std::to_string(left) + " with an order of " + std::to_string(order)).c_str());
}
