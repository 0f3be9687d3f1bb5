#include "core/store/source_count.h"

#include <map>

#include "tests/support/test.h"
#include "tests/unit/core/store/filled_history.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/step_counter.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

void add(Counts& counts, const std::vector<Source>& more) {
  for (const auto& each : more) counts[each.name] += each.exchanges;
}

Counts counted(const std::vector<Source>& sources) {
  Counts counts;
  add(counts, sources);
  return counts;
}

constexpr ExchangeId kLast{UINT64_MAX};
constexpr auto kNoTime = std::chrono::milliseconds(0);

}  // namespace

SLUICE_TEST(countsExchangesByHostAndByProgram) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 5; ++id) {
    auto exchange = started(id);
    exchange.connection = ConnectionId{id <= 3 ? 1U : 2U};
    exchange.host = id == 1 ? "Api.test" : id == 5 ? "other.test" : "api.test";
    history.recorder->record(exchange);
  }
  for (const std::uint64_t connection : {1U, 2U}) {
    history.recorder->record(capture::ConnectionOpened{{connection}, WallTime{}, "127.0.0.1:1", "regular"});
  }
  history.recorder->record(capture::ClientIdentified{{1}, {}, 77, "/usr/bin/curl"});
  history.recorder->flush();
  auto reader = history.reader();
  const auto all = reader.sources({}, kLast);
  VERIFY_OK(all);
  QVERIFY(!all->more && all->upTo == ExchangeId{5});
  QVERIFY(counted(all->sources.hosts) == (Counts{{"api.test", 4}, {"other.test", 1}}));  // in whatever case
  QVERIFY(counted(all->sources.programs) == (Counts{{"", 2}, {"/usr/bin/curl", 3}}));
  const auto some = reader.sources(ExchangeId{1}, ExchangeId{4});
  VERIFY_OK(some);
  QVERIFY(counted(some->sources.hosts) == (Counts{{"api.test", 3}}));
  QVERIFY(counted(some->sources.programs) == (Counts{{"", 1}, {"/usr/bin/curl", 2}}));
  const auto none = reader.sources(ExchangeId{5}, ExchangeId{5});
  QVERIFY(none && none->sources.hosts.empty() && none->sources.programs.empty() && none->upTo == ExchangeId{5});
}

// Who has no time gets a piece, however long the history is; the pieces are the whole.
SLUICE_TEST(aPieceCostsNoMoreInALongerHistory) {
  constexpr std::uint64_t kRows = 10'000;
  StepCounter counter;
  TempFolder folder;
  Database database = std::move(*Database::open(folder.path(), wall(0)));
  VERIFY_OK(fillHistory(database, kRows));
  auto reader = std::move(*Reader::open(folder.path()));
  Counts hosts, programs;
  ExchangeId at;
  int pieces = 0;
  for (bool more = true; more; ++pieces) {
    const std::uint64_t before = counter.steps();
    const auto page = reader.sources(at, kLast, kNoTime);
    VERIFY_OK(page);
    QVERIFY2(counter.steps() - before < 20'000, std::to_string(counter.steps() - before).c_str());
    QVERIFY(at < page->upTo || !page->more);
    add(hosts, page->sources.hosts);
    add(programs, page->sources.programs);
    at = page->upTo;
    more = page->more;
  }
  QVERIFY(pieces > 20);
  QCOMPARE(hosts.size(), std::size_t(50));
  for (const auto& [host, exchanges] : hosts) QCOMPARE(exchanges, kRows / 50);
  QVERIFY(programs == (Counts{{"", kRows}}));
}
