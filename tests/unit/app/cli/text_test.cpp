#include "app/cli/text.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;
using namespace std::string_literals;

SLUICE_TEST(knowsUtf8FromWhatIsNone) {
  const struct {
    std::string bytes;
    std::size_t length;
  } table[] = {
      {"a", 1},          {"\0"s, 1},          {"\x7f", 1},         {"\xc3\xa9", 2},         {"\xe2\x82\xac", 3},
      {"\xf0\x9f\x98\x80", 4}, {"\xf4\x8f\xbf\xbf", 4}, {"\xed\x9f\xbf", 3}, {"\xee\x80\x80", 3}, {"", 0},
      {"\x80", 0},       {"\xbf", 0},         {"\xc0\x80", 0},     {"\xc1\xbf", 0},         {"\xc3", 0},
      {"\xc3(", 0},      {"\xe0\x9f\xbf", 0}, {"\xed\xa0\x80", 0}, {"\xf0\x8f\xbf\xbf", 0}, {"\xf4\x90\x80\x80", 0},
      {"\xf5\x80\x80\x80", 0}, {"\xff", 0},   {"\xe2\x82", 0},     {"\xf0\x9f\x98", 0},
  };
  for (const auto& row : table) QCOMPARE(utf8Length(row.bytes), row.length);
}

SLUICE_TEST(nothingThatCommandsATerminalPasses) {
  const struct {
    std::string bytes, shown;
  } table[] = {
      {"plain", "plain"},
      {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
      {"a\r\nb\tc", "a\\r\\nb\\tc"},
      {"bell\x07 del\x7f nul\0"s, "bell\\x07 del\\x7f nul\\x00"},
      {"c1 \xc2\x9b" "31m", "c1 \\u009b31m"},
      {"raw c1 \x9b", "raw c1 \\x9b"},
      {"gru\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gru\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"},
      {"latin1 \xe9!", "latin1 \\xe9!"},
      {"\xe2\x80\xaegpj.exe", "\\u202egpj.exe"},
      {"\xe2\x80\xa8", "\\u2028"},
      {"back\\slash", "back\\slash"},
  };
  for (const auto& row : table) QCOMPARE(visibleLine(row.bytes), row.shown);
}

SLUICE_TEST(textKeepsItsLines) {
  QCOMPARE(visibleText("GET / HTTP/1.1\r\nX:\ty\r\n\r\n"), std::string("GET / HTTP/1.1\nX:\ty\n\n"));
  QCOMPARE(visibleText("a\rb\x1b"), std::string("a\\rb\\x1b"));
}

SLUICE_TEST(utf8NamesEveryByteAndSaysWhen) {
  QVERIFY(!asUtf8("C:\\path \xc3\xa9").escaped);
  QCOMPARE(asUtf8("C:\\path \xc3\xa9").text, std::string("C:\\path \xc3\xa9"));
  const auto escaped = asUtf8("C:\\x \xe9\xff\n");
  QVERIFY(escaped.escaped);
  QCOMPARE(escaped.text, std::string("C:\\\\x \\xe9\\xff\n"));
}

SLUICE_TEST(numbersReadEasily) {
  QCOMPARE(grouped(0), std::string("0"));
  QCOMPARE(grouped(999), std::string("999"));
  QCOMPARE(grouped(1000), std::string("1,000"));
  QCOMPARE(grouped(18'446'744'073'709'551'615u), std::string("18,446,744,073,709,551,615"));
  const std::pair<std::uint64_t, const char*> sizes[] = {
      {0, "0 B"},          {999, "999 B"},        {1000, "1 KB"},      {1500, "1.5 KB"},       {9949, "9.9 KB"}, {9950, "10 KB"},
      {12'345, "12 KB"},   {999'499, "999 KB"},   {999'500, "1.0 MB"}, {5'000'000'000, "5 GB"}, {18'446'744'073'709'551'615u, "18 EB"}};
  for (const auto& [bytes, text] : sizes) QCOMPARE(byteCount(bytes), std::string(text));
  QCOMPARE(rate(200'000), std::string("1.6 Mbit/s (200 KB/s)"));
  QCOMPARE(rate(0), std::string("0 bit/s (0 B/s)"));
}

SLUICE_TEST(durationsReadEasily) {
  const std::pair<std::int64_t, const char*> table[] = {{0, "0 us"},
                                                        {850, "850 us"},
                                                        {1'240, "1.2 ms"},
                                                        {12'900, "12 ms"},
                                                        {3'400'000, "3.4 s"},
                                                        {59'999'999, "59 s"},
                                                        {125'000'000, "2 min 5 s"},
                                                        {120'000'000, "2 min"},
                                                        {11'520'000'000, "3 h 12 min"},
                                                        {352'800'000'000, "4 d 2 h"}};
  for (const auto& [us, text] : table) QCOMPARE(duration(Micros(us)), std::string(text));
}

SLUICE_TEST(timesAreIsoInUtc) {
  QCOMPARE(isoTime(WallTime(Micros(1'763'720'640'123'456))), std::string("2025-11-21T10:24:00.123456Z"));
  QCOMPARE(isoTime(WallTime(Micros(0))), std::string("1970-01-01T00:00:00.000000Z"));
  QCOMPARE(isoTime(WallTime(Micros(-1))), std::string("1969-12-31T23:59:59.999999Z"));
  for (const auto extreme : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    QCOMPARE(isoTime(WallTime(Micros(extreme))).size(), std::string("2025-11-21T10:24:00.123456Z").size());
    QVERIFY(!localTime(WallTime(Micros(extreme))).empty());
  }
}

SLUICE_TEST(aProgramIsCalledByTheLastNameOfItsPath) {
  QCOMPARE(programName("/usr/bin/curl"), std::string_view("curl"));
  QCOMPARE(programName("C:\\Windows\\curl.exe"), std::string_view("curl.exe"));
  QCOMPARE(programName("curl"), std::string_view("curl"));
  QCOMPARE(programName(""), std::string_view());
}
