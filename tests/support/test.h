// Tests of this project are Qt Test: QVERIFY, QCOMPARE, QSKIP and the rest. A test is written as
//
//   SLUICE_TEST(rejectsChunkSizeThatOverflows) { QCOMPARE(parse("fffffffffffffffff"), Code::BadChunk); }
//
// and needs neither a class nor moc. The binary of a folder runs every test of its files; a name on its command line
// runs only tests whose name contains it. Without Qt (preset headless) the same files build on the
// few macros of tests/support/test_without_qt.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#ifdef SLUICE_QT_TEST
#include <QtTest/QtTest>
#else
#include "tests/support/test_without_qt.h"
#endif

namespace sluice::test {

struct Case {
  const char* file;
  const char* name;
  void (*run)();
};

std::vector<Case>& cases();

struct Registration {
  Registration(const char* file, const char* name, void (*run)()) { cases().push_back({file, name, run}); }
};

// The value of --NAME=value on the test binary's command line, else `fallback`.
std::string option(std::string_view name, std::string_view fallback);

// Whether the test that runs has failed already: for helpers that tell more about a failure when they go out of scope.
bool failedSoFar();
// Fails the test that runs, from wherever a macro cannot.
void failTest(const std::string& why);

}  // namespace sluice::test

#define SLUICE_TEST(name)                                                             \
  static void name();                                                                 \
  static const ::sluice::test::Registration registration_##name(__FILE__, #name, &name); \
  static void name()

#ifdef SLUICE_QT_TEST
namespace QTest {
template <>
inline char* toString(const std::string& text) {
  return qstrdup(text.c_str());
}
template <>
inline char* toString(const std::string_view& text) {
  return qstrdup(std::string(text).c_str());
}
}  // namespace QTest
#endif
