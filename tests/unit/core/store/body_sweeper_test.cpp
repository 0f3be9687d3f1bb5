#include "core/store/body_sweeper.h"

#include "core/store/body_files.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

namespace {

// Three exchanges: one whose response is a file, one whose response is inline, and the last without a body.
void recordThree(History& history) {
  if (!history.start()) return;
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, pattern(200'000)));
  history.recorder->record(ended(1, 200'000));
  history.recorder->record(started(2));
  history.recorder->record(chunk(2, "inline"));
  history.recorder->record(ended(2, 6));
  history.recorder->record(started(9));
  history.recorder->record(ended(9));
  history.stop();
}

}  // namespace

SLUICE_TEST(removesOnlyFilesThatNoRowKnows) {
  History history;
  recordThree(history);
  const fs::path folder = bodyFolder(history.folder.path());
  for (const char* name : {"1.request", "2.response", "7.response", "notes.txt", "012.response", "10.response"}) {
    writeFile(folder / name, "x");
  }
  auto database = Database::open(history.folder.path(), wall(0));
  VERIFY_OK(database);
  QCOMPARE(database->nextExchangeId().value, 10u);
  BodySweeper sweeper = BodySweeper::ofStart(*database);
  while (!sweeper.done()) sweeper.step(1);
  QVERIFY(fs::exists(folder / "1.response"));
  QVERIFY(!fs::exists(folder / "1.request"));
  QVERIFY(!fs::exists(folder / "2.response"));
  QVERIFY(!fs::exists(folder / "7.response"));
  QVERIFY(fs::exists(folder / "notes.txt"));
  QVERIFY(fs::exists(folder / "012.response"));
  QVERIFY(!fs::exists(folder / "10.response"));  // written for an exchange that was never committed
}

SLUICE_TEST(looksAtNoMoreFilesThanAsked) {
  History history;
  recordThree(history);
  const fs::path folder = bodyFolder(history.folder.path());
  for (int id = 1; id < 10; ++id) writeFile(folder / (std::to_string(id) + ".request"), "x");
  auto database = Database::open(history.folder.path(), wall(0));
  VERIFY_OK(database);
  BodySweeper sweeper = BodySweeper::ofStart(*database);  // of these nine, and 1.response
  sweeper.step(9);
  QVERIFY(!sweeper.done());
  sweeper.step(1);
  QVERIFY(sweeper.done());
  sweeper.step(1);
  QVERIFY(sweeper.done());
}

SLUICE_TEST(isDoneAtOnceWithoutAFolder) {
  TempFolder folder;
  auto database = Database::open(folder.path(), wall(0));
  VERIFY_OK(database);
  fs::remove_all(bodyFolder(folder.path()));
  QVERIFY(BodySweeper::ofStart(*database).done());
}
