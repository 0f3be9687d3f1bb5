#include "core/store/search_candidates.h"

#include <optional>
#include <random>

#include "core/filter/parser.h"
#include "core/store/search_builder.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/step_counter.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

void recordSome(History& history, std::mt19937& random, std::uint64_t from, std::uint64_t to) {
  const char* words[] = {"alpha", "Beta", "token", "a\rb", "k\xc3\xb6nig", "x\"y", "\xe2\x84\xaa" "elvin", "zz"};
  const auto word = [&] { return std::string(words[random() % std::size(words)]); };
  for (std::uint64_t id = from; id <= to; ++id) {
    auto start = started(id, word() == "zz" ? "rare.test" : "example.test");
    start.path += "&w=" + word() + word();
    start.url += "&w=" + word() + word();
    start.requestHead += "X-Word: " + word() + "\r\n" + word();
    history.recorder->record(start);
    auto response = responded(id);
    if (random() % 5 == 0) response.responseHead = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n";
    history.recorder->record(response);
    history.recorder->record(chunk(id, word() + " " + word() + "\n" + word()));
    if (random() % 3 == 0) history.recorder->record(chunk(id, word() + word(), capture::Direction::Request));
    if (random() % 8 != 0) history.recorder->record(ended(id));
  }
  history.recorder->flush();
}

constexpr const char* kFilters[] = {
    "token", "body~token", "body~alpha.*beta", "body~\"token alpha\"", "header~\"X-Word: beta\"", "header~x-word.+token id>20",
    "path~w=alpha", "body~kelvin", "body~token | header~alpha", "body~token | host~rare", "!(body~token)", "body~token !(body~alpha)",
    "body~zz", "body~nothing", "url~alpha url~token", "reqbody~token", "~bs token ~bq alpha", "body~(token|alpha)",
    "header~\"x-word: k.nig\"", "x-word", "url~x-word | path~zzzz", "url~w=zz header~\"x-word: zz\""};

std::string shown(Reader& reader, const char* text) {
  const auto node = filter::parse(text);
  if (!node) return std::string("no filter: ") + text;
  if (auto shows = reader.show(*node); !shows) return describe(shows.error());
  std::string all;
  const auto page = reader.ids(ExchangeId{}, SIZE_MAX).value();
  const auto from = reader.from(ExchangeId{30}, 5).value();
  const auto newest = reader.newest(7).value();
  for (const ExchangeId id : page.ids) all += std::to_string(id.value) + " ";
  all += "from: ";
  for (const auto& row : from) all += std::to_string(row.id.value) + " ";
  all += "newest: ";
  for (const auto& row : newest) all += std::to_string(row.id.value) + " ";
  return all;
}

}  // namespace

// With an index, with half of one and without, every filter shows the same.
SLUICE_TEST(neverChangesWhatAFilterShows) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    History history;
    VERIFY_OK(history.start());
    recordSome(history, random, 1, 120);
    std::optional<SearchBuilder> builder(history.folder.path());
    for (bool more = true; more;) more = builder->step().value();
    recordSome(history, random, 121, 200);
    for (std::uint64_t id = 1; id <= 120; id += 7) history.recorder->record(ended(id));
    history.recorder->flush();
    std::optional reader(history.reader());
    std::vector<std::string> withHalf;
    std::vector<std::string> withAll;
    for (const char* text : kFilters) withHalf.push_back(shown(*reader, text));
    for (bool more = true; more;) more = builder->step().value();
    for (const char* text : kFilters) withAll.push_back(shown(*reader, text));
    builder.reset();
    reader.reset();  // where an open file cannot be removed, nobody has it open now
    fs::remove(searchFile(history.folder.path()));
    reader.emplace(history.reader());
    for (std::size_t i = 0; i < std::size(kFilters); ++i) {
      const std::string plain = shown(*reader, kFilters[i]);
      const std::string told = std::string(kFilters[i]) + ", seed " + std::to_string(seed) + "\nplain " + plain;
      QVERIFY2(withHalf[i] == plain, (told + "\nhalf  " + withHalf[i]).c_str());
      QVERIFY2(withAll[i] == plain, (told + "\nall   " + withAll[i]).c_str());
    }
  }
}

SLUICE_TEST(leavesOutWhatCannotMatch) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 50; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, id == 33 ? "needle" : "hay"));
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  for (bool more = true; more;) more = builder.step().value();
  auto lookup = SearchLookup::open(history.folder.path(), history.reader().totals().value().history);
  VERIFY_OK(lookup);
  VERIFY_OK(lookup->begin());
  const auto found = [&](const char* text, std::size_t max = 100) { return searchCandidates(*lookup, *filter::parse(text), max).value(); };
  QVERIFY(found("body~needle") == std::vector<std::int64_t>{33});
  QVERIFY(found("body~needle status=200") == std::vector<std::int64_t>{33});
  QVERIFY(found("body~needle body~hay") == std::vector<std::int64_t>{});
  QVERIFY(found("body~needle | body~other") == std::vector<std::int64_t>{33});
  QVERIFY(!found("body~needle | status=200"));
  QVERIFY(!found("!(body~needle)"));
  QVERIFY(!found("body~ne"));
  QVERIFY(!found("body~hay", 20));
}

SLUICE_TEST(showsWhatCameAfterTheFilterWasSet) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  for (bool more = true; more;) more = builder.step().value();
  auto reader = history.reader();
  VERIFY_OK(reader.show(*filter::parse("body~needle")));
  QCOMPARE(reader.newest(10).value().size(), std::size_t(0));
  history.recorder->record(chunk(1, "needle"));
  history.recorder->record(started(2));
  history.recorder->record(chunk(2, "needle"));
  history.recorder->flush();
  QCOMPARE(reader.newest(10).value().size(), std::size_t(2));
  VERIFY_OK(history.recorder->clear());
  history.recorder->record(started(3));
  history.recorder->record(chunk(3, "needle"));
  history.recorder->flush();
  QCOMPARE(reader.newest(10).value().back().id.value, 3u);
}

// What a search costs in a history that follows a cleared one, whose index is built while the filter is on.
SLUICE_TEST(asksTheIndexOfTheHistoryThatFollows) {
  StepCounter counter;
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  VERIFY_OK(reader.show(*filter::parse("body~needle")));
  VERIFY_OK(history.recorder->clear());
  for (std::uint64_t id = 1; id <= 2000; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(responded(id));
    history.recorder->record(chunk(id, id == 1900 ? "needle" : "hay"));
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  for (bool more = true; more;) more = builder.step().value();
  const std::uint64_t before = counter.steps();
  QCOMPARE(reader.newest(10).value().size(), std::size_t(1));
  QVERIFY2(counter.steps() - before < 2000, std::to_string(counter.steps() - before).c_str());
}
