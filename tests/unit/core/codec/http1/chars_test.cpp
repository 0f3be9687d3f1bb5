#include "core/codec/http1/chars.h"

#include "tests/support/test.h"

using namespace sluice::http1;
using namespace std::string_view_literals;

SLUICE_TEST(classesHoldTheBytesOfTheStandard) {
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool isAlnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    QCOMPARE(is(kToken, byte), isAlnum || (c != 0 && "!#$%&'*+-.^_`|~"sv.find(byte) != std::string_view::npos));
    QCOMPARE(is(kFieldContent, byte), c == '\t' || (c >= 0x20 && c != 0x7f));
    QCOMPARE(is(kTargetChar, byte), c > 0x20 && c != 0x7f);
    QCOMPARE(is(kDigit, byte), c >= '0' && c <= '9');
  }
}

SLUICE_TEST(trimsSpacesAndTabsOnly) {
  QCOMPARE(trim(" \ta b\t "), "a b"sv);
  QCOMPARE(trim(" \t "), ""sv);
  QCOMPARE(trim("\va\r"), "\va\r"sv);
}

SLUICE_TEST(comparesOnlyLettersWithoutCase) {
  QVERIFY(equalsIgnoringCase("Host", "hOST"));
  QVERIFY(!equalsIgnoringCase("@", "`"));
  QVERIFY(!equalsIgnoringCase("[", "{"));
  QVERIFY(!equalsIgnoringCase("a", "ab"));
}
