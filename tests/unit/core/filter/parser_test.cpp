#include "core/filter/parser.h"

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice::filter;

namespace {

// The tree as text, or the problem with the place at which it is.
std::string meaning(std::string_view text) {
  const auto node = parse(text);
  if (node) return toText(*node);
  return std::to_string(node.error().at) + "+" + std::to_string(node.error().bytes) + ": " + node.error().message;
}

struct Row {
  const char* text;
  const char* meaning;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) QCOMPARE(meaning(row.text), std::string(row.meaning));
}

}  // namespace

SLUICE_TEST(readsReadableTerms) {
  check({
      {"", "~all"},
      {"  \t ", "~all"},
      {"host~api", "host~\"api\""},
      {"HOST~api", "host~\"api\""},
      {"host = a.test", "host=\"a.test\""},
      {"host!=a.test", "!host=\"a.test\""},
      {"host!~^a", "!host~\"^a\""},
      {"status>=400", "status>=400"},
      {"status >= 400", "status>=400"},
      {"status<400", "status<400"},
      {"size>1.5M", "size>1500000"},
      {"duration<=2s", "duration<=2000000us"},
      {"state=cutoff", "state=cutoff"},
      {"body~\"a token\"", "body~\"a token\""},
      {"request.header~x-id", "request.header~\"x-id\""},
      {"host~api status>=400 method=POST body~\"token\"",
       "host~\"api\" & status>=400 & method=\"POST\" & body~\"token\""},
  });
}

SLUICE_TEST(readsBareWordsAsPartsOfTheUrl) {
  check({
      {"api", "\"api\""},
      {"http://a.test/b?c=d", "\"http://a.test/b?c=d\""},
      {"\"a=1\"", "\"a=1\""},
      {"host", "\"host\""},
      {"host ~u x", "\"host\" & url~\"x\""},
      {"a.b*c!", "\"a.b*c!\""},
      {"\"\"", "\"\""},
      {"\"\\d\\\\ \\\"\"", "\"\\\\d\\\\ \\\"\""},
  });
}

SLUICE_TEST(readsTheFormsOfMitmproxy) {
  check({
      {"~u /api", "url~\"/api\""},
      {"~d example.com & ~c 404", "host~\"example.com\" & status=404"},
      {"~m POST ~b \"a b\"", "method~\"POST\" & body~\"a b\""},
      {"~hq x ~hs y ~h z", "request.header~\"x\" & response.header~\"y\" & header~\"z\""},
      {"!(~q)", "!status=0"},
      {"~s", "!status=0"},
      {"~t json", "type~\"json\" | request.header~\"^content-type:.*(json)\""},
      {"~all", "~all"},
      {"~e", "error~\".\""},
      {"~marked ~comment a.c", "!mark=none & comment~\"a.c\""},
  });
}

SLUICE_TEST(bindsNotBeforeAndBeforeOr) {
  check({
      {"a b | c & d", "(\"a\" & \"b\") | (\"c\" & \"d\")"},
      {"a (b | c)", "\"a\" & (\"b\" | \"c\")"},
      {"!a b", "!\"a\" & \"b\""},
      {"!(a b)|c", "!(\"a\" & \"b\") | \"c\""},
      {"!!a", "!!\"a\""},
      {"((a))", "\"a\""},
      {"a|b|c", "\"a\" | \"b\" | \"c\""},
      {"a&b c", "\"a\" & \"b\" & \"c\""},
  });
}

SLUICE_TEST(pointsAtWhatIsWrong) {
  check({
      {"page=2", "0+4: there is no field \"page\"; in quotes it is searched for in the URL"},
      {"a | hots~x", "4+4: there is no field \"hots\"; in quotes it is searched for in the URL"},
      {"~zz x", "0+3: there is no form \"~zz\""},
      {"status>=abc", "8+3: \"abc\" is not a whole number"},
      {"status~4", "6+1: status is compared with =, <, <=, > or >="},
      {"host>5", "4+1: host is compared with ~ or ="},
      {"body=x", "4+1: body is compared with ~"},
      {"state>running", "5+1: state is compared with ="},
      {"host~", "5+0: what host is compared with is missing here"},
      {"~u", "2+0: what ~u is compared with is missing here"},
      {"~c", "2+0: what ~c is compared with is missing here"},
      {"(a", "0+1: this parenthesis is never closed"},
      {"a)", "1+1: this parenthesis closes nothing"},
      {"()", "1+0: a term is missing here"},
      {"a | ", "4+0: a term is missing here"},
      {"& a", "0+0: a term is missing here"},
      {"a !", "3+0: a term is missing here"},
      {"host~\"abc", "5+4: this quote is never closed"},
      {"x host~[a", "7+2: \"[a\" is no regular expression: missing ]: [a"},
  });
}

SLUICE_TEST(keepsToItsLimits) {
  using namespace sluice::limits;
  const auto repeated = [](std::string_view text, std::size_t count) {
    std::string all;
    while (count-- > 0) all += text;
    return all;
  };
  QVERIFY(parse(repeated("(", kFilterDepthMax) + "a" + repeated(")", kFilterDepthMax)).error().message.find("too many") == 0);
  QVERIFY(parse(repeated("(", kFilterDepthMax - 1) + "a" + repeated(")", kFilterDepthMax - 1)).has_value());
  QVERIFY(parse(repeated("!", 100'00)).error().message.find("too many") == 0);
  QVERIFY(parse(repeated("a ", kFilterTermsMax)).has_value());
  QVERIFY(parse(repeated("a ", kFilterTermsMax + 1)).error().message.find("too many") == 0);
  QVERIFY(parse(repeated("a", kFilterTextBytesMax + 1)).error().message.find("too long") != std::string::npos);
}
