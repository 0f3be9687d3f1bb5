#include "core/base/error.h"

#include <system_error>

#include "core/base/result.h"
#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(describesCodeDetailAndWhatTheSystemSays) {
  const int code = static_cast<int>(std::errc::no_such_file_or_directory);
  const auto ofSystem = std::system_category().message(code);
  QCOMPARE(describe({Code::System, Side::Local, code, "a/b"}), "system error: a/b (" + ofSystem + ")");
  QCOMPARE(describe({Code::System, Side::Local, 0, "a/b"}), std::string("system error: a/b"));
}

SLUICE_TEST(theSystemDoesNotRepeatWhatIsSaidAlready) {
  const int code = static_cast<int>(std::errc::connection_refused);
  const auto ofSystem = std::system_category().message(code);
  const bool repeats = ofSystem.starts_with("Connection refused");  // Windows has other words
  const Error refused{Code::ConnectionRefused, Side::Upstream, code, "a:9"};
  QCOMPARE(describe(refused), "connection refused: a:9" + (repeats ? "" : " (" + ofSystem + ")"));
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
