#include "core/store/derived.h"

#include "core/store/search_index.h"
#include "core/store/sort_index.h"
#include "core/store/sql_connection.h"
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

// It is made anew, or damaged: whatever it says, it counts for no more than it takes, or the limit of size would empty the history.
SLUICE_TEST(anOrderThatContradictsItselfCountsForWhatItTakes) {
  for (const char* numbers : {"(1), ('x')", "(2), ('x')", "(-5), (-1)", "(1), (9223372036854775807)"}) {
    TempFolder folder;
    VERIFY_OK(SqlConnection::create(folder / "order.db"));
    {
      auto sql = std::move(*SqlConnection::open(folder / "order.db", Access::ReadWrite));
      VERIFY_OK(sql.run((std::string("CREATE TABLE sort_key (exchange); INSERT INTO sort_key VALUES ") + numbers).c_str()));
    }
    for (const std::uint64_t oldest : {std::uint64_t(0), std::uint64_t(1), std::uint64_t(2), ~std::uint64_t(0)}) {
      const auto bytes = derivedBytes(folder.path(), 100, ExchangeId{oldest});
      QVERIFY2(bytes <= fs::file_size(folder / "order.db"), (numbers + (" " + std::to_string(bytes))).c_str());
    }
  }
}

SLUICE_TEST(removesADatabaseWithItsLog) {
  TempFolder folder;
  for (const char* name : {"a.db", "a.db-wal", "a.db-shm", "b.db"}) writeFile(folder / name, "x");
  VERIFY_OK(removeDerived(folder / "a.db"));
  VERIFY_OK(removeDerived(folder / "a.db"));
  QCOMPARE(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), std::ptrdiff_t(1));
}
