#include "core/store/filter_matches.h"

#include <algorithm>

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Verdict = FilterMatches::Verdict;
using Time = FilterMatches::Time;

// Those that can be divided by 7, ten ids at a time, of a hundred.
Result<IdPage> sevenths(ExchangeId after, Time) {
  IdPage page;
  for (std::uint64_t id = after.value + 1; id <= after.value + 10; ++id) {
    if (id % 7 == 0) page.ids.push_back(ExchangeId{id});
  }
  page.upTo = ExchangeId{after.value + 10};
  page.more = page.upTo.value < 100;
  return page;
}

}  // namespace

SLUICE_TEST(knowsWhatItHasLookedAt) {
  FilterMatches matches;
  QVERIFY(matches.of(7) == Verdict::Unknown);
  VERIFY_OK(matches.advance(sevenths, Time::min()));
  QVERIFY(!matches.complete());
  QVERIFY(matches.of(7) == Verdict::Passes && matches.of(8) == Verdict::Fails && matches.of(11) == Verdict::Unknown);
  matches.note(50, true);
  QVERIFY(matches.of(50) == Verdict::Passes);
  VERIFY_OK(matches.advance(sevenths, Time::max()));
  QVERIFY(matches.complete());
  QCOMPARE(matches.count(), std::size_t(15));  // fourteen, and the one that was said to
  auto passing = matches.passing();
  std::sort(passing.begin(), passing.end());
  QCOMPARE(passing.size(), std::size_t(15));
  QVERIFY(passing.front() == 7 && passing.back() == 98);
  QVERIFY(matches.of(101) == Verdict::Unknown);
  matches.forget();
  QVERIFY(!matches.complete() && matches.of(7) == Verdict::Unknown);
}

SLUICE_TEST(whatHasChangedIsUnknownAgain) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 20; ++id) history.recorder->record(started(id));
  history.recorder->flush();
  auto sql = std::move(*SqlConnection::open(history.folder / "history.db", Access::ReadOnly));
  FilterMatches matches;
  VERIFY_OK(matches.refresh(sql));
  VERIFY_OK(matches.advance(sevenths, Time::max()));
  history.recorder->record(ended(7));
  history.recorder->record(ended(8));
  history.recorder->flush();
  VERIFY_OK(matches.refresh(sql));
  QVERIFY(matches.of(7) == Verdict::Unknown && matches.of(8) == Verdict::Unknown);
  QVERIFY(matches.of(9) == Verdict::Fails && matches.of(14) == Verdict::Passes);
  QVERIFY(!matches.complete());  // there may be more now
  auto passing = matches.passing();
  std::sort(passing.begin(), passing.end());
  QCOMPARE(passing.size(), std::size_t(15));  // and the one that may pass now; each once
  QVERIFY(passing[0] == 7 && passing[1] == 8 && passing[2] == 14);
  QVERIFY(matches.count() >= passing.size());
  matches.note(7, false);
  matches.note(8, true);
  QVERIFY(matches.of(7) == Verdict::Fails && matches.of(8) == Verdict::Passes);
  VERIFY_OK(matches.refresh(sql));
  QVERIFY(matches.of(7) == Verdict::Fails);
}
