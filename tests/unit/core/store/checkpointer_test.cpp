#include "core/store/checkpointer.h"

#include <string>

#include "core/base/limits.h"
#include "core/store/history_files.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/failing_disk.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

struct Fixture : NewDatabase {
  SqlConnection& sql = database.sql();

  Fixture() {
    if (!sql.run("CREATE TABLE filler (id INTEGER PRIMARY KEY, bytes BLOB)")) std::abort();
    (void)sql.logPages();
  }
  bool writeMebibyte() { return sql.run("INSERT INTO filler (bytes) VALUES (randomblob(1048576))").has_value(); }
  std::uintmax_t fileBytes() const { return fs::file_size(folder / "history.db"); }
};

template <class Done>
bool soon(Done done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace

SLUICE_TEST(foldsALongLogWithoutTheWriter) {
  Fixture f;
  Checkpointer checkpointer(f.folder / "history.db");
  for (int i = 0; i < 5; ++i) QVERIFY(f.writeMebibyte());
  checkpointer.committed(f.sql);
  const auto before = f.fileBytes();
  while (f.sql.logPages() < limits::kDatabaseLogPages) QVERIFY(f.writeMebibyte());
  QCOMPARE(f.fileBytes(), before);  // nobody folds it by himself
  checkpointer.committed(f.sql);
  QVERIFY(soon([&] { return f.fileBytes() > before + 10 * limits::kMiB; }));
}

SLUICE_TEST(theLogBeginsAnewWhileSomebodyWritesOn) {
  Fixture f;
  Checkpointer checkpointer(f.folder / "history.db");
  int longest = 0;
  const bool anew = soon([&] {
    checkpointer.letFinish();
    if (!f.writeMebibyte()) return false;
    checkpointer.committed(f.sql);
    longest = std::max(longest, f.sql.logPages());
    return f.sql.logPages() < longest;
  });
  QVERIFY(anew);
  QVERIFY(longest >= 2 * limits::kDatabaseLogPages);
  QVERIFY(f.fileBytes() > std::uintmax_t(longest) * 2048);
}

// But for the header of a log that begins anew, which SQLite wants on the disk before what follows.
SLUICE_TEST(whoWritesOnNeverWaitsForTheDisk) {
  FailingDisk disk;
  Fixture f;
  Checkpointer checkpointer(f.folder / "history.db");
  const int before = disk.syncsHere();
  int anew = 0;
  const bool often = soon([&] {
    const int pages = f.sql.logPages();
    checkpointer.letFinish();
    if (!f.writeMebibyte()) return false;
    anew += f.sql.logPages() < pages ? 1 : 0;
    checkpointer.committed(f.sql);
    return anew == 3;
  });
  QVERIFY(often);
  QCOMPARE(disk.syncsHere() - before, anew);
}

// SQLite leaves it to whoever folds the last, who would wait for the disk to take all of it.
SLUICE_TEST(whatIsFoldedOfALogInUseReachesTheDiskToo) {
  FailingDisk disk;
  Fixture f;
  QVERIFY(f.writeMebibyte());
  auto reader = SqlConnection::open(f.folder / "history.db", Access::ReadOnly);
  VERIFY_OK(reader);
  auto old = Transaction::begin(*reader, Transaction::Kind::Read);
  VERIFY_OK(old);
  QCOMPARE(reader->integer("SELECT count(*) FROM filler").value(), std::int64_t(1));
  Checkpointer checkpointer(f.folder / "history.db");
  while (f.sql.logPages() < limits::kDatabaseLogPages) QVERIFY(f.writeMebibyte());
  const int before = disk.databaseSyncs();
  checkpointer.committed(f.sql);
  QVERIFY(soon([&] { return disk.databaseSyncs() > before; }));
}

// Where the recorder waits for it: the next commit begins the log anew.
SLUICE_TEST(theLastOfALongLogIsFoldedBeforeTheNextCommit) {
  Fixture f;
  Checkpointer checkpointer(f.folder / "history.db");
  while (std::uintmax_t(f.sql.logPages()) * limits::kDatabasePageBytes < limits::kDatabaseLogBytesKept) QVERIFY(f.writeMebibyte());
  checkpointer.committed(f.sql);
  checkpointer.letFinish();
  QVERIFY(f.writeMebibyte());
  QVERIFY(f.sql.logPages() < limits::kDatabaseLogPages);
}

// Its last connection goes without a word: what is in the log stays there for whoever comes.
SLUICE_TEST(aHistoryThatIsGoneIsNoTrouble) {
  Fixture f;
  Checkpointer checkpointer(f.folder / "history.db");
  fs::rename(f.folder / "history.db", f.folder / "elsewhere.db");
  while (f.sql.logPages() < limits::kDatabaseLogPages) QVERIFY(f.writeMebibyte());
  checkpointer.committed(f.sql);
  QVERIFY(f.writeMebibyte());
}
