#include "core/har/har_reader.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::har;

namespace {

struct Read {
  std::string urls;
  std::string problem;
};

Read read(const std::string& text, std::uint64_t entryBytesMax = limits::kHarEntryBytesMax) {
  std::istringstream file(text);
  Read result;
  const auto count = readHar(file, std::filesystem::temp_directory_path(), [&](HarEntry entry) -> Result<void> {
    result.urls += entry.url + ' ';
    return {};
  }, entryBytesMax);
  if (!count) result.problem = count.error().detail;
  return result;
}

}  // namespace

SLUICE_TEST(givesEntriesOneByOneAndNothingElse) {
  const auto got = read("\xef\xbb\xbf{\"_x\":[{\"entries\":[{\"request\":{\"url\":\"no\"}}]}],\"log\":{\"pages\":[{\"entries\":[{}]}],"
                        "\"entries\":[{\"request\":{\"url\":\"a\",\"log\":{\"entries\":[]}}},{\"request\":{\"url\":\"b\"}}],"
                        "\"other\":[{\"request\":{\"url\":\"no\"}}]},"
                        "\"entries\":[{\"request\":{\"url\":\"no\"}}]}");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.urls, std::string("a b "));
}

SLUICE_TEST(findsAHarThatIsWrappedInObjects) {
  QCOMPARE(read("{\"result\":{\"n\":1,\"log\":{\"entries\":[{\"request\":{\"url\":\"a\"}}]}}}").urls, std::string("a "));
}

SLUICE_TEST(tellsWhereTheFileIsNoJson) {
  const auto broken = read("{\"log\":\n  {\"entries\": [{\"request\":{\"url\":\"a\"}}, nonsense]}}");
  QCOMPARE(broken.urls, std::string("a "));
  QVERIFY2(broken.problem.find("at line 2, column ") != std::string::npos, broken.problem.c_str());
  QVERIFY(read("").problem.find("is no JSON") == 0);
  QVERIFY(read("{\"log\":{\"entries\":[").problem.find("is no JSON") == 0);
}

SLUICE_TEST(takesHalfACharacterForOneThatIsUnknown) {
  const auto entry = [](const std::string& url) { return "{\"log\":{\"entries\":[{\"request\":{\"url\":\"" + url + "\"}}]}}"; };
  const std::string unknown = "\xef\xbf\xbd";
  for (const auto& [written, meant] : std::vector<std::pair<std::string, std::string>>{
           {"a\\ud83d", "a" + unknown},
           {"\\ud83dx", unknown + "x"},
           {"\\uDE00", unknown},
           {"\\ud83d\\ud83d\\ude00", unknown + "\xf0\x9f\x98\x80"},
           {"\\ud83d\\u0041", unknown + "A"},
           {"\\\\ud83d", "\\ud83d"},
           {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"}}) {
    const auto got = read(entry(written));
    QVERIFY2(got.problem.empty() && got.urls == meant + ' ', (written + ": " + got.problem + got.urls).c_str());
  }
  QVERIFY(read("{\"a\":\"\\ud8").problem.find("is no JSON") == 0);
}

SLUICE_TEST(saysInWordsWhatItCannotRead) {
  QCOMPARE(read("{\"log\":\n {\"entries\":[{\"time\":1e999}]}}").problem,
           std::string("is no JSON that can be read: at line 2, column 22: the number 1e999 is too large"));
  for (const char* byteOrder : {"\xff\xfe", "\xfe\xff"}) {
    QVERIFY2(read(std::string(byteOrder) + std::string("{\0\"\0", 4)).problem.find("is UTF-16") == 0, "with a byte order mark");
  }
  QVERIFY(read(std::string("{\0\"\0", 4)).problem.find("is UTF-16") == 0);
}

SLUICE_TEST(tellsThatJsonIsNoHar) {
  for (const char* text : {"{}", "[]", "5", "{\"log\":{}}", "{\"log\":[]}", "{\"entries\":[]}", "{\"log\":{\"entries\":5}}"}) {
    QVERIFY2(read(text).problem.find("is no HAR") == 0, text);
  }
  QCOMPARE(read("{\"log\":{\"entries\":[]}}").problem, std::string());
}

SLUICE_TEST(stopsWhereItIsNestedTooDeep) {
  const std::string deep(limits::kHarDepthMax + 1, '[');
  QVERIFY(read("{\"log\":{\"entries\":[{\"x\":" + deep).problem.find("nested") != std::string::npos);
}

// Whatever it consists of: an object takes two bytes of the file, and many more of the memory.
SLUICE_TEST(saysWhichEntryIsTooLarge) {
  const auto second = [](const std::string& fields) {
    return "{\"log\":{\"entries\":[{\"request\":{\"url\":\"a\"}},\n{\"request\":{\"headers\":" + fields + "}}]}}";
  };
  const auto many = [](const std::string& item, int count) {
    std::string all = item;
    for (int i = 1; i < count; ++i) all += ',' + item;
    return all;
  };
  for (const std::string& large : {'[' + many("{}", 300) + ']', '[' + many("{\"name\":1}", 150) + ']',
                                   '[' + many("{\"value\":null,\"value\":\"\"}", 100) + ']',
                                   "[{\"name\":\"" + std::string(16 * 1024, 'x') + "\"}]"}) {
    const auto got = read(second(large), 16 * 1024);
    QCOMPARE(got.urls, std::string("a "));
    QVERIFY2(got.problem.starts_with("has an entry, number 2, of more than 16384 bytes without its bodies: at line 2, column "),
             got.problem.c_str());
    QCOMPARE(read(second(large), 64 * 1024).problem, std::string());
  }
  const auto small = second('[' + many("{}", 100) + ']');
  QCOMPARE(read(small, 16 * 1024).problem, std::string());
  // Each entry begins anew, and so does each message.
  const std::string entry = "{\"request\":{\"headers\":[" + many("{}", 100) + "]}}";
  QCOMPARE(read("{\"log\":{\"entries\":[" + many(entry, 10) + "]}}", 16 * 1024).problem, std::string());
  const std::string message = "{\"type\":\"send\",\"opcode\":1,\"data\":\"" + std::string(1000, 'x') + "\"}";
  QCOMPARE(read("{\"log\":{\"entries\":[{\"_webSocketMessages\":[" + many(message, 100) + "]}]}}", 16 * 1024).problem, std::string());
}

// However much of it there is: it is not held, so that no limit is needed.
SLUICE_TEST(passesOverWhatIsNotRead) {
  std::string many = "[0";
  for (int i = 0; i < 1000; ++i) many += R"(,{"a":[{"b":"\"\\\u00e9"},[null]],"url":"no"},"x",-1.5e3,true)";
  many += ']';
  const std::string text(100'000, 'x');
  for (const std::string& odd : {many, '"' + text + '"', "{\"" + text.substr(0, 10'000) + "\":1}"}) {
    const auto got = read("{\"_x\":" + odd + ",\"log\":{\"pages\":" + odd + ",\"entries\":[{\"_x\":" + odd +
                              ",\"request\":{\"cookies\":" + odd + ",\"url\":\"a\",\"headers\":[" + odd + "],\"postData\":{\"x\":" + odd +
                              "}},\"response\":" + odd +
                              "},{\"request\":{\"url\":\"b\",\"method\":" + many + "}}],\"comment\":" + odd + "}}",
                          6000);
    QCOMPARE(got.problem, std::string());
    QCOMPARE(got.urls, std::string("a b "));
  }
}

// A key is held until it is over, wherever it stands, and so is a number.
SLUICE_TEST(refusesATextThatIsLongerThanAnEntry) {
  const std::string text(2 * limits::kMiB, 'x'), number(2 * limits::kMiB, '1');
  for (const std::string& file : {"{\"" + text + "\":1,\"log\":{\"entries\":[]}}", "{\"a\":" + number + ",\"log\":{\"entries\":[]}}",
                                  "{\"log\":{\"entries\":[{\"request\":{\"url\":\"" + text + "\"}}]}}"}) {
    const auto got = read(file, 1000);
    QVERIFY2(got.problem.find("of more than") != std::string::npos && got.problem.find("at line 1, column ") != std::string::npos,
             got.problem.c_str());
    QVERIFY2(got.problem.starts_with("has a text"), got.problem.c_str());
  }
  // As large as it may be, each byte escaped.
  std::string escaped;
  for (std::size_t i = 0; i < limits::kMiB; ++i) escaped += "\\u0001";
  QCOMPARE(read("{\"log\":{\"entries\":[{\"request\":{\"httpVersion\":\"" + escaped + "\"}}]}}", 3 * limits::kMiB).problem, std::string());
}

// Space is no text.
SLUICE_TEST(takesAFileThatIsMostlySpace) {
  const std::string space(2 * limits::kMiB, ' ');
  QCOMPARE(read("{\"log\":" + space + "{\"entries\":[{\"request\":{\"url\":\"a\"}}]}}", 1000).urls, std::string("a "));
}

// Also in what is passed over, and behind it.
SLUICE_TEST(tellsWhereATextIsNone) {
  const auto where = [](const std::string& text) {
    const std::string problem = read("{\"log\":{\"entries\":[\n{\"_x\":\"" + text).problem;
    return problem.substr(0, problem.find(": ", 12));
  };
  QCOMPARE(where("abc\x01\"}]}}"), std::string("is no JSON: at line 2, column 11"));
  QCOMPARE(where("ab\\q\"}]}}"), std::string("is no JSON: at line 2, column 11"));
  QCOMPARE(where("ab\xff\"}]}}"), std::string("is no JSON: at line 2, column 10"));
  QCOMPARE(where("ab\xc3\"}]}}"), std::string("is no JSON: at line 2, column 11"));
  QCOMPARE(where("abc\" ?"), std::string("is no JSON: at line 2, column 13"));
  QVERIFY(where("abc").starts_with("is no JSON: at line 2, column "));
  QVERIFY(where("abc\\").starts_with("is no JSON: at line 2, column "));
  QVERIFY(where("abc\\u12").starts_with("is no JSON: at line 2, column "));
}

SLUICE_TEST(endsWhenTheSinkFails) {
  std::istringstream file("{\"log\":{\"entries\":[{},{}]}}");
  int calls = 0;
  const auto count = readHar(file, {}, [&](HarEntry) -> Result<void> {
    ++calls;
    return fail(Side::Local, Code::NoSpace);
  });
  QVERIFY(!count && count.error().code == Code::NoSpace);
  QCOMPARE(calls, 1);
}

SLUICE_TEST(tellsThatAFolderCannotBeRead) {
  std::ifstream folder(std::filesystem::temp_directory_path(), std::ios::binary);
  const auto count = readHar(folder, {}, [](HarEntry) -> Result<void> { return {}; });
  QVERIFY(!count);
  QVERIFY2(count.error().detail.find("is no JSON") == 0 || count.error().detail.find("cannot be read") == 0, count.error().detail.c_str());
}

// A record of it would be refused where it is kept, after "added 1 exchange".
SLUICE_TEST(refusesAnEntryWhoseHeadNobodyWouldKeep) {
  const auto entry = [](std::size_t url, std::size_t field) {
    return "{\"request\":{\"url\":\"" + std::string(url, 'u') + "\"},\"response\":{\"headers\":[{\"name\":\"a\",\"value\":\"" +
           std::string(field, 'f') + "\"}]}}";
  };
  const auto file = [](const std::string& entries) { return "{\"log\":{\"entries\":[" + entries + "]}}"; };
  constexpr std::size_t kMax = 4 * limits::kMiB;
  QCOMPARE(read(file(entry(kMax - 100, kMax - 100))).problem, std::string());
  QCOMPARE(read(file(entry(1, 1) + "," + entry(kMax + 1, 1))).problem,
           std::string("has an entry, number 2, whose request has a head of more than 4 MiB"));
  QCOMPARE(read(file(entry(1, kMax + 1))).problem, std::string("has an entry, number 1, whose response has a head of more than 4 MiB"));
}
