#include "core/store/sort_runs.h"

#include <algorithm>

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/filled_history.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// Ten thousand of as many sizes, in no order.
struct Fixture : NewDatabase {
  SqlConnection& sql = database.sql();

  Fixture() {
    if (!fillHistory(database, 10'000)) std::abort();
  }
};

}  // namespace

SLUICE_TEST(readsAPieceAtATime) {
  Fixture f;
  SortRuns runs({SortColumn::Size, false});
  VERIFY_OK(runs.read(f.sql, SortRuns::Time::min()));
  QVERIFY(!runs.complete());
  VERIFY_OK(runs.read(f.sql, SortRuns::Time::min()));
  QVERIFY(!runs.complete());
  VERIFY_OK(runs.read(f.sql, SortRuns::Time::min()));
  QVERIFY(runs.complete());
}

SLUICE_TEST(givesAllPiecesAsOneOrder) {
  Fixture f;
  for (const bool descending : {false, true}) {
    for (const SortColumn by : {SortColumn::Size, SortColumn::Path, SortColumn::Status}) {
      SortRuns runs({by, descending});
      VERIFY_OK(runs.read(f.sql, SortRuns::Time::max()));
      std::vector<SortEntry> all;
      runs.each({}, [&](const SortEntry& entry) { return all.push_back(entry), true; });
      QCOMPARE(all.size(), std::size_t(10'000));
      QVERIFY(descending ? std::is_sorted(all.rbegin(), all.rend()) : std::is_sorted(all.begin(), all.end()));
      std::vector<SortEntry> some;
      runs.each(all[6'000], [&](const SortEntry& entry) { return some.push_back(entry), some.size() < 100; });
      QVERIFY(std::equal(some.begin(), some.end(), all.begin() + 6'001));
    }
  }
}
