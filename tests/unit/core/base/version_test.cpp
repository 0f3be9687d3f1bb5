#include "core/base/version.h"

#include <algorithm>

#include "tests/support/test.h"

SLUICE_TEST(versionIsThreeNumbers) {
  const auto version = sluice::version();
  QCOMPARE(std::count(version.begin(), version.end(), '.'), std::ptrdiff_t(2));
  QVERIFY(version.find_first_not_of("0123456789.") == std::string_view::npos);
}
