#include "core/store/search_index.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "tests/support/owners_rights.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = std::vector<std::int64_t>;

void add(SearchIndex& index, std::uint64_t id, std::string heads, std::string bodies = {}) {
  VERIFY_OK(index.begin());
  VERIFY_OK(index.add(ExchangeId{id}, {{}, std::move(heads), std::move(bodies)}));
  VERIFY_OK(index.commit(id));
}

constexpr std::size_t kFewMax = 900;

// All of them, in one walk where there are many; nothing: more than `max`.
std::optional<Ids> look(SearchLookup& lookup, SearchTable table, const std::vector<std::string>& pieces, std::size_t max) {
  auto term = lookup.term(table, pieces, kFewMax).value();
  return term.few ? std::move(term.few) : lookup.walk(term, 0, INT64_MAX, max).value();
}

Ids find(const fs::path& folder, SearchTable table, std::vector<std::string> pieces) {
  auto lookup = SearchLookup::open(folder, 7);
  if (!lookup || !lookup->begin()) return {-1};
  return look(*lookup, table, pieces, 100).value_or(Ids{-2});
}

}  // namespace

SLUICE_TEST(asksForEveryTrigramOfShortPiecesAndForSomeOfLongOnes) {
  using Grams = std::vector<std::string>;
  QCOMPARE(searchGrams({"abc"}), (Grams{"abc"}));
  QCOMPARE(searchGrams({"abcde", "x\"y", "bcd"}), (Grams{"abc", "bcd", "cde", "x\"y"}));
  const Grams grams = searchGrams({"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"});
  QCOMPARE(grams.front(), std::string("012"));
  QCOMPARE(grams.back(), std::string("HIJ"));
  QVERIFY(grams.size() < 30);
  Grams many;
  for (char c = 'a'; c <= 'z'; ++c) many.push_back({c, c, c, '-', c});
  QVERIFY(searchGrams(many).size() <= 40);
}

// What means something to FTS5 or to SQL is a character as any other.
SLUICE_TEST(findsEveryPrintableCharacter) {
  TempFolder folder;
  auto index = SearchIndex::open(folder.path(), 7);
  VERIFY_OK(index);
  for (char c = ' '; c < 0x7f; ++c) add(*index, static_cast<std::uint64_t>(c), {'a', c, 'b', c, '\n'});
  for (char c = ' '; c < 0x7f; ++c) {
    const bool isCapital = c >= 'A' && c <= 'Z';  // nothing is put in or asked for in capitals
    if (isCapital || (c >= 'a' && c <= 'z')) continue;
    QCOMPARE(find(folder.path(), SearchTable::Heads, {{'a', c, 'b', c}}), Ids{c});
  }
}

SLUICE_TEST(findsWhatWasAdded) {
  TempFolder folder;
  auto index = SearchIndex::open(folder.path(), 7);
  VERIFY_OK(index);
  add(*index, 1, "get /login\nhost: a\n", "secret token\n");
  add(*index, 2, "get /logout \"x\" * or and\n");
  QCOMPARE(find(folder.path(), SearchTable::Heads, {"log"}), (Ids{1, 2}));
  QCOMPARE(find(folder.path(), SearchTable::Heads, {"/login", "host"}), (Ids{1}));
  QCOMPARE(find(folder.path(), SearchTable::Heads, {"\"x\" * or"}), (Ids{2}));
  QCOMPARE(find(folder.path(), SearchTable::Heads, {"token"}), (Ids{}));
  QCOMPARE(find(folder.path(), SearchTable::Bodies, {"token"}), (Ids{1}));
  auto lookup = SearchLookup::open(folder.path(), 7);
  QCOMPARE(lookup->begin().value(), 2u);
  QVERIFY(!SearchLookup::open(folder.path(), 8));
}

// Whatever lists are long or short, nothing that holds the pieces is left out, and little else is found.
SLUICE_TEST(findsAllThatHoldThePieces) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    TempFolder folder;
    auto index = SearchIndex::open(folder.path(), 7);
    VERIFY_OK(index);
    VERIFY_OK(index->begin());
    std::vector<std::string> texts;
    for (std::uint64_t id = 1; id <= 2000; ++id) {
      std::string text = "every ";
      // From words that nearly all have to one that few have, most of them late.
      for (unsigned word = 0; word < 8; ++word) {
        if (random() % 1000 < 900u >> word) text += std::string(1, char('a' + word)) + "word" + (random() % 2 == 0 ? " " : "");
      }
      if (random() % 4000 < id / 100) text += "needle ";
      VERIFY_OK(index->add(ExchangeId{id}, {text + "url\n", text + "head\n", text + "body\n"}));
      texts.push_back(text);
    }
    VERIFY_OK(index->commit(1));
    auto lookup = SearchLookup::open(folder.path(), 7);
    VERIFY_OK(lookup);
    VERIFY_OK(lookup->begin());
    const char* pieces[] = {"every", "aword", "bword", "cword", "dword", "hword", "needle", "word", "dcw", "wordneedle", "everyneedle"};
    for (int round = 0; round < 60; ++round) {
      std::vector<std::string> asked;
      for (unsigned i = 0; i <= random() % 3; ++i) asked.push_back(pieces[random() % std::size(pieces)]);
      std::vector<std::string> grams = searchGrams(asked);
      const auto found = look(*lookup, SearchTable(random() % 3), asked, texts.size()).value();
      QVERIFY(std::is_sorted(found.begin(), found.end()));
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto inText = [&](const std::string& piece) { return texts[i].find(piece) != std::string::npos; };
        const bool isFound = std::binary_search(found.begin(), found.end(), std::int64_t(i) + 1);
        const std::string told = "seed " + std::to_string(seed) + " round " + std::to_string(round) + " id " + std::to_string(i + 1);
        QVERIFY2(isFound || !std::all_of(asked.begin(), asked.end(), inText), told.c_str());
        QVERIFY2(!isFound || std::any_of(grams.begin(), grams.end(), inText), told.c_str());
      }
    }
  }
}

SLUICE_TEST(looksNoFurtherThanTheRarestTrigrams) {
  TempFolder folder;
  auto index = SearchIndex::open(folder.path(), 7);
  VERIFY_OK(index);
  VERIFY_OK(index->begin());
  for (std::uint64_t id = 1; id <= 3000; ++id) {
    VERIFY_OK(index->add(ExchangeId{id}, {"common " + std::string(id % 3 == 0 ? "third" : "") + (id % 50 == 0 ? "rare" : ""), {}, {}}));
  }
  VERIFY_OK(index->commit(1));
  auto lookup = SearchLookup::open(folder.path(), 7);
  VERIFY_OK(lookup->begin());
  const auto count = [&](std::vector<std::string> pieces, std::size_t max = 3000) {
    const auto found = look(*lookup, SearchTable::Urls, pieces, max);
    return found ? int(found->size()) : -1;
  };
  QCOMPARE(count({"common"}), 3000);
  QCOMPARE(count({"common", "third"}), 1000);
  QCOMPARE(count({"common", "rare"}), 60);
  QCOMPARE(count({"third", "common", "nowhere"}), 0);
  QCOMPARE(count({"common", "third"}, 1000), 1000);
  QCOMPARE(count({"common", "third"}, 999), -1);
  const auto few = [&](std::vector<std::string> pieces, std::size_t max) { return lookup->term(SearchTable::Urls, pieces, max)->few; };
  QVERIFY(few({"common", "rare"}, 0));
  QVERIFY(few({"common", "third"}, 1000)->size() == 1000);
  QVERIFY(!few({"common", "third"}, 999));
}

SLUICE_TEST(walksThroughARangeAlone) {
  TempFolder folder;
  auto index = SearchIndex::open(folder.path(), 7);
  VERIFY_OK(index);
  VERIFY_OK(index->begin());
  for (std::uint64_t id = 1; id <= 20'000; ++id) {
    VERIFY_OK(index->add(ExchangeId{id}, {id % 2 == 0 ? "evn" : id % 999 == 0 ? "odd evn" : "odd", {}, {}}));
  }
  VERIFY_OK(index->commit(1));
  auto lookup = SearchLookup::open(folder.path(), 7);
  VERIFY_OK(lookup->begin());
  const auto term = lookup->term(SearchTable::Urls, {"odd", "evn"}, kFewMax).value();
  QVERIFY(lookup->walk(term, 0, 999, 9).value() == Ids{999});
  QVERIFY(lookup->walk(term, 999, 2997, 9).value() == Ids{2997});
  QVERIFY(lookup->walk(term, 999, 2996, 9).value() == Ids{});
  QVERIFY(lookup->walk(term, 15'000, 30'000, 9).value() == (Ids{16'983, 18'981}));
  QVERIFY(!lookup->walk(term, 15'000, 30'000, 1).value());
}

SLUICE_TEST(goesOnWhereItWas) {
  TempFolder folder;
  {
    auto index = SearchIndex::open(folder.path(), 7);
    add(*index, 1, "abc\n");
    VERIFY_OK(index->begin());
    VERIFY_OK(index->add(ExchangeId{2}, {{}, "abc\n", {}}));
    index->rollback();
  }
  auto index = SearchIndex::open(folder.path(), 7);
  VERIFY_OK(index);
  QCOMPARE(index->version(), 1u);
  QCOMPARE(index->exchanges(), 1u);
  QVERIFY(index->has(ExchangeId{1}).value());
  QVERIFY(!index->has(ExchangeId{2}).value());
  QCOMPARE(find(folder.path(), SearchTable::Heads, {"abc"}), (Ids{1}));
}

SLUICE_TEST(beginsAnewForAnotherHistoryAndForADamagedFile) {
  for (const bool damaged : {false, true}) {
    TempFolder folder;
    {
      auto index = SearchIndex::open(folder.path(), damaged ? 7 : 6);
      add(*index, 1, "abc\n");
    }
    if (damaged) writeFile(searchFile(folder.path()), std::string(8192, 'x'));
    auto index = SearchIndex::open(folder.path(), 7);
    VERIFY_OK(index);
    QCOMPARE(index->version(), 0u);
    QCOMPARE(index->history(), 7u);
    QVERIFY(!index->has(ExchangeId{1}).value());
    QCOMPARE(find(folder.path(), SearchTable::Heads, {"abc"}), (Ids{}));
    QVERIFY(fs::status(searchFile(folder.path())).permissions() == sluice::test::rightsOfAnOwnersFile(folder.path()));
  }
}
