#include "core/store/search_builder.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = std::vector<std::int64_t>;

// Steps until there is nothing left; how many it took.
Result<int> build(SearchBuilder& builder) {
  for (int steps = 1;; ++steps) {
    const auto more = builder.step();
    if (!more) return fail(more.error());
    if (!*more) return steps;
  }
}

Ids find(History& history, SearchTable table, const char* piece) {
  auto lookup = SearchLookup::open(history.folder.path(), history.reader().totals().value().history);
  if (!lookup || !lookup->begin()) return {-1};
  const auto term = lookup->term(table, {piece}, 10'000).value();
  return term.few ? *term.few : lookup->walk(term, 0, INT64_MAX, 10'000).value().value_or(Ids{-2});
}

void recordWhole(History& history, std::uint64_t id, const std::string& body) {
  history.recorder->record(started(id));
  history.recorder->record(responded(id));
  history.recorder->record(chunk(id, body));
  history.recorder->record(ended(id, body.size()));
}

}  // namespace

SLUICE_TEST(indexesWhatHasEndedOnceAndTheRestWhenItEnds) {
  History history;
  VERIFY_OK(history.start());
  recordWhole(history, 2, "alpha token");
  history.recorder->record(started(3, "running.test"));
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  VERIFY_OK(build(builder));
  QCOMPARE(find(history, SearchTable::Bodies, "token"), (Ids{2}));
  QCOMPARE(find(history, SearchTable::Urls, "path?q="), (Ids{2}));

  // Later ones need not have higher ids, and what is in already may change again.
  recordWhole(history, 1, "beta token");
  history.recorder->record(ended(3));
  history.recorder->record(capture::ConnectionOpened{ConnectionId{1}, wall(1), "client", "listener"});
  history.recorder->record(capture::ClientIdentified{ConnectionId{1}, ExchangeId{1}, 5, "/bin/curl"});
  history.recorder->flush();
  VERIFY_OK(build(builder));
  QCOMPARE(find(history, SearchTable::Bodies, "token"), (Ids{1, 2}));
  QCOMPARE(find(history, SearchTable::Urls, "running.test"), (Ids{3}));
}

SLUICE_TEST(goesThroughALongHistoryInSteps) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 3000; ++id) recordWhole(history, id, "body " + std::to_string(id) + ".");
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  const auto steps = build(builder);
  VERIFY_OK(steps);
  QVERIFY(*steps > 1);
  QCOMPARE(find(history, SearchTable::Urls, "path?q=").size(), std::size_t(3000));
  QCOMPARE(find(history, SearchTable::Bodies, "dy 2999."), (Ids{2999}));
}

SLUICE_TEST(startsAnewWithAnotherHistory) {
  History history;
  VERIFY_OK(history.start());
  recordWhole(history, 1, "before");
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  VERIFY_OK(build(builder));
  VERIFY_OK(history.recorder->clear());
  recordWhole(history, 2, "after");
  history.recorder->flush();
  VERIFY_OK(build(builder));
  QCOMPARE(find(history, SearchTable::Bodies, "before"), (Ids{}));
  QCOMPARE(find(history, SearchTable::Bodies, "after"), (Ids{2}));
}

SLUICE_TEST(startsAnewWhenItsFileIsRemovedOrDamaged) {
  History history;
  VERIFY_OK(history.start());
  recordWhole(history, 1, "token");
  history.recorder->flush();
  SearchBuilder builder(history.folder.path());
  VERIFY_OK(build(builder));
  fs::remove(searchFile(history.folder.path()));
  VERIFY_OK(build(builder));
  QCOMPARE(find(history, SearchTable::Bodies, "token"), (Ids{1}));
  {
    auto sql = SqlConnection::open(searchFile(history.folder.path()), Access::ReadWrite);
    VERIFY_OK(sql->run("DROP TABLE done"));
  }
  recordWhole(history, 2, "token");
  history.recorder->flush();
  for (int attempt = 0; attempt < 3 && !build(builder); ++attempt) fs::remove(searchFile(history.folder.path()));
  QCOMPARE(find(history, SearchTable::Bodies, "token"), (Ids{1, 2}));
}

SLUICE_TEST(saysWhenThereIsNoHistory) {
  TempFolder folder;
  SearchBuilder builder(folder.path());
  QCOMPARE(int(builder.step().error().code), int(Code::NotFound));
}
