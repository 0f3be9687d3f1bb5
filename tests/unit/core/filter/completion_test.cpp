#include "core/filter/completion.h"

#include "tests/support/test.h"

using namespace sluice::filter;

namespace {

// Candidates for a cursor at |, and what they would replace.
std::string offered(std::string text) {
  const auto cursor = text.find('|');
  text.erase(cursor, 1);
  const auto completion = complete(text, cursor);
  std::string all = "[" + text.substr(completion.from, completion.to - completion.from) + "]";
  for (const Candidate& each : completion.candidates) all += " " + each.text;
  return all;
}

}  // namespace

SLUICE_TEST(offersFieldsWithTheComparisonThatSuitsThem) {
  QCOMPARE(offered("ho|"), std::string("[ho] host~"));
  QCOMPARE(offered("a (S|"), std::string("[S] scheme~ status= size> state= side="));
  QCOMPARE(offered("!du|ra b"), std::string("[dura] duration>"));
  QCOMPARE(offered("nothing|"), std::string("[nothing]"));
  QCOMPARE(offered("mark|"), std::string("[mark] mark= ~marked"));
  QCOMPARE(offered("mark=r|"), std::string("[r] red"));
  QVERIFY(complete("", 0).candidates.size() > 40);
}

SLUICE_TEST(offersFormsAfterATilde) {
  QCOMPARE(offered("a ~b|"), std::string("[~b] ~b  ~bq  ~bs "));
  QCOMPARE(offered("~al|"), std::string("[~al] ~all"));
}

SLUICE_TEST(offersTheValuesOfFieldsThatHaveFew) {
  QCOMPARE(offered("state=|"), std::string("[] running complete failed cutoff"));
  QCOMPARE(offered("method!=p|x"), std::string("[px] POST PUT PATCH"));
  QCOMPARE(offered("host~|"), std::string("[]"));
  QCOMPARE(offered("nofield=|"), std::string("[]"));
}

SLUICE_TEST(offersNothingInsideQuotes) {
  QCOMPARE(offered("body~\"st|"), std::string("[]"));
  QCOMPARE(offered("body~\"a\\\" st|"), std::string("[]"));
  QCOMPARE(offered("body~\"a\" sta|"), std::string("[sta] status= state="));
}

SLUICE_TEST(takesACursorAnywhere) {
  const std::string text = "a (host~\"x\" | !state=run) ~c 4";
  for (std::size_t cursor = 0; cursor <= text.size() + 3; ++cursor) {
    const auto completion = complete(text, cursor);
    QVERIFY(completion.from <= completion.to && completion.to <= text.size());
  }
}
