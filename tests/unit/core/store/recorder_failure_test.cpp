// What the recorder does when the disk fails it.
#include <sqlite3.h>

#include <condition_variable>
#include <mutex>

#include "core/store/recorder.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/failing_disk.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// What the recorder says about its problems, and a way to wait for it.
class Problems {
 public:
  void note(const RecorderStatus& status) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(status);
    changed_.notify_all();
  }
  // Until it says this, from the `from`-th time on.
  RecorderStatus waitFor(Code code, std::size_t from = 0) {
    std::unique_lock lock(mutex_);
    std::size_t at = from;
    const auto said = [&] {
      while (at < seen_.size() && seen_[at].problem.code != code) ++at;
      return at < seen_.size();
    };
    changed_.wait(lock, said);
    return seen_[at];
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return seen_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RecorderStatus> seen_;
};

RecorderOptions optionsFor(Problems& problems) {
  RecorderOptions options;
  options.onProblemChanged = [&problems](const RecorderStatus& status) { problems.note(status); };
  options.retryAfter = std::chrono::milliseconds(1);
  return options;
}

constexpr std::uint64_t kExchanges = 4;

// Exchanges that run over several commits; the last of them with a body that moves to a file.
void recordSome(Recorder& recorder) {
  for (std::uint64_t id = 1; id <= kExchanges; ++id) {
    recorder.record(capture::ConnectionOpened{ConnectionId{id}, wall(1), "client", "listener"});
    recorder.record(started(id));
    recorder.record(chunk(id, pattern(3000, unsigned(id))));
    recorder.flush();
    recorder.record(responded(id));
    recorder.record(chunk(id, pattern(id == kExchanges ? 150'000 : 2000, unsigned(id + 1))));
    if (id % 2 == 0) recorder.flush();
    recorder.record(ended(id, 1));
    recorder.record(capture::ConnectionClosed{ConnectionId{id}, wall(2)});
  }
  recorder.flush();
}

// Empty when every exchange is there, whole.
std::string missing(History& history) {
  auto reader = history.reader();
  if (reader.totals().value().exchanges != kExchanges) return "exchanges are missing or there twice";
  for (std::uint64_t id = 1; id <= kExchanges; ++id) {
    const auto details = reader.exchange(ExchangeId{id}).value();
    const std::string which = "exchange " + std::to_string(id);
    if (!details || details->row.state != State::Complete) return which + " is not complete";
    if (details->requestHead.empty() || details->responseHead.empty()) return which + " lost a head";
    if (details->clientAddress != "client") return which + " lost its connection";
    const std::string body = pattern(3000, unsigned(id)) + pattern(id == kExchanges ? 150'000 : 2000, unsigned(id + 1));
    if (history.body(id) != body) return which + " lost a part of its body";
  }
  return {};
}

// Lets one operation after the other fail, `count` at a time, until a run gets through untouched.
std::string failEveryOperation(int count, int sqliteCode) {
  for (int first = 1;; first += count) {
    FailingDisk disk;
    Problems problems;
    History history;
    if (auto begun = history.start(optionsFor(problems)); !begun) return describe(begun.error());
    disk.fail(first, count, sqliteCode);
    recordSome(*history.recorder);
    while (history.recorder->status().queuedBytes > 0) history.recorder->flush();
    const bool reached = disk.operations() >= first;
    disk.fail(0, 0, SQLITE_OK);
    history.recorder->stop();
    const auto status = history.recorder->status();
    const std::string where = " when operation " + std::to_string(first) + " fails";
    if (status.movedAside) return "a sound database was moved aside" + where;
    if (status.droppedExchanges + status.refusedBodyBytes + status.ignoredRecords > 0) return "records were lost" + where;
    if (const std::string what = missing(history); !what.empty()) return what + where;
    if (!reached) return first > 20 ? "" : "the disk was hardly used";
  }
}

}  // namespace

SLUICE_TEST(losesNothingWhichEverOperationOfTheDiskFails) {
  QCOMPARE(failEveryOperation(1, SQLITE_IOERR_WRITE), std::string());
}

SLUICE_TEST(losesNothingWhenTheDiskIsFullForAWhile) {
  QCOMPARE(failEveryOperation(4, SQLITE_FULL), std::string());
}

SLUICE_TEST(losesNothingWhenTheDiskFailsForAWhile) {
  QCOMPARE(failEveryOperation(5, SQLITE_IOERR_FSYNC), std::string());
}

SLUICE_TEST(pausesWhileTheDiskIsFullAndResumesByItself) {
  FailingDisk disk;
  Problems problems;
  History history;
  VERIFY_OK(history.start(optionsFor(problems)));
  history.recorder->record(started(1));
  history.recorder->flush();
  auto reader = history.reader();
  disk.fail(1, 1'000'000, SQLITE_FULL);
  history.recorder->record(started(2));
  const auto paused = problems.waitFor(Code::NoSpace);
  QVERIFY(paused.problem.detail.find("history.db") != std::string::npos);
  QVERIFY(paused.queuedBytes > 0);
  QCOMPARE(paused.exchanges, 1u);
  QCOMPARE(reader.totals().value().exchanges, 1u);
  QVERIFY(history.recorder->record(started(3)));
  history.recorder->flush();  // does not wait for the disk
  disk.fail(0, 0, SQLITE_OK);
  (void)problems.waitFor(Code::None, 1);
  history.recorder->flush();
  QCOMPARE(reader.totals().value().exchanges, 3u);
  QCOMPARE(history.recorder->status().queuedBytes, 0u);
  QCOMPARE(problems.count(), std::size_t(2));
}

SLUICE_TEST(staysWithinItsMemoryWhileTheDiskIsFull) {
  FailingDisk disk;
  Problems problems;
  History history;
  auto options = optionsFor(problems);
  options.bodyBytesMax = 200'000;
  options.heldBytesMax = 400'000;
  VERIFY_OK(history.start(std::move(options)));
  disk.fail(1, 100'000'000, SQLITE_FULL);
  for (std::uint64_t id = 1; id <= 5000; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, pattern(1000)));
    history.recorder->record(responded(id));
    history.recorder->record(ended(id, 1000));
    // What ends is taken, so that nothing stays open for ever; how soon is up to the recorder's thread.
    if (id % 100 == 0) history.recorder->flush();
    QVERIFY(history.recorder->status().queuedBytes < 3'000'000);
  }
  history.recorder->flush();
  const auto status = history.recorder->status();
  QVERIFY(status.queuedBytes < 600'000);
  QVERIFY(status.droppedExchanges > 1000);
  QVERIFY(status.refusedBodyBytes > 1'000'000);
  disk.fail(0, 0, SQLITE_OK);
  (void)problems.waitFor(Code::None, 1);
  history.recorder->stop();
  const auto after = history.recorder->status();
  QCOMPARE(after.queuedBytes, 0u);
  QCOMPARE(after.exchanges + after.droppedExchanges, 5000u);
  QCOMPARE(history.reader().totals().value().running, 0u);
}

SLUICE_TEST(movesAsideADatabaseThatIsFoundDamagedWhileItRecords) {
  FailingDisk disk;
  Problems problems;
  History history;
  VERIFY_OK(history.start(optionsFor(problems)));
  history.recorder->record(started(1));
  history.recorder->record(ended(1));
  history.recorder->record(started(2));
  history.recorder->record(chunk(2, "before"));
  history.recorder->flush();
  disk.fail(1, 1, SQLITE_CORRUPT);
  history.recorder->record(chunk(2, "after"));
  history.recorder->record(responded(2));
  history.recorder->record(started(3));
  history.recorder->record(chunk(3, "all"));
  history.recorder->flush();
  history.recorder->record(ended(2));
  history.recorder->record(ended(3));
  history.recorder->flush();
  const auto status = history.recorder->status();
  QVERIFY(status.problem.code == Code::None);
  QVERIFY(status.movedAside);
  QVERIFY(fs::exists(status.movedAside->to));
  QVERIFY(problems.count() >= 1);
  // The new one has what ran at that time and what came later; bodies only if whole.
  const auto rows = history.reader().newest(10).value();
  QCOMPARE(rows.size(), std::size_t(2));
  QCOMPARE(rows[0].id.value, 2u);
  QCOMPARE(rows[0].host, std::string("example.test"));
  QVERIFY(rows[0].state == State::Complete);
  QCOMPARE(history.body(2), std::string());
  QCOMPARE(history.body(3), std::string("all"));
}

SLUICE_TEST(carriesOnWhenItsTablesAreTakenAway) {
  Problems problems;
  History history;
  VERIFY_OK(history.start(optionsFor(problems)));
  history.recorder->record(started(1));
  history.recorder->flush();
  {
    auto sql = SqlConnection::open(history.folder / "history.db", Access::ReadWrite);
    VERIFY_OK(sql->run("PRAGMA foreign_keys = OFF; DROP TABLE exchange"));
  }
  history.recorder->record(started(2));
  history.recorder->flush();
  history.recorder->record(started(3));
  history.recorder->flush();
  const auto status = history.recorder->status();
  QVERIFY(status.problem.code == Code::None);
  QVERIFY(status.movedAside);
  QVERIFY(status.droppedExchanges > 0);
  QCOMPARE(history.reader().newest(1).value().at(0).id.value, 3u);
}

SLUICE_TEST(waitsForAnotherProgramThatHoldsTheLock) {
  Problems problems;
  History history;
  VERIFY_OK(history.start(optionsFor(problems)));
  auto other = SqlConnection::open(history.folder / "history.db", Access::ReadWrite);
  VERIFY_OK(other->run("BEGIN IMMEDIATE"));
  history.recorder->record(started(1));
  (void)problems.waitFor(Code::DatabaseBusy);
  VERIFY_OK(other->run("ROLLBACK"));
  (void)problems.waitFor(Code::None, 1);
  history.recorder->stop();
  QCOMPARE(history.reader().totals().value().exchanges, 1u);
}

SLUICE_TEST(beginsAnewWhenItsFilesAreRemoved) {
  Problems problems;
  History history;
  VERIFY_OK(history.start(optionsFor(problems)));
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, "before"));
  history.recorder->flush();
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm"}) fs::remove(history.folder / name);
  fs::remove_all(history.folder / "bodies");
  history.recorder->record(ended(1));
  history.recorder->record(started(2));
  history.recorder->record(chunk(2, pattern(150'000)));
  history.recorder->record(ended(2));
  history.recorder->flush();
  QVERIFY(history.recorder->status().problem.code == Code::None);
  const auto rows = history.reader().newest(10).value();
  QCOMPARE(rows.size(), std::size_t(2));
  QVERIFY(rows[0].state == State::Complete || rows[0].state == State::CutOff);
  QVERIFY(history.body(2) == pattern(150'000));
}

SLUICE_TEST(losesOneBodyAndNoMoreWhenItsFileIsRemoved) {
  Problems problems;
  History history;
  VERIFY_OK(history.start(optionsFor(problems)));
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, pattern(150'000)));
  history.recorder->flush();
  fs::remove_all(history.folder / "bodies");
  history.recorder->record(chunk(1, pattern(150'000)));
  history.recorder->record(started(2));
  history.recorder->flush();
  history.recorder->record(chunk(1, "more"));
  history.recorder->record(ended(1));
  history.recorder->record(chunk(2, pattern(150'000)));
  history.recorder->record(ended(2));
  history.recorder->flush();
  while (history.recorder->status().problem.code != Code::None) history.recorder->flush();
  QVERIFY(history.body(2) == pattern(150'000));
  auto reader = history.reader();
  QVERIFY(reader.rows(std::vector{ExchangeId{1}}).value().at(0).state == State::Complete);
  QVERIFY(!reader.openBody(ExchangeId{1}, capture::Direction::Response));
}
