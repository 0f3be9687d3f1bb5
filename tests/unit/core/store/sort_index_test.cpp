#include "core/store/sort_index.h"

#include "tests/support/owners_rights.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = std::vector<std::uint64_t>;

// Exchanges whose size is as given and whose host is "host" and that size.
void put(SortIndex& index, std::initializer_list<std::pair<std::uint64_t, int>> sizes, std::uint64_t version) {
  TempFolder folder;
  VERIFY_OK(SqlConnection::create(folder / "any.db"));
  auto sql = std::move(*SqlConnection::open(folder / "any.db", Access::ReadWrite));
  VERIFY_OK(index.begin());
  for (const auto& [id, size] : sizes) {
    const std::string row = "SELECT " + std::to_string(id) + ", 1, 'get', 'host" + std::to_string(size) + "', '/', 200, 'text', " +
                            std::to_string(size) + ", 5, 6, '', '', 'more'";
    auto select = std::move(*sql.prepare(row.c_str()));
    QVERIFY(select.step().value_or(false));
    VERIFY_OK(index.put(select));
  }
  VERIFY_OK(index.commit(version));
}

Ids inOrder(const fs::path& folder, SortOrder order, std::optional<SortEntry> after = {}, std::size_t limit = 100) {
  auto lookup = SortLookup::open(folder, 7);
  if (!lookup || !lookup->begin()) return {0};
  Ids ids;
  const auto read = lookup->each(order, after, [&](const SortEntry& entry) {
    ids.push_back(entry.id);
    return ids.size() < limit;
  });
  return read ? ids : Ids{0};
}

}  // namespace

SLUICE_TEST(givesPagesInEitherDirection) {
  TempFolder folder;
  auto index = std::move(*SortIndex::open(folder.path(), 7));
  put(index, {{1, 30}, {2, 10}, {3, 20}, {4, 20}, {5, 20}}, 1);
  const SortOrder up{SortColumn::Size, false}, down{SortColumn::Size, true};
  QVERIFY(inOrder(folder.path(), up) == (Ids{2, 3, 4, 5, 1}));
  QVERIFY(inOrder(folder.path(), down) == (Ids{1, 5, 4, 3, 2}));
  QVERIFY(inOrder(folder.path(), up, {}, 2) == (Ids{2, 3}));
  QVERIFY(inOrder(folder.path(), up, SortEntry{{20, {}}, 3}) == (Ids{4, 5, 1}));
  QVERIFY(inOrder(folder.path(), down, SortEntry{{20, {}}, 4}, 2) == (Ids{3, 2}));
  QVERIFY(inOrder(folder.path(), up, SortEntry{{15, {}}, 99}, 1) == (Ids{3}));
  QVERIFY(inOrder(folder.path(), {SortColumn::Host, true}, SortEntry{{0, "host20"}, 5}) == (Ids{4, 3, 2}));
  QVERIFY(inOrder(folder.path(), up, SortEntry{{30, {}}, 1}).empty());
}

SLUICE_TEST(replacesAndRemoves) {
  TempFolder folder;
  auto index = std::move(*SortIndex::open(folder.path(), 7));
  put(index, {{1, 30}, {2, 10}, {3, 20}}, 1);
  put(index, {{1, 5}}, 2);
  QVERIFY(inOrder(folder.path(), {SortColumn::Size, false}) == (Ids{1, 2, 3}));
  VERIFY_OK(index.begin());
  QCOMPARE(index.removeBelow(ExchangeId{3}).value(), false);
  index.rollback();
  QCOMPARE(inOrder(folder.path(), {SortColumn::Size, false}).size(), std::size_t(3));
  VERIFY_OK(index.begin());
  QCOMPARE(index.removeBelow(ExchangeId{3}).value(), false);
  VERIFY_OK(index.commit(3));
  QVERIFY(inOrder(folder.path(), {SortColumn::Size, false}) == (Ids{3}));
}

SLUICE_TEST(isMadeAnewForAnotherHistoryAndWhenItIsDamaged) {
  TempFolder folder;
  {
    auto index = std::move(*SortIndex::open(folder.path(), 7));
    put(index, {{1, 30}}, 5);
  }
  QCOMPARE(SortIndex::open(folder.path(), 7).value().version(), std::uint64_t(5));
  QVERIFY(!SortLookup::open(folder.path(), 8));
  QCOMPARE(SortIndex::open(folder.path(), 8).value().version(), std::uint64_t(0));
  QVERIFY(!SortLookup::open(folder.path(), 7));
  writeFile(sortFile(folder.path()), pattern(9000));
  QVERIFY(!SortLookup::open(folder.path(), 8));
  QCOMPARE(SortIndex::open(folder.path(), 8).value().version(), std::uint64_t(0));
  QVERIFY(fs::status(sortFile(folder.path())).permissions() == sluice::test::rightsOfAnOwnersFile(folder.path()));
}

SLUICE_TEST(noticesThatAnotherIndexHasTakenItsPlace) {
  TempFolder folder;
  VERIFY_OK(SortIndex::open(folder.path(), 7));
  auto lookup = std::move(*SortLookup::open(folder.path(), 7));
  VERIFY_OK(lookup.begin());
  VERIFY_OK(SortIndex::anew(folder.path(), 7));
  QVERIFY(!lookup.begin());
}
