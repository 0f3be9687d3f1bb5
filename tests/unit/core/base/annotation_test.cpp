#include "core/base/annotation.h"

#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(namesEveryMarkAndFindsItByItsName) {
  for (std::size_t i = 0; i < kMarkNames.size(); ++i) {
    const auto mark = static_cast<Mark>(i);
    QCOMPARE(std::string(name(mark)), std::string(kMarkNames[i]));
    QVERIFY(markNamed(name(mark)) == mark);
  }
  QVERIFY(!markNamed("pink"));
  QVERIFY(!markNamed(""));
  QVERIFY(!markNamed("Red"));
}
