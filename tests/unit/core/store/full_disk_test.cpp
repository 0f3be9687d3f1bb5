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
