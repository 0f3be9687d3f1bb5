#include "core/store/search_index.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = std::vector<std::int64_t>;

void add(SearchIndex& index, std::uint64_t id, std::string_view heads, std::string_view bodies = {}) {
  VERIFY_OK(index.begin());
  VERIFY_OK(index.add(ExchangeId{id}, heads, bodies));
  VERIFY_OK(index.commit(id));
}

Ids find(const fs::path& folder, SearchTable table, std::vector<std::string> pieces) {
  auto lookup = SearchLookup::open(folder, 7);
  if (!lookup || !lookup->begin()) return {-1};
  return lookup->find(table, pieces, 100).value().value_or(Ids{-2});
}

}  // namespace

SLUICE_TEST(asksForEveryTrigramOfShortPiecesAndForSomeOfLongOnes) {
  QCOMPARE(searchExpression({"abc"}), std::string("\"abc\""));
  QCOMPARE(searchExpression({"abcde", "x\"y"}), std::string("\"abc\" AND \"bcd\" AND \"cde\" AND \"x\"\"y\""));
  const std::string piece = "0123456789abcdefghijklmnopqrstuvwxyz";
  const std::string expression = searchExpression({piece});
  QVERIFY(expression.find("\"012\"") != std::string::npos && expression.find("\"xyz\"") != std::string::npos);
  QVERIFY(expression.size() < 100);
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
  QVERIFY(!lookup->find(SearchTable::Heads, {"log"}, 1).value());
  QVERIFY(!SearchLookup::open(folder.path(), 8));
}

SLUICE_TEST(goesOnWhereItWas) {
  TempFolder folder;
  {
    auto index = SearchIndex::open(folder.path(), 7);
    add(*index, 1, "abc\n");
    VERIFY_OK(index->begin());
    VERIFY_OK(index->add(ExchangeId{2}, "abc\n", {}));
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
    QCOMPARE(int(fs::status(searchFile(folder.path())).permissions()), int(fs::perms::owner_read | fs::perms::owner_write));
  }
}
