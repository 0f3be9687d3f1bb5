#include "core/store/search_text.h"

#include "core/filter/pattern.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;

namespace {

std::string searchText(std::string_view bytes) {
  std::string text;
  appendSearchText(text, bytes);
  return text;
}

}  // namespace

SLUICE_TEST(keepsRunsOfPrintableCharactersInLowerCase) {
  QCOMPARE(searchText(""), std::string());
  QCOMPARE(searchText("GET /A b\r\nHost: X\r\n\r\n"), std::string("get /a b\nhost: x\n"));
  QCOMPARE(searchText(std::string_view("abc\0de\0fgh", 10)), std::string("abc\nfgh\n"));
  QCOMPARE(searchText("gr\xc3\xb6\xc3\x9f" "er"), std::string("er\n"));
  QCOMPARE(searchText("ma\xc5\xbf" "e \xe2\x84\xaa" "9"), std::string("mase k9\n"));
}

// Whatever the regular expression finds, the index must not leave out.
SLUICE_TEST(holdsThePiecesOfEveryPatternThatIsFound) {
  const char* patterns[] = {"token", "to.?ken", "^abc", "K9 mase", "x+yz\\.q", "\"id\":", "abc?def"};
  const char* heads[] = {"TOKEN", "a to-ken b", "x\nabc", "\xe2\x84\xaa" "9 ma\xc5\xbf" "e", "xxyz.q", "{\"ID\": 1}", "abdef abcdef"};
  int found = 0;
  for (const char* text : patterns) {
    const auto pattern = filter::Pattern::create(text);
    for (const char* head : heads) {
      if (!pattern->foundIn(head)) continue;
      ++found;
      for (const auto& piece : pattern->requiredPieces()) QVERIFY2(searchText(head).find(piece) != std::string::npos, text);
    }
  }
  QVERIFY(found >= 7);
}

SLUICE_TEST(leavesOutBodiesWhoseTypeIsNoText) {
  const auto may = [](std::string_view type) { return mayBeText("HTTP/1.1 200 OK\r\ncontent-type: " + std::string(type) + "\r\n\r\n"); };
  QVERIFY(mayBeText("HTTP/1.1 200 OK\r\n\r\n"));
  for (const char* type : {"text/html; charset=utf-8", "application/json", "application/octet-stream", "image/svg+xml", "Image/SVG+XML;a=b",
                           "application/vnd.api+json", "multipart/form-data; boundary=x", "nonsense", ""}) {
    QVERIFY2(may(type), type);
  }
  for (const char* type :
       {"Image/png", "video/mp4; a=b", "audio/ogg", "font/woff2", "application/zip", "application/PDF ; x", "application/grpc"}) {
    QVERIFY2(!may(type), type);
  }
}

SLUICE_TEST(leavesOutBodiesThatDoNotBeginAsText) {
  QVERIFY(looksLikeText(""));
  QVERIFY(looksLikeText("{\"a\": 1}\r\n\t\x1b[0m"));
  QVERIFY(looksLikeText("gr\xc3\xbc\xc3\x9f" "e, latin \xfc"));
  QVERIFY(!looksLikeText(std::string_view("ab\0cd", 5)));
  QVERIFY(!looksLikeText("\x01\x02\x03 binary"));
  QVERIFY(looksLikeText(std::string(kSniffedBytes, 'a') + '\0'));  // not looked at
  QVERIFY(!looksLikeText(store::test::pattern(600)));
}
