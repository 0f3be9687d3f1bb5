#include "core/store/trash.h"

#include "core/base/limits.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

SLUICE_TEST(removesWhatWasClearedALittleAtATime) {
  TempFolder folder;
  fs::create_directory(folder / "history.cleared-1.bodies");
  for (int i = 0; i < 200; ++i) writeFile(folder / ("history.cleared-1.bodies/" + std::to_string(i)), "x");
  writeFile(folder / "history.cleared-1.db", "x");
  fs::resize_file(folder / "history.cleared-1.db", 3 * limits::kTrashBytesAStep + 1);
  for (const char* kept : {"history.db", "history.damaged-1.db", "bodies"}) writeFile(folder / kept, "x");
  Trash trash(folder.path());
  int steps = 0;
  for (; !trash.done() && steps < 100; ++steps) trash.step();
  QVERIFY(trash.done() && steps > 6);
  std::size_t left = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) left += entry.exists() ? 1 : 0;
  QCOMPARE(left, std::size_t(3));
}

SLUICE_TEST(makesNothingOfAFolderThatIsGone) {
  TempFolder folder;
  QVERIFY(Trash(folder / "none").done());
}
