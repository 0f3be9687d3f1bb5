#include "core/store/trash.h"

#include <set>

#include "core/base/limits.h"
#include "platform/file.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

std::set<std::string> namesIn(const TempFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) names.insert(entry.path().filename().string());
  return names;
}

const std::set<std::string> kKept{"history-3.db", "history-3.db-wal", "search-3.db", "history.damaged-1.db", "bodies", "order-two.db"};

}  // namespace

SLUICE_TEST(removesWhatWasClearedALittleAtATime) {
  TempFolder folder;
  for (const std::string& name : kKept) writeFile(folder / name, "x");
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm", "history-2.db", "search.db", "order-2.db-wal",
                           "history-4.db.part", "history-4.db.part-journal"}) {
    writeFile(folder / name, "x");
  }
  for (const char* name : {"history.cleared-20260901-101500.db", "history.cleared-20260901-101500.db-wal"}) writeFile(folder / name, "x");
  fs::create_directory(folder / "history.cleared-20260901-101500.bodies");
  for (const char* name : {"1", "2"}) writeFile(folder / "history.cleared-20260901-101500.bodies" / name, "x");
  VERIFY_OK(platform::setSize(folder / "history.db", 3 * limits::kTrashBytesAStep + 1));
  Trash trash(folder.path());
  int steps = 0;
  for (; trash.due() == Trash::Clock::time_point{} && steps < 100; ++steps) trash.step({});
  QVERIFY(trash.due() == Trash::Clock::time_point::max());
  QVERIFY(steps > 10);
  QVERIFY(namesIn(folder) == kKept);
}

// A folder with something in it stands for a file that is open on Windows.
SLUICE_TEST(comesBackForWhatCannotBeRemovedYet) {
  TempFolder folder;
  for (const char* name : {"history.db", "history-2.db", "history-2.db-wal", "history-3.db"}) writeFile(folder / name, "x");
  fs::create_directory(folder / "history.db-shm");
  writeFile(folder / "history.db-shm/held", "x");
  Trash trash(folder.path());
  const Trash::Clock::time_point now{std::chrono::hours(1)};
  while (trash.due() < now) trash.step(now);
  QVERIFY(trash.due() == now + Trash::kTryAgainAfter);
  // Whoever has the first open looks for the second.
  QVERIFY((namesIn(folder) == std::set<std::string>{"history.db-shm", "history-2.db", "history-3.db"}));
  QCOMPARE(fs::file_size(folder / "history-2.db"), std::uintmax_t(0));
  QVERIFY(emptyTrash(folder.path()).error().code == Code::DatabaseBusy);
  fs::remove_all(folder / "history.db-shm");
  while (trash.due() <= now + Trash::kTryAgainAfter) trash.step(now + Trash::kTryAgainAfter);
  QVERIFY((namesIn(folder) == std::set<std::string>{"history-3.db"}));
  VERIFY_OK(emptyTrash(folder.path()));
}

SLUICE_TEST(makesNothingOfAFolderThatIsGone) {
  TempFolder folder;
  QVERIFY(Trash(folder / "none").due() == Trash::Clock::time_point::max());
}
