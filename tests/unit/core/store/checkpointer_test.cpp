#include "core/store/checkpointer.h"

#include <string>

#include "core/base/limits.h"
#include "core/store/history_files.h"
#include "tests/support/test.h"
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
    if (!f.writeMebibyte()) return false;
    checkpointer.committed(f.sql);
    longest = std::max(longest, f.sql.logPages());
    return f.sql.logPages() < longest;
  });
  QVERIFY(anew);
  QVERIFY(longest >= 2 * limits::kDatabaseLogPages);
  QVERIFY(f.fileBytes() > std::uintmax_t(longest) * 2048);
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
