#include "core/store/search_plan.h"

#include <algorithm>
#include <random>

#include "core/filter/parser.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = SearchPlan::Ids;

constexpr std::size_t kFewMax = 500;

struct Fixture {
  TempFolder folder;
  std::optional<SearchLookup> lookup;
  std::vector<SearchedText> texts;

  explicit Fixture(std::vector<SearchedText> all) : texts(std::move(all)) {
    auto index = SearchIndex::open(folder.path(), 7);
    if (!index || !index->begin()) std::abort();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!index->add(ExchangeId{i + 1}, texts[i])) std::abort();
    }
    if (!index->commit(1)) std::abort();
    lookup = std::move(*SearchLookup::open(folder.path(), 7));
    if (!lookup->begin()) std::abort();
  }

  std::optional<SearchPlan> plan(std::string_view filter) {
    return SearchPlan::make(*lookup, *filter::parse(filter), {.fewMax = kFewMax}).value();
  }
  std::optional<Ids> among(const SearchPlan& plan, std::int64_t after, std::int64_t upTo, std::size_t max = 10'000) {
    return plan.among(*lookup, after, upTo, max).value();
  }
};

// Every second has each of these words, every third, and so on; one has a needle.
std::vector<SearchedText> words(std::size_t count) {
  std::vector<SearchedText> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = [&](std::size_t each, const char* text) { return i % each == 0 ? std::string(text) : std::string(); };
    all[i] = {word(2, "second\n"), word(3, "third\n"), word(5, "fifth\n") + (i == 1500 ? "needle\n" : "")};
  }
  return all;
}

}  // namespace

SLUICE_TEST(knowsAllWhereAPartLeavesFew) {
  Fixture f(words(3000));
  const auto few = [&](std::string_view filter) {
    const auto plan = f.plan(filter);
    return plan && plan->few() != nullptr ? std::optional(*plan->few()) : std::nullopt;
  };
  QVERIFY(few("body~needle") == Ids{1501});
  QVERIFY(few("body~needle status=200") == Ids{1501});
  QVERIFY(few("body~needle url~second") == Ids{1501});
  QVERIFY(few("body~needle | body~other") == Ids{1501});
  QVERIFY(few("body~needle header~other") == Ids{});
  QVERIFY(!few("body~fifth"));
  QVERIFY(SearchPlan::make(*f.lookup, *filter::parse("body~fifth"), {.fewMax = 600})->value().few()->size() == 600);
  // Few each, but not together.
  QVERIFY(!SearchPlan::make(*f.lookup, *filter::parse("body~fifth | url~second"), {.fewMax = 1500}).value());
  QVERIFY(!few("body~needle | body~fifth"));
}

SLUICE_TEST(isOfNoHelpWhereAnythingMayPass) {
  Fixture f(words(3000));
  for (const char* filter : {"", "status=200", "body~needle | status=200", "!(body~needle)", "body~ne", "host~second"}) {
    QVERIFY2(!f.plan(filter), filter);
    QVERIFY2(!SearchPlan::couldHelp(*filter::parse(filter)), filter);
  }
  QVERIFY(SearchPlan::couldHelp(*filter::parse("body~needle status=200")));
  QVERIFY(!SearchPlan::make(*f.lookup, *filter::parse("body~needle"), {.until = {}}).value());
}

// Whatever the filter and the range, all that may pass is there, and little else.
SLUICE_TEST(walksThroughWhatManyHave) {
  Fixture f(words(3000));
  struct Asked {
    const char* filter;
    bool (*passes)(std::int64_t);  // counted from 0
  };
  constexpr Asked kAsked[] = {
      {"body~fifth", [](std::int64_t i) { return i % 5 == 0; }},
      {"url~second header~third", [](std::int64_t i) { return i % 6 == 0; }},
      {"url~second status=200", [](std::int64_t i) { return i % 2 == 0; }},
      {"header~third | body~fifth", [](std::int64_t i) { return i % 3 == 0 || i % 5 == 0; }},
      {"header~third | body~needle", [](std::int64_t i) { return i % 3 == 0 || i == 1500; }},
      {"url~second (header~third | body~fifth)", [](std::int64_t i) { return i % 2 == 0 && (i % 3 == 0 || i % 5 == 0); }},
      {"url~second !(header~third)", [](std::int64_t i) { return i % 2 == 0; }}};
  std::mt19937 random(1);
  for (const Asked& asked : kAsked) {
    const auto plan = f.plan(asked.filter);
    QVERIFY2(plan && plan->few() == nullptr, asked.filter);
    for (int round = 0; round < 20; ++round) {
      const std::int64_t after = random() % 3200, upTo = after + random() % 1000;
      Ids expected;
      for (std::int64_t id = after + 1; id <= std::min<std::int64_t>(upTo, 3000); ++id) {
        if (asked.passes(id - 1)) expected.push_back(id);
      }
      QVERIFY2(f.among(*plan, after, upTo) == expected, asked.filter);
    }
  }
}

SLUICE_TEST(tellsWhereMoreIsLeftThanIsWanted) {
  Fixture f(words(3000));
  QVERIFY(f.among(*f.plan("body~fifth"), 0, 500, 100) && !f.among(*f.plan("body~fifth"), 0, 501, 100));
  QVERIFY(!f.among(*f.plan("body~fifth | header~third"), 0, 500, 100));
  // One part that leaves too many does not keep another from leaving them out.
  QVERIFY(f.among(*f.plan("body~fifth url~second"), 0, 500, 100)->size() == 100);
  QVERIFY(!f.among(*f.plan("header~third url~second"), 0, 500, 100));
}

// A range must not take longer the more words somebody looks for.
SLUICE_TEST(walksAlongFewListsAtOnce) {
  Fixture f(words(3000));
  std::string all, any;
  for (int i = 0; i < 20; ++i) {
    all += " url~second";
    any += (i == 0 ? "url~second" : " | url~second");
  }
  QVERIFY(f.plan(all + " header~third"));
  QVERIFY(!f.plan(any));
}
