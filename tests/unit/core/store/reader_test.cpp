#include "core/store/reader.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/store/body_files.h"
#include "core/store/schema.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/lesser_user.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

namespace {

std::vector<std::uint64_t> idsOf(const Result<std::vector<ExchangeRow>>& rows) {
  std::vector<std::uint64_t> ids;
  if (rows) {
    for (const ExchangeRow& row : *rows) ids.push_back(row.id.value);
  }
  return ids;
}

using Ids = std::vector<std::uint64_t>;

void recordWhole(Recorder& recorder, std::uint64_t id) {
  recorder.record(started(id));
  recorder.record(ended(id));
}

}  // namespace

SLUICE_TEST(tellsThatNothingIsRecordedYet) {
  TempFolder folder;
  const auto missing = Reader::open(folder.path());
  QVERIFY(!missing);
  QVERIFY(missing.error().code == Code::NotFound);
  writeFile(folder / "history.db", "");
  const auto empty = Reader::open(folder.path());
  QVERIFY(!empty);
  QVERIFY(empty.error().code == Code::NotFound);
  QVERIFY(empty.error().detail.find("history.db") != std::string::npos);
}

SLUICE_TEST(tellsThatTheDatabaseIsDamagedAndTouchesNothing) {
  TempFolder folder;
  writeFile(folder / "history.db", pattern(9000));
  const auto reader = Reader::open(folder.path());
  QVERIFY(!reader);
  QVERIFY(reader.error().code == Code::DatabaseDamaged);
  QVERIFY(contentsOf(folder / "history.db") == pattern(9000));
}

SLUICE_TEST(tellsThatTheDatabaseIsTooNew) {
  History history;
  VERIFY_OK(history.start());
  history.stop();
  {
    auto sql = SqlConnection::open(history.folder / "history.db", Access::ReadWrite);
    VERIFY_OK(sql->run(("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1)).c_str()));
  }
  const auto reader = Reader::open(history.folder.path());
  QVERIFY(!reader);
  QVERIFY(reader.error().code == Code::DatabaseTooNew);
  QVERIFY(reader.error().detail.find("version " + std::to_string(kSchemaVersion + 1)) != std::string::npos);
}

SLUICE_TEST(tellsThatTheDatabaseIsBusy) {
  History history;
  VERIFY_OK(history.start());
  history.stop();
  auto other = SqlConnection::open(history.folder / "history.db", Access::ReadWrite);
  VERIFY_OK(other->run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"));
  const auto reader = Reader::open(history.folder.path());
  QVERIFY(!reader);
  QVERIFY(reader.error().code == Code::DatabaseBusy);
}

SLUICE_TEST(readsWhileAnEngineRecordsAndWhenNoneRuns) {
  History history;
  VERIFY_OK(history.start());
  recordWhole(*history.recorder, 1);
  history.recorder->flush();
  auto reader = history.reader();
  QCOMPARE(reader.totals().value().exchanges, 1u);
  recordWhole(*history.recorder, 2);
  history.recorder->flush();
  QCOMPARE(reader.totals().value().exchanges, 2u);
  history.stop();
  QCOMPARE(reader.totals().value().exchanges, 2u);
  QVERIFY(idsOf(history.reader().newest(9)) == (Ids{1, 2}));
  VERIFY_OK(history.start());
  recordWhole(*history.recorder, 3);
  history.recorder->flush();
  QCOMPARE(reader.totals().value().exchanges, 3u);
}

SLUICE_TEST(cannotWrite) {
  History history;
  VERIFY_OK(history.start());
  history.stop();
  auto sql = SqlConnection::open(history.folder / "history.db", Access::ReadOnly);
  VERIFY_OK(sql);
  QVERIFY(!sql->run("DELETE FROM exchange"));
}

SLUICE_TEST(givesPagesOfRowsFromEitherEnd) {
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  QVERIFY(idsOf(reader.newest(5)).empty());
  QCOMPARE(reader.totals().value().newest.value, 0u);
  for (const std::uint64_t id : {2, 3, 5, 7, 11, 13}) recordWhole(*history.recorder, id);
  history.recorder->flush();
  QVERIFY(idsOf(reader.newest(3)) == (Ids{7, 11, 13}));
  QVERIFY(idsOf(reader.newest(100)) == (Ids{2, 3, 5, 7, 11, 13}));
  QVERIFY(idsOf(reader.newest(0)).empty());
  QVERIFY(idsOf(reader.from(ExchangeId{4}, 3)) == (Ids{5, 7, 11}));
  QVERIFY(idsOf(reader.from(ExchangeId{13}, 3)) == (Ids{13}));
  QVERIFY(idsOf(reader.from(ExchangeId{14}, 3)).empty());
  QVERIFY(idsOf(reader.before(ExchangeId{7}, 2)) == (Ids{3, 5}));
  QVERIFY(idsOf(reader.before(ExchangeId{2}, 2)).empty());
  QVERIFY(idsOf(reader.before(ExchangeId{UINT64_MAX}, 1)) == (Ids{13}));
  QVERIFY(idsOf(reader.from(ExchangeId{UINT64_MAX}, 1)).empty());
  const ExchangeId wanted[] = {ExchangeId{11}, ExchangeId{4}, ExchangeId{2}, ExchangeId{11}};
  QVERIFY(idsOf(reader.rows(wanted)) == (Ids{11, 2, 11}));
  const auto ids = reader.ids(ExchangeId{3}, 2).value().ids;
  QCOMPARE(ids.size(), std::size_t(2));
  QCOMPARE(ids[0].value, 5u);
  const auto totals = reader.totals().value();
  QCOMPARE(totals.oldest.value, 2u);
  QCOMPARE(totals.newest.value, 13u);
  QCOMPARE(totals.exchanges, 6u);
  QVERIFY(totals.databaseBytes > 0);
}

// Two followers, one asking after each commit and one now and then in small pages, must both end with the truth.
SLUICE_TEST(givesEveryChangeToWhoeverFollows) {
  struct Follower {
    std::uint64_t version = 0;
    std::map<std::uint64_t, State> rows;
  };
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  std::map<std::uint64_t, State> truth;
  Follower eager, lazy;
  std::string failure;
  const auto follow = [&](Follower& follower, std::size_t limit) {
    for (bool more = true; more;) {
      const auto changes = reader.changesSince(follower.version, limit).value();
      if (!std::is_sorted(changes.ids.begin(), changes.ids.end())) failure = "not rising";
      if (changes.more && changes.ids.size() < limit) failure = "a short page before the last";
      const auto rows = reader.rows(changes.ids).value();
      for (const ExchangeRow& row : rows) {
        follower.rows[row.id.value] = row.state;
        if (row.version <= follower.version) failure = "not changed at all";
      }
      follower.version = changes.version;
      more = changes.more;
    }
  };
  std::mt19937 random(42);
  std::uint64_t next = 1;
  std::vector<std::uint64_t> running;
  for (int round = 0; round < 200; ++round) {
    for (unsigned i = random() % 8; i > 0; --i) {
      if (random() % 3 != 0 || running.empty()) {
        history.recorder->record(started(next));
        truth[next] = State::Running;
        running.push_back(next++);
      } else {
        const std::size_t at = random() % running.size();
        const std::uint64_t id = running[at];
        running.erase(running.begin() + std::ptrdiff_t(at));
        const bool good = random() % 2 == 0;
        history.recorder->record(ended(id, 0, good ? Error{} : Error{Code::EndedEarly, Side::Upstream, 0, ""}));
        truth[id] = good ? State::Complete : State::CutOff;
      }
    }
    history.recorder->flush();
    follow(eager, 1000);
    QVERIFY(eager.rows == truth);
    if (random() % 10 == 0) {
      follow(lazy, 1 + random() % 5);
      QVERIFY(lazy.rows == truth);
    }
  }
  QVERIFY2(failure.empty(), failure.c_str());
  const auto nothing = reader.changesSince(eager.version, 10).value();
  QVERIFY(nothing.ids.empty());
  QVERIFY(!nothing.anew && !nothing.more);
  QCOMPARE(nothing.version, eager.version);
}

SLUICE_TEST(tellsWhoeverFollowsThatTheHistoryIsAnotherOne) {
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  recordWhole(*history.recorder, 1);
  history.recorder->flush();
  const auto first = reader.changesSince(0, 10).value();
  QVERIFY(first.anew);
  QVERIFY(!reader.changesSince(first.version, 10).value().anew);
  QVERIFY(reader.changesSince(first.version + 1, 10).value().anew);  // a version that this history never had
  history.stop();
  QVERIFY(!reader.changesSince(first.version, 10).value().anew);

  // Moments later another one is there, which an open reader notices as well as a new one.
  fs::rename(history.folder / "history.db", history.folder / "old.db");
  QVERIFY(!reader.totals());
  VERIFY_OK(history.start());
  recordWhole(*history.recorder, 8);
  history.recorder->flush();
  auto other = history.reader();
  for (Reader* each : {&reader, &other}) {
    const auto anew = each->changesSince(first.version, 10).value();
    QVERIFY(anew.anew);
    QCOMPARE(anew.ids.size(), std::size_t(1));
    QCOMPARE(anew.ids[0].value, 8u);
    QVERIFY(!each->changesSince(anew.version, 10).value().anew);
  }
}

namespace {

// In which nobody may write, as long as this lives; for whoever is no root.
struct UnwritableFolder {
  const fs::path path;
  const LesserUser user;

  explicit UnwritableFolder(const fs::path& folder) : path(folder), user(locked(folder)) {}
  ~UnwritableFolder() { fs::permissions(path, fs::perms::owner_all); }
  static const fs::path& locked(const fs::path& folder) {
    fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
    return folder;
  }
  bool isWritable() const { return std::ofstream(path / "probe").is_open(); }
};

}  // namespace

SLUICE_TEST(readsAHistoryInAFolderThatMayNotBeWritten) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(ended(1));
  history.stop();
  QVERIFY(!fs::exists(history.folder / "history.db-wal"));
  std::optional<UnwritableFolder> unwritable(std::in_place, history.folder.path());
  if (unwritable->isWritable()) QSKIP("this user may write everywhere");
  auto reader = Reader::open(history.folder.path());
  VERIFY_OK(reader);
  QCOMPARE(reader->newest(10).value().size(), std::size_t(1));
  QCOMPARE(reader->totals().value().exchanges, std::uint64_t(1));
  // Somebody who may write records there after all.
  unwritable.reset();
  VERIFY_OK(history.start());
  history.recorder->record(started(2));
  history.recorder->flush();
  QCOMPARE(reader->newest(10).value().size(), std::size_t(2));
}

// As a crash leaves it, and as somebody copies it who does not know which files belong together.
SLUICE_TEST(readsTheLogInAFolderThatMayNotBeWrittenOrSaysWhyNot) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->flush();
  TempFolder left;
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm"}) fs::copy_file(history.folder / name, left / name);
  {
    const UnwritableFolder unwritable(left.path());
    if (unwritable.isWritable()) QSKIP("this user may write everywhere");
    auto reader = Reader::open(left.path());
    VERIFY_OK(reader);
    QCOMPARE(reader->newest(10).value().size(), std::size_t(1));
  }
  fs::remove(left / "history.db-shm");
  const UnwritableFolder unwritable(left.path());
  const auto reader = Reader::open(left.path());
  QVERIFY(!reader && reader.error().code == Code::AccessDenied);
  QVERIFY2(reader.error().detail.find("its log cannot be read") != std::string::npos, reader.error().detail.c_str());
}

