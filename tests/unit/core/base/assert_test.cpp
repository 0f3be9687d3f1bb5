#include "core/base/assert.h"

#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(aSurvivedBugIsCountedAndSaysThatItHappened) {
  setBugsAreFatal(false);
  const auto before = bugCount();
  const bool happened = SLUICE_BUG(before == bugCount());
  const auto after = bugCount();
  setBugsAreFatal(true);
  QVERIFY(happened);
  QCOMPARE(after, before + 1);
}

SLUICE_TEST(whatIsNoBugIsNotCounted) {
  const auto before = bugCount();
  QVERIFY(!SLUICE_BUG(before != bugCount()));
  QCOMPARE(bugCount(), before);
}

SLUICE_TEST(anAssertionThatHoldsCostsNothing) { SLUICE_ASSERT(bugCount() == bugCount()); }
