#include "core/har/har_text.h"

#include "tests/support/test.h"

using namespace sluice::har;

SLUICE_TEST(knowsUtf8WhereverItIsCut) {
  for (const char* good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf",
      "\xf4\x8f\xbf\xbf"}) QVERIFY2(isUtf8(good), good);
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5",
      "\xff", "\xc3(", "\xe2\x82"}) {
    QVERIFY2(!isUtf8(bad), bad);
  }
  Utf8Check check;
  for (const char c : std::string("a\xf0\x9f\x98\x80z")) QVERIFY(check.feed({&c, 1}));
  QVERIFY(check.whole());
}

SLUICE_TEST(writesAnyBytesAsJson) {
  QCOMPARE(jsonString("a\"\\\n\t\x01\x7f"), std::string("\"a\\\"\\\\\\n\\t\\u0001\\u007f\""));
  QCOMPARE(jsonString("caf\xe9"), std::string("\"caf\xc3\xa9\""));
  QCOMPARE(jsonString(std::string_view("a\0b", 3)), std::string("\"a\\u0000b\""));
}

SLUICE_TEST(writesAndReadsBase64InPieces) {
  for (std::size_t length = 0; length < 20; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += char(i * 37 + 200);
    for (std::size_t piece = 1; piece < 5; ++piece) {
      Base64 base64;
      std::string text;
      for (std::size_t at = 0; at < length; at += piece) text += base64.feed(std::string_view(bytes).substr(at, piece));
      text += base64.finish();
      QCOMPARE(text.size() % 4, std::size_t(0));
      QVERIFY(fromBase64(text) == bytes);
    }
  }
  QCOMPARE(*fromBase64("aGVs\nbG8"), std::string("hello"));
  QCOMPARE(*fromBase64("-_-_"), *fromBase64("+/+/"));
  QVERIFY(!fromBase64("a"));
  QVERIFY(!fromBase64("no base64!"));
}
