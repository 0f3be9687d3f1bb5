#include "core/har/json_bytes.h"

#include <istream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::har;

namespace {

std::string seenBy(JsonBytes& bytes) {
  std::string seen;
  for (int byte = bytes.sbumpc(); byte != std::streambuf::traits_type::eof(); byte = bytes.sbumpc()) seen += char(byte);
  return seen;
}

}  // namespace

SLUICE_TEST(hidesTextsFromTheParser) {
  std::istringstream file(R"({"a\"b": "x\\", "c":[ "\u00e9\"" ] })");
  JsonBytes bytes(*file.rdbuf(), limits::kMiB);
  bytes.skipTexts();
  QCOMPARE(seenBy(bytes), std::string(R"({"": "", "":[ "" ] })"));
}

SLUICE_TEST(leavesTextsToTheParser) {
  const std::string json = R"({"a\"b": "x\\", "c":[ "\u00e9\"" ], "d":"\ud83d\ude00" })";
  std::istringstream file(json);
  JsonBytes bytes(*file.rdbuf(), limits::kMiB);
  QCOMPARE(seenBy(bytes), json);
}

// Wherever a piece that is read of the file ends.
SLUICE_TEST(givesTextsWithoutTheirEscapes) {
  const std::string escaped = R"(\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00\ud83d!\ude00)";
  const std::string meant = "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd!\xef\xbf\xbd";
  for (std::size_t before = 64 * limits::kKiB - escaped.size() - 4; before < 64 * limits::kKiB + 4; ++before) {
    std::istringstream file('"' + std::string(before, 'x') + escaped + "\xc3\xa9\",\"z\"");
    JsonBytes bytes(*file.rdbuf(), limits::kMiB);
    std::string given;
    bytes.giveTexts([&](std::string_view piece) -> Result<void> {
      given += piece;
      return {};
    });
    QCOMPARE(seenBy(bytes), std::string("\"\",\"\""));
    QVERIFY(given == std::string(before, 'x') + meant + "\xc3\xa9z");
  }
}

SLUICE_TEST(endsWhenATextIsNotTaken) {
  std::istringstream file(R"({"a":"b"})");
  JsonBytes bytes(*file.rdbuf(), limits::kMiB);
  bytes.giveTexts([](std::string_view) -> Result<void> { return fail(Side::Local, Code::NoSpace); });
  QCOMPARE(seenBy(bytes), std::string("{\""));
  QVERIFY(!bytes.outcome() && bytes.outcome().error().code == Code::NoSpace);
}

SLUICE_TEST(leavesAMistakeToTheParser) {
  for (const auto& [json, seen] : std::vector<std::pair<std::string, std::string>>{{"\"ab\\q\"", "\"\\q\""},
                                                                                  {"\"ab\n\"", "\"\n\""},
                                                                                  {"\"ab\\u00g0\"", "\"\\u00g0\""},
                                                                                  {"\"ab\xc3x\"", "\"\xffx\""},
                                                                                  {"\"ab\xc3\"", "\"\xff\""},
                                                                                  {"\"ab", "\""},
                                                                                  {"\"ab\\", "\"\\"}}) {
    std::istringstream file(json);
    JsonBytes bytes(*file.rdbuf(), limits::kMiB);
    bytes.skipTexts();
    QCOMPARE(seenBy(bytes), seen);
  }
}

// What is no JSON stays none, whoever takes its texts, and what is JSON stays it.
SLUICE_TEST(hidesNoMistakeAndMakesNone) {
  const std::string json = R"({"a\"":["x\\y","\u00e9b/",1e1,{}],"":{"b":"\n"},"e9":[[],""]})" + std::string("\n ");
  const std::string letters = "\"\\,:{}[]x1 \n\xc3\xa9\x01u0e9/b\xff";
  std::mt19937 random(7);
  int sound = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = json;
    for (auto changes = random() % 3; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      const char letter = letters[random() % letters.size()];
      switch (random() % 3) {
        case 0: text[at] = letter; break;
        case 1: text.insert(at, 1, letter); break;
        default: text.erase(at, 1);
      }
    }
    const bool isJson = nlohmann::json::accept(text);
    sound += isJson ? 1 : 0;
    for (const bool skip : {false, true}) {
      std::istringstream file(text);
      JsonBytes bytes(*file.rdbuf(), limits::kMiB);
      if (skip) bytes.skipTexts();
      std::istream seen(&bytes);
      QVERIFY2(nlohmann::json::accept(seen) == isJson, text.c_str());
    }
  }
  QVERIFY2(sound > 1000 && sound < 19'000, std::to_string(sound).c_str());
}
