#include "core/store/database.h"

#include "core/base/limits.h"
#include "core/store/body_files.h"
#include "core/store/damage.h"
#include "core/store/schema.h"
#include "core/store/sql_connection.h"
#include "tests/support/owners_rights.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/lesser_user.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

constexpr std::size_t kPage = limits::kDatabasePageBytes;

// 2026-11-21 10:15:00 UTC
const WallTime kNow = wall(1'795'256'100'000'000);

constexpr std::uint64_t kExchanges = 60;

void fill(Recorder& recorder) {
  for (std::uint64_t id = 1; id <= kExchanges; ++id) {
    recorder.record(started(id));
    recorder.record(responded(id));
    const std::size_t bytes = id == 1 ? 200'000 : id * 100;
    recorder.record(chunk(id, pattern(bytes, unsigned(id))));
    recorder.record(ended(id, bytes));
  }
  recorder.flush();
}

// A history with a few exchanges, folded into one file.
void makeHistory(const fs::path& folder) {
  auto recorder = Recorder::start(std::move(*Database::open(folder, wall(0))), {});
  fill(**recorder);
}

struct Outcome {
  std::string failure;  // empty: all is well
  bool moved = false;
};

Outcome recordsAfterwards(const fs::path& folder, Database database) {
  const ExchangeId id = database.nextExchangeId();
  auto recorder = Recorder::start(std::move(database), {});
  if (!recorder) return {describe(recorder.error())};
  (*recorder)->record(started(id.value));
  (*recorder)->record(chunk(id.value, "after"));
  (*recorder)->record(ended(id.value, 5));
  (*recorder)->flush();
  const auto status = (*recorder)->status();
  if (status.problem.code != Code::None) return {describe(status.problem)};
  auto reader = Reader::open(folder);
  if (!reader) return {describe(reader.error())};
  const auto row = reader->rows(std::vector{id});
  if (!row || row->size() != 1) return {"what was recorded afterwards is not there"};
  // The rest may be wrong, but must not bring the reader down.
  (void)reader->changesSince(0, 10);
  for (std::uint64_t other = 1; other <= kExchanges; ++other) {
    (void)reader->exchange(ExchangeId{other});
    (void)reader->openBody(ExchangeId{other}, capture::Direction::Response);
  }
  return {"", status.movedAside.has_value()};
}

// What must hold of any damaged history: it is opened, or moved aside whole and replaced; and then it works.
Outcome survive(const fs::path& folder, const std::string& bytes) {
  auto database = Database::open(folder, kNow);
  if (!database) {
    // The one honest refusal: a flipped bit may spell a version that could exist.
    if (database.error().code != Code::DatabaseTooNew) return {describe(database.error())};
    if (contentsOf(folder / "history.db") != bytes) return {"a refused database was written to"};
    return {};
  }
  const bool moved = database->movedAside().has_value();
  if (moved && contentsOf(database->movedAside()->to) != bytes) return {"the damaged database was changed"};
  if (moved && fs::exists(folder / "bodies" / "1.response")) return {"bodies were left behind"};
  Outcome outcome = recordsAfterwards(folder, std::move(*database));
  outcome.moved |= moved;
  return outcome;
}

// A folder with these bytes as the database, and a body beside it.
Outcome surviveBytes(const std::string& bytes) {
  TempFolder folder;
  fs::create_directory(folder / "bodies");
  writeFile(folder / "bodies/1.response", pattern(200'000, 1));
  writeFile(folder / "history.db", bytes);
  return survive(folder.path(), bytes);
}

}  // namespace

SLUICE_TEST(makesANewDatabaseForItsOwnerOnly) {
  TempFolder folder;
  const auto database = Database::open(folder.path(), kNow);
  VERIFY_OK(database);
  QVERIFY(!database->movedAside());
  QCOMPARE(database->nextExchangeId().value, 1u);
  auto sql = SqlConnection::open(folder / "history.db", Access::ReadOnly);
  QCOMPARE(sql->text("PRAGMA journal_mode").value(), std::string("wal"));
  QCOMPARE(sql->integer("PRAGMA auto_vacuum").value(), std::int64_t(2));
  const auto wanted = sluice::test::rightsOfAnOwnersFile(folder.path());
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm"}) {
    QVERIFY2(fs::status(folder / name).permissions() == wanted, name);
  }
}

SLUICE_TEST(refusesADatabaseOfANewerVersionAndLeavesItAlone) {
  TempFolder folder;
  makeHistory(folder.path());
  {
    auto sql = SqlConnection::open(folder / "history.db", Access::ReadWrite);
    VERIFY_OK(sql);
    const std::string newer = "PRAGMA user_version = " + std::to_string(kSchemaVersion + 1);
    VERIFY_OK(sql->run((newer + "; PRAGMA journal_mode = DELETE").c_str()));
  }
  const std::string before = contentsOf(folder / "history.db");
  const auto database = Database::open(folder.path(), kNow);
  QVERIFY(!database);
  QVERIFY(database.error().code == Code::DatabaseTooNew);
  const std::string& detail = database.error().detail;
  QVERIFY2(detail.find("version " + std::to_string(kSchemaVersion + 1)) != std::string::npos, detail.c_str());
  QVERIFY2(detail.find("version " + std::to_string(kSchemaVersion)) != std::string::npos, detail.c_str());
  QVERIFY2(detail.find("history.db") != std::string::npos, detail.c_str());
  QVERIFY(contentsOf(folder / "history.db") == before);
}

SLUICE_TEST(movesAsideWhatIsNoDatabaseUnderANameThatIsFree) {
  TempFolder folder;
  const std::string garbage = pattern(10'000);
  for (const char* expected : {"history.damaged-20261121-101500.db", "history.damaged-20261121-101500-2.db",
                               "history.damaged-20261121-101500-3.db"}) {
    writeFile(folder / "history.db", garbage);
    writeFile(folder / "history.db-wal", "log");
    fs::create_directory(folder / "bodies");
    writeFile(folder / "bodies/1.response", "body");
    {
      const auto database = Database::open(folder.path(), kNow);
      VERIFY_OK(database);
      QVERIFY(database->movedAside());
      QCOMPARE(database->movedAside()->to.filename().string(), std::string(expected));
      QVERIFY(database->movedAside()->why.code == Code::DatabaseDamaged);
    }
    QVERIFY(contentsOf(folder / expected) == garbage);
    QCOMPARE(contentsOf(folder / (std::string(expected) + "-wal")), std::string("log"));
    const std::string stem(expected, std::string_view(expected).size() - 3);
    QCOMPARE(contentsOf(folder / (stem + ".bodies/1.response")), std::string("body"));
    fs::remove_all(folder / "bodies");
  }
}

// Without a table there is nothing of ours in it, but it may be all that is left of somebody's data.
SLUICE_TEST(movesAsideADamagedDatabaseWithoutTables) {
  TempFolder folder;
  writeFile(folder / "history.db", "");
  VERIFY_OK(SqlConnection::open(folder / "history.db", Access::ReadWrite)->run("CREATE TABLE t (a); DROP TABLE t"));
  std::string bytes = contentsOf(folder / "history.db");
  bytes.replace(32, 8, std::string("\0\0\x64\x04\0\0\0\x01", 8));  // the list of free pages leads nowhere
  writeFile(folder / "history.db", bytes);
  const auto database = Database::open(folder.path(), kNow);
  VERIFY_OK(database);
  QVERIFY(database->movedAside().has_value());
  QVERIFY(contentsOf(database->movedAside()->to) == bytes);
}

SLUICE_TEST(movesAsideAnEmptyDatabaseWhoseLogIsNotEmpty) {
  TempFolder folder;
  makeHistory(folder.path());
  writeFile(folder / "history.db", "");
  writeFile(folder / "history.db-wal", "precious");
  const auto database = Database::open(folder.path(), kNow);
  VERIFY_OK(database);
  QVERIFY(database->movedAside());
  QCOMPARE(contentsOf(database->movedAside()->to.string() + "-wal"), std::string("precious"));
}

SLUICE_TEST(movesAsideTheDatabaseOfAnotherProgram) {
  TempFolder folder;
  writeFile(folder / "history.db", "");
  {
    auto sql = SqlConnection::open(folder / "history.db", Access::ReadWrite);
    VERIFY_OK(sql->run("CREATE TABLE bookmark (url TEXT)"));
  }
  const auto database = Database::open(folder.path(), kNow);
  VERIFY_OK(database);
  QVERIFY(database->movedAside());
}

SLUICE_TEST(movesAsideADatabaseWithoutOurTables) {
  for (const char* damage : {"DROP TABLE exchange", "DROP TABLE history", "DELETE FROM history",
                             "ALTER TABLE exchange RENAME COLUMN host TO guest"}) {
    TempFolder folder;
    makeHistory(folder.path());
    {
      auto sql = SqlConnection::open(folder / "history.db", Access::ReadWrite);
      VERIFY_OK(sql->run("PRAGMA foreign_keys = OFF"));
      VERIFY_OK(sql->run(damage));
    }
    const auto database = Database::open(folder.path(), kNow);
    VERIFY_OK(database);
    QVERIFY2(database->movedAside(), damage);
  }
}

SLUICE_TEST(takesALockedDatabaseForBusyAndNotForDamaged) {
  TempFolder folder;
  makeHistory(folder.path());
  auto other = SqlConnection::open(folder / "history.db", Access::ReadWrite);
  VERIFY_OK(other->run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"));
  const auto database = Database::open(folder.path(), kNow);
  QVERIFY(!database);
  QVERIFY(database.error().code == Code::DatabaseBusy);
  QVERIFY(fs::exists(folder / "history.db"));
}

SLUICE_TEST(tellsThatTheFolderIsNotThereOrNotAFolder) {
  TempFolder folder;
  const auto missing = Database::open(folder / "missing", kNow);
  QVERIFY(!missing);
  QVERIFY(missing.error().code == Code::NotFound);
  writeFile(folder / "file", "x");
  QVERIFY(!Database::open(folder / "file", kNow));
  fs::create_directory(folder / "history.db");
  const auto isFolder = Database::open(folder.path(), kNow);
  QVERIFY(!isFolder);
  QVERIFY(isFolder.error().code != Code::DatabaseDamaged);
  QVERIFY(fs::is_directory(folder / "history.db"));
}

SLUICE_TEST(tellsThatTheFolderIsNotWritable) {
  TempFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const LesserUser user(folder.path());
  std::ofstream probe(folder / "probe");
  if (probe) QSKIP("this user may write everywhere");
  const auto database = Database::open(folder.path(), kNow);
  QVERIFY(!database);
  QVERIFY(database.error().code == Code::AccessDenied);
  fs::permissions(folder.path(), fs::perms::owner_all);
}

SLUICE_TEST(tellsThatTheDatabaseIsNotWritable) {
  TempFolder folder;
  makeHistory(folder.path());
  const std::string before = contentsOf(folder / "history.db");
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const LesserUser user(folder.path());
  std::ofstream probe(folder / "probe");
  if (probe) QSKIP("this user may write everywhere");
  const auto database = Database::open(folder.path(), kNow);
  QVERIFY(!database);
  QVERIFY(database.error().code != Code::DatabaseDamaged);
  QVERIFY(contentsOf(folder / "history.db") == before);
  fs::permissions(folder.path(), fs::perms::owner_all);
}

SLUICE_TEST(survivesADatabaseTruncatedAnywhere) {
  TempFolder origin;
  makeHistory(origin.path());
  const std::string whole = contentsOf(origin / "history.db");
  std::vector<std::size_t> sizes{1, 15, 16, 99, 100, 101, 511, 512, 513, 4095};
  for (std::size_t page = kPage; page < whole.size(); page += kPage) {
    sizes.push_back(page);
    // Of the last page the end may be missing: perhaps no record uses it.
    const bool last = page + kPage >= whole.size();
    if (page % (7 * kPage) == 0 && !last) sizes.push_back(page + 1 + page / 5 % 4000);
  }
  for (const std::size_t size : sizes) {
    const Outcome outcome = surviveBytes(whole.substr(0, size));
    QVERIFY2(outcome.failure.empty(), outcome.failure.c_str());
    QVERIFY2(outcome.moved, std::to_string(size).c_str());
  }
  // Nothing is lost in an empty file.
  QVERIFY(!surviveBytes("").moved);
  QCOMPARE(surviveBytes(whole.substr(0, whole.size() - 1)).failure, std::string());
}

SLUICE_TEST(survivesFlippedBitsInEveryPage) {
  TempFolder origin;
  makeHistory(origin.path());
  const std::string whole = contentsOf(origin / "history.db");
  std::mt19937 random(20261121);
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < 120; ++at) places.push_back(at);
  for (std::size_t page = 0; page < whole.size(); page += kPage) {
    places.push_back(page + random() % 16);    // header of the page
    places.push_back(page + random() % kPage);  // anywhere
  }
  for (const std::size_t at : places) {
    std::string bytes = whole;
    bytes[at] = char(bytes[at] ^ (1 << random() % 8));
    const Outcome outcome = surviveBytes(bytes);
    QVERIFY2(outcome.failure.empty(), (outcome.failure + " at " + std::to_string(at)).c_str());
  }
}

// A killed engine leaves the database and its log; a log that lost its end loses the last commits and no more.
SLUICE_TEST(opensWhatAKilledEngineLeavesEvenWithATornLog) {
  TempFolder origin;
  auto recorder = Recorder::start(std::move(*Database::open(origin.path(), wall(0))), {});
  fill(**recorder);
  const std::string database = contentsOf(origin / "history.db");
  const std::string log = contentsOf(origin / "history.db-wal");
  QVERIFY(!log.empty());
  std::mt19937 random(7);
  for (std::size_t size = 0; size <= log.size(); size += 1 + log.size() / 40) {
    for (const bool flip : {false, true}) {
      TempFolder folder;
      std::string torn = log.substr(0, size);
      if (flip && !torn.empty()) torn[random() % torn.size()] ^= 0x10;
      writeFile(folder / "history.db", database);
      writeFile(folder / "history.db-wal", torn);
      const Outcome outcome = survive(folder.path(), database);
      QVERIFY2(outcome.failure.empty(), outcome.failure.c_str());
    }
  }
  TempFolder folder;
  writeFile(folder / "history.db", database);
  writeFile(folder / "history.db-wal", log);
  auto reader = Reader::open(folder.path());  // before any engine has started again
  VERIFY_OK(reader);
  QCOMPARE(reader->totals().value().exchanges, kExchanges);
}
