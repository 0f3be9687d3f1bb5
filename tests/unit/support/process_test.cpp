#include "tests/support/process.h"

#include <cstring>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {
const std::string kChild = PROCESS_CHILD;
}

SLUICE_TEST(keepsOutputAndExitCode) {
  const auto finished = run(kChild, {"say"});
  QVERIFY(finished.exitCode == 3);
  QCOMPARE(finished.output, std::string("out"));
  QCOMPARE(finished.errors, std::string("err"));
}

SLUICE_TEST(passesInputOn) {
  int pieces = 3;
  Process::Options options;
  options.input = [&](MutableBytes into) -> std::size_t {
    if (pieces-- == 0) return 0;
    std::memcpy(into.data(), "abc", 3);
    return 3;
  };
  QCOMPARE(run(kChild, {"copy"}, options).output, std::string("abcabcabc"));
}

SLUICE_TEST(survivesAProgramThatDoesNotReadItsInput) {
  int pieces = 100;
  Process::Options options;
  options.input = [&](MutableBytes into) { return pieces-- > 0 ? into.size() : 0; };
  QVERIFY(run(kChild, {"ignore"}, options).ok());
}

SLUICE_TEST(killsAtTheDeadline) {
  const auto finished = run(kChild, {"wait"}, {}, std::chrono::milliseconds(50));
  QVERIFY(!finished.exitCode);
}

SLUICE_TEST(tellsOfAProgramThatCannotBeStarted) {
  const auto finished = run("no-such-program-here", {});
  QVERIFY(finished.exitCode == 127);
  QVERIFY(!finished.errors.empty());
}

SLUICE_TEST(findsALineAndTerminates) {
  Process process(kChild, {"wait"});
  QVERIFY(process.lineThatBegins("ready ").value_or("").starts_with("ready 7"));
  QVERIFY(process.running());
  QVERIFY(residentBytes(process.id()) > 0);
  process.terminate();
  QVERIFY(process.wait() == 128 + 15);
  QVERIFY(!process.lineThatBegins("other"));
}
