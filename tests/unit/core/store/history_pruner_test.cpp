#include "core/store/history_pruner.h"

#include <chrono>
#include <thread>

#include "core/base/limits.h"
#include "core/store/derived.h"
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
  auto fresh = started(60);
  fresh.at = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  history.recorder->record(std::move(fresh));
  history.recorder->record(ended(60));
  history.recorder->flush();
  history.recorder->setRetention({.ageMax = std::chrono::hours(24)});
  QCOMPARE(whenAtMost(history, 2).exchanges, std::uint64_t(2));  // and the one that runs
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
  QCOMPARE(sql->integer("SELECT count(*) FROM tls").value(), std::int64_t(10));
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
      QVERIFY(derivedBytes(history.folder.path(), 2000) > 100'000);
    }
    auto database = std::move(*Database::open(history.folder.path(), wall(0)));
    const auto pages = database.sql().integer("PRAGMA page_count").value();
    const auto bytes = std::uint64_t(pages * database.sql().integer("PRAGMA page_size").value());
    HistoryPruner pruner(database);
    for (bool more = true; more;) {
      const auto step = pruner.step({.bytesMax = bytes / 2}, wall(0), 2000 - removed[indexed], 0);
      VERIFY_OK(step);
      removed[indexed] += step->exchanges;
      more = step->more;
    }
  }
  QVERIFY2(removed[1] > removed[0] && removed[0] > 500, (std::to_string(removed[0]) + " " + std::to_string(removed[1])).c_str());
}
