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

SLUICE_TEST(leavesOutBodiesThatNobodyReads) {
  QVERIFY(isSearchedBody("HTTP/1.1 200 OK\r\n\r\n"));
  QVERIFY(isSearchedBody("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"));
  QVERIFY(isSearchedBody("HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\n\r\n"));
  QVERIFY(!isSearchedBody("HTTP/1.1 200 OK\r\ncontent-type: Image/png\r\n\r\n"));
  QVERIFY(!isSearchedBody("HTTP/1.1 200 OK\r\nContent-Type: video/mp4; a=b\r\n\r\n"));
}
