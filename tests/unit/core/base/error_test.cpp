#include "core/base/error.h"

#include "core/base/result.h"
#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(describesCodeDetailAndSystemNumber) {
  const Error error{Code::ConnectionRefused, Side::Upstream, 111, "127.0.0.1:9"};
  const auto text = describe(error);
  QVERIFY(text.rfind("connection refused: 127.0.0.1:9 (", 0) == 0);
}

SLUICE_TEST(everyCodeHasAName) {
  QCOMPARE(std::string(name(Code::NotRunning)), std::string("no engine running"));
  QCOMPARE(std::string(name(static_cast<Code>(9999))), std::string("unknown error"));
}

SLUICE_TEST(resultCarriesValueOrError) {
  const auto good = []() -> Result<int> { return 7; }();
  QCOMPARE(*good, 7);
  const auto bad = []() -> Result<int> { return fail(Side::Client, Code::BadRequest, "x"); }();
  QVERIFY(!bad);
  QVERIFY(bad.error().side == Side::Client);
  const auto nothing = []() -> Result<void> { return {}; }();
  QVERIFY(nothing.has_value());
}
