#include "core/filter/shorthand.h"

#include "core/filter/parser.h"
#include "core/filter/pattern.h"
#include "tests/support/test.h"

using namespace sluice::filter;

SLUICE_TEST(meansSomethingOfItsOwnWithEveryForm) {
  std::vector<std::string> meanings;
  for (const Shorthand& form : shorthands()) {
    QVERIFY(findShorthand(form.name) == &form);
    const Node node = meaningOf(form, "abc", 404);
    QVERIFY2((node == Node{}) == (form.name == "all"), std::string(form.name).c_str());
    const auto again = parse(toText(node));
    QVERIFY2(again && *again == node, toText(node).c_str());
    meanings.push_back(toText(node));
  }
  std::sort(meanings.begin(), meanings.end());
  QVERIFY(std::adjacent_find(meanings.begin(), meanings.end()) == meanings.end() || meanings.empty());
}

SLUICE_TEST(knowsAssets) {
  const auto assets = Pattern::create(meaningOf(*findShorthand("a"), {}, 0).term.text);
  for (const char* type : {"text/css", "image/png", "application/javascript; charset=utf-8", "font/woff2"}) {
    QVERIFY2(assets->foundIn(type), type);
  }
  for (const char* type : {"text/html", "application/json", "x-image/png", ""}) QVERIFY2(!assets->foundIn(type), type);
}
