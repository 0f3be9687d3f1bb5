#include "core/store/search_candidates.h"

#include <optional>
#include <random>

#include "core/filter/parser.h"
#include "core/store/search_builder.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/filled_history.h"
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

namespace {

// A history in whose bodies these hold a word: more than are told by number from the first on.
void fillWithNeedles(const TempFolder& folder, std::uint64_t each, std::uint64_t upTo, std::uint64_t all) {
  Database database = std::move(*Database::open(folder.path(), wall(0)));
  VERIFY_OK(fillHistory(database, all));
  const auto these = [&](const char* id) {
    return std::string(" WHERE ") + id + " <= " + std::to_string(upTo) + " AND " + id + " % " + std::to_string(each) + " = 0";
  };
  VERIFY_OK(database.sql().run(("UPDATE head SET response_body = CAST('needle' AS BLOB)" + these("exchange")).c_str()));
  VERIFY_OK(database.sql().run(("UPDATE exchange SET response_stored_bytes = 6" + these("id")).c_str()));
  const Totals totals = Reader::open(folder.path()).value().totals().value();
  auto index = SearchIndex::open(folder.path(), totals.history);
  VERIFY_OK(index->begin());
  for (std::uint64_t id = 1; id <= all; ++id) {
    VERIFY_OK(index->add(ExchangeId{id}, {{}, {}, id <= upTo && id % each == 0 ? "needle\n" : "hello\n"}));
  }
  VERIFY_OK(index->commit(totals.version));
}

struct Told {
  std::uint64_t exchanges = 0;  // by number
  std::uint64_t pieces = 0;     // of which most may pass
  bool inOrder = true;
};

Told tellAll(SearchCandidates& candidates, std::uint64_t first, std::uint64_t last) {
  constexpr std::uint64_t kPiece = 8192;
  Told told;
  const bool up = first < last;
  for (std::uint64_t at = first; up ? at <= last : at >= last;) {
    const auto some = candidates.towards(at, last);
    const std::uint64_t end = some ? some->end : up ? std::min(last, at + kPiece - 1) : at - std::min(at - last, kPiece - 1);
    if (!some) ++told.pieces;
    else told.exchanges += some->ids.size();
    std::uint64_t before = std::min(at, end) - 1;
    for (const std::uint64_t id : some ? some->ids : std::vector<std::uint64_t>()) {
      told.inOrder = told.inOrder && id > before && id <= std::max(at, end);
      before = id;
    }
    at = up ? end + 1 : end - 1;
  }
  return told;
}

}  // namespace

// However many hold a word: what lies beyond the newest of them is passed over.
SLUICE_TEST(passesOverWhatHasNoneOfAWordThatManyHave) {
  constexpr std::uint64_t kUpTo = 66'000, kAll = 100'000;
  StepCounter counter;
  TempFolder folder;
  fillWithNeedles(folder, 3, kUpTo, kAll);
  auto reader = std::move(*Reader::open(folder.path()));
  const std::uint64_t before = counter.steps();
  VERIFY_OK(reader.show(*filter::parse("body~needle")));
  const auto newest = reader.newest(10).value();
  const std::uint64_t steps = counter.steps() - before;
  QCOMPARE(newest.size(), std::size_t(10));
  QCOMPARE(newest.back().id.value, kUpTo);
  QVERIFY2(steps < 300'000, std::to_string(steps).c_str());
}

// Either way, a look after the other, nothing is left out and nothing comes twice.
SLUICE_TEST(tellsAllThereAreUpwardsAndDownwards) {
  constexpr std::uint64_t kAll = 63'000;
  for (const bool dense : {false, true}) {
    TempFolder folder;
    fillWithNeedles(folder, dense ? 1 : 3, dense ? 25'000 : kAll, kAll);
    auto sql = std::move(*SqlConnection::open(folder / "history.db", Access::ReadOnly));
    SearchCandidates candidates;
    candidates.find(sql, folder.path(), *filter::parse("body~needle"));
    QVERIFY(candidates.any());
    for (const Told& told : {tellAll(candidates, 1, kAll), tellAll(candidates, kAll, 1)}) {
      QVERIFY(told.inOrder);
      QCOMPARE(told.exchanges, std::uint64_t(dense ? 0 : kAll / 3));
      QCOMPARE(told.pieces, std::uint64_t(dense ? 4 : 0));
    }
  }
}

// What the history tells of its index is taken for true as long as it is the same one.
SLUICE_TEST(tellsNothingWhereTheIndexIsBegunAnew) {
  constexpr std::uint64_t kAll = 50'000;
  TempFolder folder;
  fillWithNeedles(folder, 2, kAll, kAll);
  auto sql = std::move(*SqlConnection::open(folder / "history.db", Access::ReadOnly));
  SearchCandidates candidates;
  candidates.find(sql, folder.path(), *filter::parse("body~needle"));
  QCOMPARE(candidates.towards(1, 3000)->ids.size(), std::size_t(1500));
  candidates.find(sql, folder.path(), *filter::parse("body~needle"));
  VERIFY_OK(SearchIndex::anew(folder.path(), static_cast<std::uint64_t>(*sql.integer("SELECT first_version FROM history"))));
  QVERIFY(candidates.any() && !candidates.towards(1, 3000) && !candidates.any());
}

// The index leaves more than are told by number, holds what is there no more, and lacks what is new.
SLUICE_TEST(showsTheSameWhereManyHoldAWord) {
  constexpr std::uint64_t kIndexed = 42'000, kAll = 42'500;
  TempFolder folder;
  fillWithNeedles(folder, 2, kIndexed, kIndexed);
  {
    Database database = std::move(*Database::open(folder.path(), wall(0)));
    VERIFY_OK(fillHistory(database, kAll));
    VERIFY_OK(database.sql().run("UPDATE head SET response_body = CAST('noodle' AS BLOB) WHERE exchange % 3 = 0 AND exchange % 2 = 0;"
                                 "UPDATE head SET response_body = CAST('Needl' AS BLOB) WHERE exchange > 42000"));
  }
  const char* filters[] = {"body~needl", "body~nee.l", "body~needle status=404", "body~needle | body~hello id<50",
                           "body~needl !(body~needle)"};
  const auto all = [&] {
    auto reader = std::move(*Reader::open(folder.path()));
    std::vector<std::string> texts;
    for (const char* text : filters) {
      texts.push_back(shown(reader, text));
      const auto before = reader.before(ExchangeId{30'000}, 9).value();
      for (const auto& row : before) texts.back() += " " + std::to_string(row.id.value);
    }
    return texts;
  };
  const auto withIndex = all();
  fs::remove(searchFile(folder.path()));
  const auto plain = all();
  for (std::size_t i = 0; i < std::size(filters); ++i) QVERIFY2(plain[i].size() > 100 && withIndex[i] == plain[i], filters[i]);
}
