#include "core/store/derived.h"

#include "core/store/search_index.h"
#include "core/store/sort_index.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

SLUICE_TEST(countsWhatIndexesTakeForWhatIsLeftOfTheHistory) {
  TempFolder folder;
  QCOMPARE(derivedBytes(folder.path(), 100, ExchangeId{1}), std::uint64_t(0));
  {
    auto index = std::move(*SearchIndex::open(folder.path(), 7));
    VERIFY_OK(index.begin());
    for (std::uint64_t id = 1; id <= 100; ++id) VERIFY_OK(index.add(ExchangeId{id}, {{}, pattern(2000, unsigned(id)), {}}));
    VERIFY_OK(index.commit(1));
  }
  const auto all = derivedBytes(folder.path(), 100, ExchangeId{1});
  QVERIFY(all > 100'000);
  QCOMPARE(derivedBytes(folder.path(), 1000, ExchangeId{1}), all);
  QVERIFY(derivedBytes(folder.path(), 25, ExchangeId{1}) <= all / 4 + 1 && derivedBytes(folder.path(), 25, ExchangeId{1}) >= all / 4 - 1);
  VERIFY_OK(SortIndex::open(folder.path(), 7));
  QVERIFY(derivedBytes(folder.path(), 100, ExchangeId{1}) > all);
}

SLUICE_TEST(removesADatabaseWithItsLog) {
  TempFolder folder;
  for (const char* name : {"a.db", "a.db-wal", "a.db-shm", "b.db"}) writeFile(folder / name, "x");
  VERIFY_OK(removeDerived(folder / "a.db"));
  VERIFY_OK(removeDerived(folder / "a.db"));
  QCOMPARE(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), std::ptrdiff_t(1));
}
