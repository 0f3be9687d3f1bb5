#include "core/codec/http1/token_list.h"

#include "tests/support/test.h"

using namespace sluice::http1;

namespace {
std::string joined(std::string_view value) {
  std::string out;
  for (const std::string_view token : TokenList(value)) out.append(token).append("|");
  return out;
}
}  // namespace

SLUICE_TEST(dividesAtCommasOutsideQuotes) {
  const std::pair<std::string_view, std::string> rows[] = {{"", ""},
                                                           {" ", ""},
                                                           {",", ""},
                                                           {"a", "a|"},
                                                           {"a,b", "a|b|"},
                                                           {" a ,\tb ", "a|b|"},
                                                           {",a,,b,", "a|b|"},
                                                           {"a;x=\"1,2\", b", "a;x=\"1,2\"|b|"},
                                                           {"\"a\\\",b\", c", "\"a\\\",b\"|c|"},
                                                           {"\"a, b", "\"a, b|"},
                                                           {"a\\", "a\\|"},
                                                           {"\"\\", "\"\\|"},
                                                           {"a,a", "a|a|"}};
  for (const auto& [value, tokens] : rows) QCOMPARE(joined(value), tokens);
}

SLUICE_TEST(containsTokenComparesWholeMembers) {
  QVERIFY(containsToken("keep-alive, Upgrade", "upgrade"));
  QVERIFY(!containsToken("keep-alives", "keep-alive"));
  QVERIFY(!containsToken("", ""));
}
