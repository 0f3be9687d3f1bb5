#include "core/store/full_disk.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

constexpr FullDisk::Time kNow{std::chrono::hours(1)};
constexpr auto kRetry = std::chrono::milliseconds(1000);

}  // namespace

SLUICE_TEST(bodiesAreGivenUpThatDoNotFit) {
  TempFolder folder;
  const FullDisk disk(folder.path(), kRetry);
  QVERIFY(disk.mustGiveUp(UINT64_MAX));
  QVERIFY(!disk.mustGiveUp(1));
}

// A quota, for one: what is free is not ours.
SLUICE_TEST(bodiesAreGivenUpWhereRoomIsOnlySaidToBe) {
  TempFolder folder;
  FullDisk disk(folder.path(), kRetry);
  for (int times = 0; times < 5; ++times) {
    QVERIFY(!disk.mustGiveUp(1));
    disk.noteFull();
  }
  QVERIFY(disk.mustGiveUp(1));
  QVERIFY(!disk.mustGiveUp(0));
  QVERIFY(disk.hasPassed(kNow));
  QVERIFY(!disk.mustGiveUp(1));
}

SLUICE_TEST(bodiesAreGivenUpForAWhile) {
  TempFolder folder;
  FullDisk disk(folder.path(), kRetry);
  QVERIFY(!disk.cutting());
  disk.cut(kNow);
  QVERIFY(disk.cutting() && disk.cutUntil() == kNow + kRetry);
  QVERIFY(!disk.hasPassed(kNow + kRetry - std::chrono::milliseconds(1)));
  QVERIFY(disk.cutting());
  QVERIFY(disk.hasPassed(kNow + kRetry));
  QVERIFY(!disk.cutting());
}

// Each try may write a gigabyte, and take it back.
SLUICE_TEST(aHistoryForWhichThereWasNoRoomIsTriedAgainWhenThereIsMore) {
  TempFolder folder;
  FullDisk disk(folder.path(), kRetry);
  QVERIFY(disk.mayOpen(kNow));
  writeFile(folder / "ballast", pattern(1'000'000));
  disk.noteNoRoomToOpen(kNow);
  const auto free = fs::space(folder.path()).available;
  writeFile(folder / "more", pattern(2'000'000));  // so that nobody else's files make room meanwhile
  if (fs::space(folder.path()).available < free) QVERIFY(!disk.mayOpen(kNow + std::chrono::seconds(59)));
  QVERIFY(disk.mayOpen(kNow + std::chrono::minutes(1)));
  fs::remove(folder / "ballast");
  fs::remove(folder / "more");
  QVERIFY(fs::space(folder.path()).available <= free || disk.mayOpen(kNow));
  disk.noteRoomToOpen();
  QVERIFY(disk.mayOpen(kNow));
}
