#include "core/store/history_files.h"

#include <sqlite3.h>

#include <thread>

#include "core/base/limits.h"
#include "core/store/recorder.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/failing_disk.h"
#include "tests/unit/core/store/filled_history.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

const KeptSettings kSettings{{"profile/a", "slow"}};

// A history of three exchanges, and a setting.
Result<void> startWithThree(History& history, RecorderOptions options = {}) {
  if (auto begun = history.start(std::move(options)); !begun) return begun;
  if (auto kept = history.recorder->keep("profile/a", "slow"); !kept) return kept;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, pattern(200'000)));
    history.recorder->record(ended(id, 200'000));
  }
  history.recorder->flush();
  return {};
}

std::size_t exchangesIn(History& history) { return history.reader().newest(100).value().size(); }

std::vector<std::string> filesBesides(const TempFolder& folder, std::string_view kept) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kept) && name != "bodies") names.push_back(name);
  }
  return names;
}

void copyFiles(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path copy = to / entry.path().lexically_relative(from);
    if (entry.is_directory()) fs::create_directory(copy);
    else writeFile(copy, contentsOf(entry.path()));
  }
}

// What the next start makes of a folder that a killed engine has left: the new history and nothing else, and numbers that go on.
std::string wrongAfterStart(History& history) {
  if (auto begun = history.start(); !begun) return describe(begun.error());
  history.recorder->flush();
  if (history.recorder->kept() != kSettings) return "a setting is lost";
  if (exchangesIn(history) != 0) return "what was cleared is back";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!filesBesides(history.folder, "history-2.db").empty() || !fs::is_empty(history.folder / "bodies")) {
    if (std::chrono::steady_clock::now() > deadline) return "something is left of what was cleared";
    history.recorder->record(started(100));  // a turn
    history.recorder->flush();
  }
  return {};
}

}  // namespace

SLUICE_TEST(theHistoryIsTheOneOfTheHighestNumber) {
  TempFolder folder;
  QVERIFY(historyFile(folder.path()) == folder / "history.db");
  for (const char* name : {"history-12.db-wal", "history-012.db", "history-1.db", "history-13.db.part", "history-14", "history-99.dbx",
                           "history-99999999999999999999.db", "history.damaged-20261121-101500.db", "search-77.db",
                           "history.cleared-20261121-101500.db"}) {
    writeFile(folder / name, "x");
  }
  QVERIFY(historyFile(folder.path()) == folder / "history.db");
  writeFile(folder / "history.db", "x");
  writeFile(folder / "history-9.db", "x");
  writeFile(folder / "history-10.db", "12345");
  writeFile(folder / "history-10.db-wal", "123");
  QVERIFY(historyFile(folder.path()) == folder / "history-10.db");
  QVERIFY(derivedFile(folder.path(), "search") == folder / "search-10.db");
  QVERIFY(isHistory(folder / "history-10.db", folder.path()) && !isHistory(folder / "history-9.db", folder.path()));
  QCOMPARE(databaseBytes(folder.path()), std::uint64_t(8));
  std::string cleared;
  for (const ClearedFile& each : clearedFiles(folder.path())) cleared += each.file.filename().string() + (each.isHistory ? "! " : " ");
  QCOMPARE(cleared, std::string("history.cleared-20261121-101500.db history.db! history-9.db! history-13.db.part "));
}

SLUICE_TEST(theNextHistoryIsWholeBeforeAnybodySeesIt) {
  History history;
  VERIFY_OK(startWithThree(history));
  history.stop();
  VERIFY_OK(beginNextHistory(history.folder.path(), {ExchangeId{4}, ConnectionId{9}, kSettings}));
  // Here the engine is killed.
  auto database = std::move(*Database::open(history.folder.path(), wall(0)));
  QVERIFY(!database.movedAside());
  QVERIFY(database.nextExchangeId() == ExchangeId{4} && database.nextConnectionId() == ConnectionId{9});
  QVERIFY(readKeptSettings(database.sql()).value() == kSettings);
  QCOMPARE(database.sql().integer("PRAGMA auto_vacuum").value(), std::int64_t(2));
  QCOMPARE(database.sql().integer("PRAGMA page_size").value(), std::int64_t(limits::kDatabasePageBytes));  // as the first one
  const auto rightsOf = [&](const char* name) { return fs::status(history.folder / name).permissions(); };
  QVERIFY(rightsOf("history-2.db") == rightsOf("history.db"));
}

SLUICE_TEST(numbersGoOnAfterAClearWithNothingRecordedSince) {
  History history;
  VERIFY_OK(startWithThree(history));
  VERIFY_OK(history.recorder->clear());
  history.stop();
  QVERIFY(Database::open(history.folder.path(), wall(0))->nextExchangeId() == ExchangeId{4});
}

// Whichever operation on the disk fails, the history is either cleared or as it was, and recording goes on.
SLUICE_TEST(clearsWhollyOrNotAtAllWhicheverOperationOfTheDiskFails) {
  for (const int code : {SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_FULL}) {
    for (int first = 1;; ++first) {
      FailingDisk disk;
      History history;
      RecorderOptions options;
      options.retryAfter = std::chrono::milliseconds(1);
      VERIFY_OK(startWithThree(history, options));
      disk.fail(first, 1, code);
      const bool cleared = history.recorder->clear().has_value();
      const bool reached = disk.operations() >= first;
      disk.fail(0, 0, SQLITE_OK);
      const bool begun = historyFile(history.folder.path()) == history.folder / "history-2.db";
      QVERIFY(begun || !cleared);
      history.recorder->record(started(4));
      history.recorder->record(ended(4));
      while (history.recorder->status().queuedBytes > 0) history.recorder->flush();
      QCOMPARE(exchangesIn(history), std::size_t(begun ? 1 : 4));
      QVERIFY(begun || history.body(3) == pattern(200'000));
      history.stop();
      VERIFY_OK(history.start());
      QVERIFY(history.recorder->kept() == kSettings);
      QVERIFY(!history.recorder->status().movedAside);
      if (!reached) break;
      QVERIFY(first < 1000);
    }
  }
}

SLUICE_TEST(aClearThatWasInterruptedAnywhereIsDoneOrUndoneAtTheNextStart) {
  // The part is not finished: as if nobody had asked.
  for (const char* left : {"history-2.db.part", "history-2.db.part-journal"}) {
    History history;
    VERIFY_OK(startWithThree(history));
    history.stop();
    writeFile(history.folder / left, pattern(5000));
    VERIFY_OK(history.start());
    history.recorder->flush();
    QCOMPARE(exchangesIn(history), std::size_t(3));
    VERIFY_OK(history.recorder->clear());
    QCOMPARE(exchangesIn(history), std::size_t(0));
  }
  // It has its name, and of the one before it everything, or a part, is left.
  for (const char* gone : {"", "history.db", "history.db-wal", "bodies"}) {
    History history;
    VERIFY_OK(startWithThree(history));
    TempFolder killed;  // with the log
    copyFiles(history.folder.path(), killed.path());
    history.stop();
    copyFiles(killed.path(), history.folder.path());
    VERIFY_OK(beginNextHistory(history.folder.path(), {ExchangeId{4}, ConnectionId{2}, kSettings}));
    if (*gone != '\0') fs::remove_all(history.folder / gone);
    QCOMPARE(wrongAfterStart(history), std::string());
  }
}

// On a full disk, clearing is what makes room.
SLUICE_TEST(clearsWhereThereIsNoRoomForAnotherHistory) {
  FailingDisk disk;
  History history;
  RecorderOptions options;
  options.retryAfter = std::chrono::milliseconds(1);
  VERIFY_OK(startWithThree(history, options));
  auto reader = history.reader();
  disk.fail(1, 1'000'000, SQLITE_FULL);
  QVERIFY(!history.recorder->clear());
  QVERIFY(fs::is_empty(history.folder / "history-2.db"));
  const auto none = reader.totals();
  QVERIFY(!none && none.error().code == Code::NotFound);
  history.recorder->record(started(4));
  history.recorder->record(ended(4));
  disk.fail(0, 0, SQLITE_OK);
  while (history.recorder->status().queuedBytes > 0) history.recorder->flush();
  QCOMPARE(reader.totals().value().exchanges, 1u);
  history.stop();
  VERIFY_OK(history.start());
  QVERIFY(history.recorder->kept() == kSettings);
}

// Whoever has the old history open keeps nobody from clearing it, on any system, and comes to the new one.
SLUICE_TEST(clearsWhatOthersHaveOpen) {
  History history;
  VERIFY_OK(startWithThree(history));
  auto reader = history.reader();
  QCOMPARE(reader.totals().value().exchanges, 3u);
  auto body = reader.openBody(ExchangeId{3}, capture::Direction::Response);
  VERIFY_OK(body);
  std::optional<SqlConnection> held = std::move(*openHistory(history.folder.path(), Access::ReadOnly));
  VERIFY_OK(held->run("BEGIN"));
  QCOMPARE(held->integer("SELECT count(*) FROM exchange").value(), std::int64_t(3));
  QVERIFY(!held->fileIsGone());
  VERIFY_OK(history.recorder->clear());
  VERIFY_OK(history.recorder->clear());
  QVERIFY(held->fileIsGone());
  QCOMPARE(reader.totals().value().exchanges, 0u);
  history.recorder->record(started(4));
  history.recorder->record(ended(4));
  history.recorder->flush();
  QCOMPARE(reader.newest(9).value().at(0).id.value, 4u);
  held.reset();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!filesBesides(history.folder, "history-3.db").empty()) {
    QVERIFY(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Of a history that cannot be brought up to date for want of room, for one.
SLUICE_TEST(looksAtAHistoryOfAnyVersionWithoutWriting) {
  for (std::int64_t version = 1; version <= 6; ++version) {
    TempFolder folder;
    VERIFY_OK(makeOldHistory(folder.path(), version, 7));
    const std::string before = contentsOf(folder / "history.db");
    const auto known = lookAtHistory(folder.path());
    VERIFY_OK(known);
    QVERIFY(known->nextExchange == ExchangeId{8} && known->nextConnection == ConnectionId{4});
    QVERIFY(known->settings == (KeptSettings{{"k", "v"}}));
    QVERIFY(contentsOf(folder / "history.db") == before);
  }
  TempFolder empty;
  QVERIFY(!lookAtHistory(empty.path()));
  writeFile(empty / "history.db", pattern(10'000));
  QVERIFY(!lookAtHistory(empty.path()));
}

SLUICE_TEST(theRecorderSaysHowLargeTheHistoryIsAlsoAfterAClear) {
  History history;
  VERIFY_OK(history.start());
  const auto isTrue = [&] { return history.recorder->status().databaseBytes == databaseBytes(history.folder.path()); };
  QVERIFY(isTrue());
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, pattern(100'000)));
  history.recorder->flush();
  QVERIFY(isTrue());
  QVERIFY(history.recorder->status().databaseBytes > 100'000);
  VERIFY_OK(history.recorder->clear());
  QVERIFY(isTrue());
  history.recorder->record(started(2));
  history.recorder->flush();
  QVERIFY(isTrue());
}
