#include "core/filter/value.h"

#include <limits>

#include "tests/support/test.h"

using namespace sluice::filter;

namespace {

constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();

// -1: an error.
std::int64_t number(Field field, std::string_view text) { return parseNumber(info(field), text).value_or(-1); }

}  // namespace

SLUICE_TEST(readsNumbersWithTheirUnits) {
  QCOMPARE(number(Field::Status, "404"), std::int64_t(404));
  QCOMPARE(number(Field::Size, "0"), std::int64_t(0));
  QCOMPARE(number(Field::Size, "10k"), std::int64_t(10'000));
  QCOMPARE(number(Field::Size, "1.5M"), std::int64_t(1'500'000));
  QCOMPARE(number(Field::Size, "4KiB"), std::int64_t(4096));
  QCOMPARE(number(Field::Size, "2gb"), std::int64_t(2'000'000'000));
  QCOMPARE(number(Field::Duration, "250"), std::int64_t(250'000));
  QCOMPARE(number(Field::Duration, "250ms"), std::int64_t(250'000));
  QCOMPARE(number(Field::Duration, "0.5s"), std::int64_t(500'000));
  QCOMPARE(number(Field::Duration, "7us"), std::int64_t(7));
}

SLUICE_TEST(keepsLargeNumbersExactAndTheLargestInRange) {
  QCOMPARE(number(Field::Id, "9007199254740993"), std::int64_t(9007199254740993));
  QCOMPARE(number(Field::Id, "9223372036854775807"), kLargest);
  QCOMPARE(number(Field::Id, "9223372036854775808"), kLargest);
  QCOMPARE(number(Field::Size, "99999999999G"), kLargest);
  QCOMPARE(number(Field::Size, std::string(400, '9')), kLargest);
}

SLUICE_TEST(refusesWhatIsNoNumber) {
  for (const char* text : {"", "x", "-1", "1x", "1.5", "0x10", "1e3", "4k", "1..2", "."}) {
    QVERIFY2(!parseNumber(info(Field::Status), text), text);
  }
  for (const char* text : {"", "k", "1.2.3k", "1 k", "10q", "-5k", ".", "inf", "nan"}) {
    QVERIFY2(!parseNumber(info(Field::Size), text), text);
  }
  QVERIFY(parseNumber(info(Field::Duration), "5 parsecs").error().find("250ms") != std::string::npos);
}

SLUICE_TEST(readsChoicesByName) {
  QCOMPARE(number(Field::State, "running"), std::int64_t(0));
  QCOMPARE(number(Field::State, "CutOff"), std::int64_t(3));
  QCOMPARE(number(Field::Kind, "tunnel"), std::int64_t(1));
  const auto wrong = parseNumber(info(Field::State), "broken");
  QVERIFY(!wrong);
  QVERIFY(wrong.error().find("cutoff") != std::string::npos);
}
