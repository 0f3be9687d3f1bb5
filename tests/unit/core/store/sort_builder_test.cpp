#include "core/store/sort_builder.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = std::vector<std::uint64_t>;

Result<void> build(SortBuilder& builder) {
  for (;;) {
    const auto more = builder.step();
    if (!more) return fail(more.error());
    if (!*more) return {};
  }
}

// By size, the largest first, as the index alone has them.
Ids indexed(History& history) {
  auto lookup = SortLookup::open(history.folder.path(), history.reader().totals().value().history);
  if (!lookup || !lookup->begin()) return {0};
  Ids ids;
  const auto read = lookup->each({SortColumn::Size, true}, {}, [&](const SortEntry& entry) {
    ids.push_back(entry.id);
    return true;
  });
  return read ? ids : Ids{0};
}

void recordWhole(History& history, std::uint64_t id, std::uint64_t bytes) {
  history.recorder->record(started(id));
  history.recorder->record(ended(id, bytes));
  history.recorder->flush();
}

}  // namespace

SLUICE_TEST(holdsWhatHasEndedAsItIsNow) {
  History history;
  VERIFY_OK(history.start());
  SortBuilder builder(history.folder.path());
  recordWhole(history, 1, 10);
  recordWhole(history, 2, 30);
  history.recorder->record(started(3));
  history.recorder->flush();
  VERIFY_OK(build(builder));
  QVERIFY(indexed(history) == (Ids{2, 1}));
  history.recorder->record(ended(3, 20));
  recordWhole(history, 4, 5);
  VERIFY_OK(build(builder));
  QVERIFY(indexed(history) == (Ids{2, 3, 1, 4}));
  const auto version = history.reader().totals().value().version;
  QCOMPARE(SortIndex::open(history.folder.path(), history.reader().totals().value().history).value().version(), version);
}

SLUICE_TEST(forgetsWhatTheHistoryHasGivenUp) {
  History history;
  VERIFY_OK(history.start());
  SortBuilder builder(history.folder.path());
  history.recorder->record(started(1));  // runs all the time
  for (std::uint64_t id = 2; id <= 20; ++id) recordWhole(history, id, id);
  VERIFY_OK(build(builder));
  history.recorder->setRetention({.exchangesMax = 4});
  while (history.reader().totals().value().exchanges > 4) history.recorder->flush();
  VERIFY_OK(build(builder));
  QVERIFY(indexed(history) == (Ids{20, 19, 18}));
}

SLUICE_TEST(beginsAnewWithAnotherHistoryAndWhenItIsGoneOrDamaged) {
  History history;
  VERIFY_OK(history.start());
  SortBuilder builder(history.folder.path());
  recordWhole(history, 1, 10);
  VERIFY_OK(build(builder));
  VERIFY_OK(history.recorder->clear());
  recordWhole(history, 2, 10);
  VERIFY_OK(build(builder));
  QVERIFY(indexed(history) == (Ids{2}));
  fs::remove(sortFile(history.folder.path()));
  VERIFY_OK(build(builder));
  QVERIFY(indexed(history) == (Ids{2}));
  SortBuilder other(history.folder.path());
  writeFile(sortFile(history.folder.path()), pattern(50'000));
  VERIFY_OK(build(other));
  QVERIFY(indexed(history) == (Ids{2}));
}

SLUICE_TEST(saysWhenThereIsNoHistory) {
  TempFolder folder;
  SortBuilder builder(folder.path());
  QVERIFY(!builder.step());
}
