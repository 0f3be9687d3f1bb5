#include "core/store/sorted_exchanges.h"

#include <algorithm>
#include <random>

#include "core/filter/parser.h"
#include "core/store/session_file.h"
#include "core/store/sort_builder.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

using Ids = std::vector<ExchangeId>;
constexpr std::size_t kAll = 100'000;

void build(const fs::path& folder) {
  SortBuilder builder(folder);
  while (builder.step().value_or(false)) {
  }
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

// What is in a row's column, found in another way.
SortKey keyOf(const ExchangeRow& row, SortColumn column) {
  switch (column) {
    case SortColumn::State: return {std::int64_t(row.state), {}};
    case SortColumn::Method: return {0, lower(row.method)};
    case SortColumn::Host: return {0, lower(row.host)};
    case SortColumn::Path: return {0, lower(row.path)};
    case SortColumn::Status: return {row.status, {}};
    case SortColumn::Type: return {0, lower(row.contentType)};
    case SortColumn::Size: return {std::int64_t(row.response.bytes), {}};
    case SortColumn::Duration: return {row.phases.finishedUs, {}};
    case SortColumn::Started: return {row.startedAt.time_since_epoch().count(), {}};
    case SortColumn::Program: return {0, lower(row.clientProgram.substr(row.clientProgram.rfind('/') + 1))};
    case SortColumn::Profile: return {0, lower(row.profile)};
  }
  return {};
}

Ids expected(Reader& reader, SortOrder order) {
  const auto rows = reader.newest(kAll).value();
  std::vector<SortEntry> entries;
  for (const ExchangeRow& row : rows) entries.push_back({keyOf(row, order.by), row.id.value});
  std::sort(entries.begin(), entries.end());
  if (order.descending) std::reverse(entries.begin(), entries.end());
  Ids ids;
  for (const SortEntry& entry : entries) ids.push_back(ExchangeId{entry.id});
  return ids;
}

Ids whole(Reader& reader, SortOrder order, std::size_t limit) {
  Ids ids;
  std::optional<SortEntry> after;
  for (bool more = true; more;) {
    const auto page = reader.sorted(order, after, limit);
    if (!page || page->ids.size() > limit) return {};
    ids.insert(ids.end(), page->ids.begin(), page->ids.end());
    after = page->upTo;
    more = page->more;
  }
  return ids;
}

SortOrder anyOrder(std::mt19937& random) { return {SortColumn(random() % kSortColumns), random() % 2 == 0}; }

// Exchanges that differ and agree in every column.
class Traffic {
 public:
  Traffic(Recorder& recorder, std::mt19937& random) : recorder_(recorder), random_(random) {}

  void some(int count) {
    for (int i = 0; i < count; ++i) random_() % 4 == 0 && !running_.empty() ? end() : start();
    if (random_() % 3 == 0) {
      const char* program = random_() % 2 ? "/bin/Curl" : "/opt/browser";
      recorder_.record(capture::ClientIdentified{ConnectionId{1 + random_() % 3}, ExchangeId{1}, 7, program});
    }
    recorder_.flush();
  }
  void endAll() {
    while (!running_.empty()) end();
    recorder_.flush();
  }

 private:
  void start() {
    const std::uint64_t id = next_++;
    if (id <= 3) recorder_.record(capture::ConnectionOpened{ConnectionId{id}, wall(1), "client", "listener"});
    auto record = started(id, random_() % 2 ? "A.test" : "b.test");
    record.connection = ConnectionId{1 + random_() % 3};
    record.method = random_() % 2 ? "GET" : "post";
    record.path = "/" + std::to_string(random_() % 10);
    record.at = wall(std::int64_t(random_() % 50));
    recorder_.record(std::move(record));
    running_.push_back(id);
    if (random_() % 2) recorder_.record(responded(id, 200 + int(random_() % 3)));
  }
  void end() {
    const std::size_t at = random_() % running_.size();
    const std::uint64_t id = running_[at];
    running_.erase(running_.begin() + std::ptrdiff_t(at));
    auto record = ended(id, random_() % 8, random_() % 3 ? Error{} : Error{Code::EndedEarly, Side::Upstream, 0, ""});
    record.phases.finishedUs = std::int64_t(random_() % 20);
    record.profile = random_() % 2 ? "Slow" : "";
    recorder_.record(std::move(record));
  }

  Recorder& recorder_;
  std::mt19937& random_;
  std::uint64_t next_ = 1;
  std::vector<std::uint64_t> running_;
};

unsigned seed() {
  const auto seed = unsigned(std::stoul(sluice::test::option("seed", std::to_string(std::random_device{}()))));
  std::printf("seed %u\n", seed);
  return seed;
}

RecorderOptions withoutIndexer() {
  RecorderOptions options;
  options.background = false;  // the test says when
  return options;
}

}  // namespace

// Whatever of it the index has, and under any filter.
SLUICE_TEST(givesEveryOrderInPagesOfAnySize) {
  std::mt19937 random(seed());
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  Traffic traffic(*history.recorder, random);
  auto reader = history.reader();
  for (int round = 0; round < 40; ++round) {
    traffic.some(1 + int(random() % 40));
    if (random() % 4 == 0) build(history.folder.path());
    const char* filters[] = {"", "status=201", "host=a.test", "path=/7", "header~b.test", "!method=get"};
    VERIFY_OK(reader.show(*filter::parse(filters[random() % std::size(filters)])));
    for (int i = 0; i < 6; ++i) {
      const SortOrder order = anyOrder(random);
      QVERIFY2(whole(reader, order, 1 + random() % 50) == expected(reader, order), std::to_string(int(order.by)).c_str());
    }
  }
}

// As a window does it: pages once, then what changed is taken out and put where it belongs.
SLUICE_TEST(keepsAListInOrderAsTheHistoryChanges) {
  std::mt19937 random(seed());
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  Traffic traffic(*history.recorder, random);
  auto reader = history.reader();
  VERIFY_OK(reader.show(*filter::parse("host=a.test | status=200")));
  for (int list = 0; list < 8; ++list) {
    const SortOrder order = anyOrder(random);
    std::uint64_t version = reader.totals().value().version;
    Ids ids = whole(reader, order, 30);
    for (int round = 0; round < 10; ++round) {
      traffic.some(1 + int(random() % 20));
      if (random() % 4 == 0) build(history.folder.path());
      const auto changes = reader.changesSince(version, kAll).value();
      version = changes.version;
      std::erase_if(ids, [&](ExchangeId id) {
        return std::binary_search(changes.ids.begin(), changes.ids.end(), id) ||
               std::binary_search(changes.hidden.begin(), changes.hidden.end(), id);
      });
      for (const ExchangeId id : changes.ids) {
        const auto places = reader.places(order, ids.size(), [&ids](std::size_t row) { return ids[row]; }, std::span(&id, 1)).value();
        ids.insert(ids.begin() + std::ptrdiff_t(places.at(0)), id);
      }
      QVERIFY2(ids == expected(reader, order), std::to_string(int(order.by)).c_str());
    }
  }
}

SLUICE_TEST(leavesOutWhatTheHistoryHasGivenUp) {
  std::mt19937 random(seed());
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  Traffic traffic(*history.recorder, random);
  auto reader = history.reader();
  traffic.some(200);
  build(history.folder.path());
  traffic.some(50);
  const SortOrder order{SortColumn::Size, true};
  QVERIFY(whole(reader, order, 70) == expected(reader, order));
  const auto before = reader.totals().value().exchanges;
  history.recorder->setRetention({.exchangesMax = before - 40});
  while (reader.totals().value().exchanges > before - 40) history.recorder->flush();
  QVERIFY(whole(reader, order, 70) == expected(reader, order));
  build(history.folder.path());
  QVERIFY(whole(reader, order, 70) == expected(reader, order));
  history.recorder->setRetention({});
  VERIFY_OK(history.recorder->clear());
  QVERIFY(whole(reader, order, 70) == expected(reader, order));
}

// Few of many: tested one by one along the order that would take long. However little time each page has, all of them together are the
// whole list, and the next order of the same filter needs no second look.
SLUICE_TEST(fillsWhereAFilterLetsLittleThrough) {
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  for (std::uint64_t id = 1; id <= 20'000; ++id) {
    history.recorder->record(started(id, id % 1000 == 0 ? "rare.test" : "other.test"));
    history.recorder->record(ended(id, 30'000 - id));
    if (id % 1000 == 0) history.recorder->flush();
  }
  build(history.folder.path());
  auto reader = history.reader();
  VERIFY_OK(reader.show(*filter::parse("host=rare.test")));
  const SortOrder order{SortColumn::Size, false};
  const Ids wanted = expected(reader, order);
  QCOMPARE(wanted.size(), std::size_t(20));
  QVERIFY(reader.sorted(order, {}, 100).value().ids == wanted);
  VERIFY_OK(reader.show({}));
  VERIFY_OK(reader.show(*filter::parse("host=rare.test")));
  const auto noTime = std::chrono::milliseconds(0);
  SortedPage page = reader.sorted(order, {}, 100, noTime).value();
  QVERIFY(page.more);
  Ids found = page.ids;
  while (page.more) {
    page = reader.sorted(order, page.upTo, 100, noTime).value();
    found.insert(found.end(), page.ids.begin(), page.ids.end());
  }
  QVERIFY(found == wanted);
  const auto other = reader.sorted({SortColumn::Path, true}, {}, 15, noTime).value();
  QCOMPARE(other.ids.size(), std::size_t(15));
  history.recorder->record(started(30'000, "rare.test"));
  history.recorder->record(started(30'001, "other.test"));
  history.recorder->flush();
  QCOMPARE(whole(reader, order, 100).size(), std::size_t(21));
}

// Another order, after a filter was looked through: what came since is found, and what passes it only now.
SLUICE_TEST(findsWhatCameSinceAFilterWasLookedThrough) {
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  auto& recorder = *history.recorder;
  const auto record = [&recorder](std::uint64_t id) {
    recorder.record(started(id));
    recorder.record(responded(id, id % 1000 == 0 ? 201 : 200));
    recorder.record(ended(id, 10'000 - id));
  };
  recorder.record(started(1));
  for (std::uint64_t id = 2; id <= 3000; ++id) record(id);
  recorder.flush();
  build(history.folder.path());
  auto reader = history.reader();
  VERIFY_OK(reader.show(*filter::parse("status=201")));
  QCOMPARE(whole(reader, {SortColumn::Size, false}, 100).size(), std::size_t(3));
  recorder.record(responded(1, 201));
  recorder.record(ended(1));
  for (std::uint64_t id = 3001; id <= 5000; ++id) record(id);
  recorder.flush();
  build(history.folder.path());
  const SortOrder other{SortColumn::Started, true};
  const Ids wanted = expected(reader, other);
  QCOMPARE(wanted.size(), std::size_t(6));
  QVERIFY(whole(reader, other, 100) == wanted);
}

// With the index gone, the list begins anew.
SLUICE_TEST(keepsWhatRunsForLongWhenTheIndexGoesAway) {
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  for (std::uint64_t id = 1; id <= 3; ++id) history.recorder->record(started(id));
  history.recorder->record(ended(2));
  history.recorder->flush();
  build(history.folder.path());
  auto reader = history.reader();
  const SortOrder order{SortColumn::Started, false};
  QCOMPARE(whole(reader, order, 10).size(), std::size_t(3));
  std::error_code ignored;  // where an open file cannot be removed, the index stays
  fs::remove(history.folder / "order.db", ignored);
  QCOMPARE(whole(reader, order, 10).size(), std::size_t(3));
}

SLUICE_TEST(sortsASessionFileWithoutAnIndex) {
  std::mt19937 random(seed());
  History history;
  VERIFY_OK(history.start(withoutIndexer()));
  Traffic traffic(*history.recorder, random);
  traffic.some(100);
  traffic.endAll();
  VERIFY_OK(saveSession(history.folder.path(), {}, history.folder / "a.sluice"));
  auto reader = std::move(*Reader::openSession(history.folder / "a.sluice"));
  for (std::size_t column = 0; column < kSortColumns; ++column) {
    const SortOrder order{SortColumn(column), true};
    QVERIFY(whole(reader, order, 33) == expected(reader, order));
  }
  QVERIFY(!fs::exists(history.folder / "order.db"));
}
