// The macros of Qt Test that the engine's tests use, for a machine without Qt. Same names, same meaning.
#pragma once

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

namespace sluice::test {

struct CaseOutcome {
  bool failed = false;
  bool skipped = false;
};
CaseOutcome& current();

inline void report(const char* what, const std::string& detail, const char* file, int line) {
  std::fprintf(stderr, "%s: %s (%s:%d)\n", what, detail.c_str(), file, line);
}

// "condition: message". Not inline: gcc 12 warns of its own string code where this is expanded in many places.
std::string describeFailure(const char* condition, const std::string& message);

}  // namespace sluice::test

#define SLUICE_TEST_STOP_(field, what, detail)                            \
  do {                                                                    \
    ::sluice::test::current().field = true;                               \
    ::sluice::test::report(what, detail, __FILE__, __LINE__);             \
    return;                                                               \
  } while (false)

#define QVERIFY(cond) \
  do { if (!(cond)) SLUICE_TEST_STOP_(failed, "FAIL", #cond); } while (false)
#define QVERIFY2(cond, message) \
  do { if (!(cond)) SLUICE_TEST_STOP_(failed, "FAIL", ::sluice::test::describeFailure(#cond, message)); } while (false)
#define QCOMPARE(actual, expected) \
  do { if (!((actual) == (expected))) SLUICE_TEST_STOP_(failed, "FAIL", #actual " != " #expected); } while (false)
#define QFAIL(message) SLUICE_TEST_STOP_(failed, "FAIL", message)
#define QSKIP(message) SLUICE_TEST_STOP_(skipped, "SKIP", message)
