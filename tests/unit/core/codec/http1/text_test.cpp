#include "core/codec/http1/text.h"

#include "tests/support/test.h"

using namespace sluice::http1;
using namespace std::string_view_literals;

SLUICE_TEST(quotesWithEverythingOddEscaped) {
  QCOMPARE(inQuotes("a\r\n\0\xff"sv), std::string("\"a\\x0d\\x0a\\x00\\xff\""));
  QCOMPARE(inQuotes(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
  QCOMPARE(inQuotes(std::string(65, 'x')), "\"" + std::string(64, 'x') + "...\"");
}

SLUICE_TEST(printableTextKeepsUtf8AndNothingElse) {
  QCOMPARE(printable("caf\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x98\x80", 100),
           std::string("caf\xc3\xa9 \xe2\x98\x83 \xf0\x9f\x98\x80"));
  QCOMPARE(printable("\x1b[2J\x7f", 100), std::string("\\x1b[2J\\x7f"));
  const std::string_view wrong[] = {
      "\xff"sv,         "\xc0\x80"sv,         "\xe2\x98"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
      "\xe0\x80\x80"sv, "\xf0\x80\x80\x80"sv, "\x80"sv,     "\xc2\x85"sv,     "\xc3"sv};
  for (const auto text : wrong) QCOMPARE(printable(text, 100).substr(0, 2), std::string("\\x"));
}

SLUICE_TEST(printableTextIsLimited) {
  QCOMPARE(printable("abcdef", 3), std::string("abc..."));
  QCOMPARE(printable("abc", 3), std::string("abc"));
}

SLUICE_TEST(findsControlBytesAtEveryPlace) {
  for (std::size_t length = 0; length < 40; ++length) {
    std::string text(length, '\xe9');
    for (std::size_t i = 0; i < length; i += 3) text[i] = '\t';
    QCOMPARE(findControl(text), length);
    for (std::size_t at = 0; at < length; ++at) {
      for (const char bad : {'\0', '\r', '\x1f', '\x7f'}) {
        std::string broken = text;
        broken[at] = bad;
        QCOMPARE(findControl(broken), at);
      }
    }
  }
}

SLUICE_TEST(everyByteIsControlOrNot) {
  for (int c = 0; c < 256; ++c) {
    const bool isControl = (c < 0x20 && c != '\t') || c == 0x7f;
    QCOMPARE(findControl(std::string(8, static_cast<char>(c))), std::size_t(isControl ? 0 : 8));
  }
}
