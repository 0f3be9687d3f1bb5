#include "core/store/backlog.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

namespace {

PendingBody& responseOf(Backlog& backlog, std::size_t index) { return backlog.dirtyExchanges()[index]->bodies[1]; }

// What a writer does with each body.
void storeAll(Backlog& backlog) {
  for (PendingExchange* exchange : backlog.dirtyExchanges()) {
    for (PendingBody& body : exchange->bodies) {
      body.nextStoredBytes = body.storedBytes + body.fresh.size();
      body.nextPlace = body.nextStoredBytes > 0 ? BodyPlace::Inline : BodyPlace::None;
    }
  }
}

}  // namespace

SLUICE_TEST(foldsTheRecordsOfOneExchangeIntoOneRow) {
  Backlog backlog;
  QVERIFY(!backlog.dirty());
  QVERIFY(backlog.apply(started(1)));
  QVERIFY(backlog.apply(responded(1, 201)));
  QVERIFY(backlog.apply(chunk(1, "ab")));
  QVERIFY(backlog.apply(chunk(1, "cd")));
  QVERIFY(backlog.apply(ended(1, 4)));
  QCOMPARE(backlog.dirtyExchanges().size(), std::size_t(1));
  QCOMPARE(backlog.dirtyExchanges()[0]->row.status, 201);
  QCOMPARE(responseOf(backlog, 0).fresh, std::string("abcd"));
}

SLUICE_TEST(holdsWhatItWasGivenUntilItIsCommitted) {
  Backlog backlog;
  std::size_t weight = 0;
  const auto apply = [&](capture::Record record) {
    weight += weightOf(record);
    return backlog.apply(std::move(record));
  };
  QVERIFY(apply(started(1)));
  QVERIFY(apply(chunk(1, pattern(5000))));
  QVERIFY(apply(capture::ConnectionOpened{ConnectionId{1}, wall(0), "a", "b"}));
  QCOMPARE(backlog.heldBytes(), weight);
  QVERIFY(weight > 5000);
  storeAll(backlog);
  QCOMPARE(backlog.committed(), weight);
  QCOMPARE(backlog.heldBytes(), std::size_t(0));
  QVERIFY(!backlog.dirty());
  QCOMPARE(backlog.running(), 1u);
}

SLUICE_TEST(forgetsAnExchangeOnceItsEndIsCommitted) {
  Backlog backlog;
  QVERIFY(backlog.apply(started(1)));
  QVERIFY(backlog.apply(ended(1)));
  QVERIFY(!backlog.apply(chunk(1, "late")));
  QVERIFY(!backlog.apply(started(1)));
  storeAll(backlog);
  (void)backlog.committed();
  QCOMPARE(backlog.running(), 0u);
  QVERIFY(!backlog.apply(ended(1)));
}

SLUICE_TEST(keepsTheRowButNotTheBytesOfWhatStillRuns) {
  Backlog backlog;
  QVERIFY(backlog.apply(started(1)));
  QVERIFY(backlog.apply(chunk(1, "abc")));
  storeAll(backlog);
  (void)backlog.committed();
  QVERIFY(backlog.apply(chunk(1, "de")));
  const PendingExchange& exchange = *backlog.dirtyExchanges()[0];
  QVERIFY(exchange.inserted);
  QVERIFY(exchange.requestHead.empty());
  QCOMPARE(exchange.row.host, std::string("example.test"));
  QCOMPARE(responseOf(backlog, 0).storedBytes, 3u);
  QCOMPARE(responseOf(backlog, 0).fresh, std::string("de"));
}

SLUICE_TEST(insertsAgainAfterTheDatabaseWasReplacedButContinuesNoBody) {
  Backlog backlog;
  for (const std::uint64_t id : {1, 2, 3}) QVERIFY(backlog.apply(started(id)));
  QVERIFY(backlog.apply(chunk(1, "stored")));
  storeAll(backlog);
  (void)backlog.committed();
  QVERIFY(backlog.apply(chunk(1, "fresh")));
  QVERIFY(backlog.apply(chunk(2, "fresh")));
  backlog.databaseReplaced();
  QCOMPARE(backlog.dirtyExchanges().size(), std::size_t(3));
  for (const PendingExchange* exchange : backlog.dirtyExchanges()) {
    QVERIFY(!exchange->inserted);
    const std::string expected = exchange->row.id.value == 2 ? "fresh" : "";
    QCOMPARE(exchange->bodies[1].fresh, expected);
    QCOMPARE(exchange->bodies[1].storedBytes, 0u);
  }
  QVERIFY(!backlog.apply(chunk(1, "more")));
  QVERIFY(backlog.apply(chunk(2, "more")));
}

SLUICE_TEST(discardsWhatCannotBeStored) {
  Backlog backlog;
  QVERIFY(backlog.apply(started(1)));
  QVERIFY(backlog.apply(capture::ConnectionOpened{ConnectionId{1}, wall(0), "a", "b"}));
  QVERIFY(backlog.discardDirty() > 0);
  QVERIFY(!backlog.dirty());
  QVERIFY(!backlog.apply(ended(1)));
  QVERIFY(!backlog.apply(capture::ConnectionClosed{ConnectionId{1}, wall(0)}));
}

SLUICE_TEST(expectsTheBodiesOfWhatRunsUnlessTheirBeginningIsLost) {
  Backlog backlog;
  QVERIFY(!backlog.expectsBody({ExchangeId{1}, capture::Direction::Response}));
  QVERIFY(backlog.apply(started(1)));
  QVERIFY(backlog.apply(capture::BodyInFile{ExchangeId{1}, capture::Direction::Request, 10}));
  backlog.committed();
  QVERIFY(backlog.expectsBody({ExchangeId{1}, capture::Direction::Request}));
  backlog.databaseReplaced();
  QVERIFY(!backlog.expectsBody({ExchangeId{1}, capture::Direction::Request}));
  QVERIFY(backlog.expectsBody({ExchangeId{1}, capture::Direction::Response}));
  QVERIFY(backlog.apply(ended(1)));
  QVERIFY(backlog.expectsBody({ExchangeId{1}, capture::Direction::Response}));
  backlog.committed();
  QVERIFY(!backlog.expectsBody({ExchangeId{1}, capture::Direction::Response}));
}
