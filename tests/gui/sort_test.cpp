// Sorting by a column: the model's list against the store's own answer while exchanges come, change and go; the table's headers; the
// window with a real engine.
#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>
#include <random>

#include "app/gui/exchanges/exchange_table.h"
#include "core/filter/parser.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/table_fixture.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Recording;
using gui::test::TableFixture;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

using Ids = std::vector<ExchangeId>;

Ids idsOf(const ExchangeModel& model) {
  Ids ids;
  for (int row = 0; row < model.rowCount(); ++row) ids.push_back(model.idAt(row));
  return ids;
}

// As the store sorts them when it is asked for all at once.
Ids sortedByStore(const std::filesystem::path& dataDir, store::SortOrder order, const filter::Node& filter = {}) {
  auto reader = store::Reader::open(dataDir);
  if (!reader || !reader->show(filter)) return {};
  Ids ids;
  std::optional<store::SortEntry> after;
  for (bool more = true; more;) {
    const auto page = reader->sorted(order, after, 1000);
    if (!page) return {};
    ids.insert(ids.end(), page->ids.begin(), page->ids.end());
    after = page->upTo;
    more = page->more;
  }
  return ids;
}

struct Fixture : TableFixture {
  using TableFixture::TableFixture;
  bool isIn(store::SortOrder order) {
    return waitUntil([&] { return idsOf(model) == sortedByStore(recording.dataDir(), order); });
  }
};

}  // namespace

SLUICE_GUI_TEST(anIdListIsTheVectorItStandsFor) {
  const auto seed = unsigned(std::stoul(sluice::test::option("seed", "1")));
  qInfo("seed %u", seed);
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t end) { return std::size_t(random() % end); };
  IdList list;
  Ids model;
  std::uint64_t next = 1;
  for (int step = 0; step < 4000; ++step) {
    const auto row = std::ptrdiff_t(below(model.size() + 1));
    const auto kind = below(10);
    if (kind == 0) {
      Ids some;
      for (auto count = below(900); count > 0; --count) some.push_back(ExchangeId{next += 1 + below(3) * below(700)});
      std::shuffle(some.begin(), some.end(), random);
      list.append(some);
      model.insert(model.end(), some.begin(), some.end());
    } else if (kind < 6) {
      list.insert(std::size_t(row), ExchangeId{++next});
      model.insert(model.begin() + row, ExchangeId{next});
    } else {
      const auto left = model.size() - std::size_t(row);
      const std::size_t count = kind == 9 ? std::min(left, below(1500)) : std::min<std::size_t>(left, 1);
      list.erase(std::size_t(row), count);
      model.erase(model.begin() + row, model.begin() + row + std::ptrdiff_t(count));
    }
    QCOMPARE(list.size(), model.size());
    if (step % 50 != 0) continue;
    for (std::size_t at = 0; at < model.size(); ++at) {
      QCOMPARE(list.at(at).value, model[at].value);
      QCOMPARE(list.rowOf(model[at]), std::ptrdiff_t(at));
    }
    QVERIFY(!list.contains(ExchangeId{next + 1}) && list.rowOf(ExchangeId{}) == -1);
    const ExchangeId end{below(next + 2)};
    Ids rising = model;
    std::sort(rising.begin(), rising.end());
    const auto part = std::lower_bound(rising.begin(), rising.end(), end);
    QVERIFY(list.below(end) == Ids(rising.begin(), part));
    IdList inOrder;
    inOrder.append(rising);
    QCOMPARE(inOrder.lowerBound(end), std::size_t(part - rising.begin()));
  }
}

SLUICE_GUI_TEST(aSortedListStaysSortedWhateverHappens) {
  const auto seed = unsigned(std::stoul(sluice::test::option("seed", "1")));
  qInfo("seed %u", seed);
  std::mt19937 random(seed);
  Recording recording;
  History history(recording.dataDir(), QStringLiteral("test-history"));
  ExchangeModel model(history);
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
  std::vector<ExchangeId> running;
  int begun = 0;
  for (const auto by : {store::SortColumn::Size, store::SortColumn::Path, store::SortColumn::State, store::SortColumn::Started}) {
    const store::SortOrder order{by, random() % 2 == 0};
    model.setOrder(order);
    for (int step = 0; step < 80; ++step) {
      for (auto burst = random() % 5; burst > 0; --burst, ++begun) {
        running.push_back(recording.begin("/" + std::to_string(random() % 20)));
      }
      while (!running.empty() && random() % 3 != 0) {
        const auto at = running.begin() + std::ptrdiff_t(random() % running.size());
        recording.answer(*at, 200, "text/plain");
        recording.body(*at, capture::Direction::Response, std::string(random() % 50, 'b'));
        recording.end(*at);
        running.erase(at);
      }
      if (random() % 3 == 0) model.refresh();
      if (model.rowCount() > 0) (void)model.rowAt(int(random() % unsigned(model.rowCount())));
      QCoreApplication::processEvents();
    }
    recording.flush();
    model.refresh();
    QVERIFY(waitUntil([&] { return model.rowCount() == begun; }));
    QVERIFY(waitUntil([&] { return idsOf(model) == sortedByStore(recording.dataDir(), order); }));
  }
  model.setOrder({});
  QVERIFY(waitUntil([&] {
    const Ids ids = idsOf(model);
    return int(ids.size()) == begun && std::is_sorted(ids.begin(), ids.end());
  }));
}

SLUICE_GUI_TEST(aSortedListLosesWhatTheHistoryGivesUpAndWhatTheFilterHides) {
  Fixture f(1300);
  const store::SortOrder order{store::SortColumn::Size, true};
  f.model.setOrder(order);
  QVERIFY(f.isIn(order));
  const filter::Node filter = *filter::parse("id>1200 | state=running");
  f.model.setFilter(filter);
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 100; }));
  const ExchangeId running = f.recording.begin("/");
  const ExchangeId other = f.recording.begin("/");
  f.recording.flush();
  f.model.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 102; }));
  f.model.setFilter(*filter::parse("state=running"));
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 2; }));
  f.recording.end(running);
  f.recording.flush();
  f.model.refresh();
  QVERIFY(waitUntil([&] { return idsOf(f.model) == Ids{other}; }));
  f.recording.end(other);
  f.model.setFilter({});
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1302; }));
  // The history gives up some hundred in each step, at any moment of a refresh.
  for (const std::uint64_t left : {1000, 700, 400, 50}) {
    f.recording.recorder().setRetention({.exchangesMax = left});
    QVERIFY(waitUntil([&] {
      f.model.refresh();
      return f.model.rowCount() == int(left) && idsOf(f.model) == sortedByStore(f.recording.dataDir(), order);
    }));
  }
  QVERIFY(f.recording.recorder().clear().has_value());
  QVERIFY(waitUntil([&] {
    f.model.refresh();
    return f.model.rowCount() == 0;
  }));
}

SLUICE_GUI_TEST(clicksOnAHeaderSortReverseAndReturnToTheOrderOfArrival) {
  Fixture f(120);
  QVERIFY(f.table.isFollowing());
  f.clickHeader(Column::Size);
  QVERIFY(f.isIn({store::SortColumn::Size, false}));
  QVERIFY(f.table.isSorted() && !f.table.isFollowing());
  f.clickHeader(Column::Size);
  QVERIFY(f.isIn({store::SortColumn::Size, true}));
  f.clickHeader(Column::Size);
  QVERIFY(waitUntil([&] { return f.model.idAt(0).value == 1 && f.model.idAt(119).value == 120; }));
  QVERIFY(!f.table.isSorted() && f.table.isFollowing());
  f.clickHeader(Column::Path);
  QVERIFY(f.isIn({store::SortColumn::Path, false}));
  f.clickHeader(Column::Number);
  QVERIFY(waitUntil([&] { return f.model.idAt(1).value == 2 && f.model.idAt(119).value == 120; }));
  QCOMPARE(f.table.horizontalHeader()->sortIndicatorSection(), -1);
}

SLUICE_GUI_TEST(theChosenExchangeStaysChosenWhileOthersCome) {
  Fixture f(120);
  f.table.select(42);
  const ExchangeId chosen = f.table.currentId();
  f.clickHeader(Column::Size);
  QVERIFY(f.isIn({store::SortColumn::Size, false}));
  QVERIFY(waitUntil([&] { return f.table.currentId() == chosen; }));
  f.add(200);
  QVERIFY(f.isIn({store::SortColumn::Size, false}));
  QCOMPARE(f.table.currentId().value, chosen.value);
  QCOMPARE(f.table.selectedCount(), 1);
  QVERIFY(f.table.selectedIds(10) == Ids{chosen});
}

SLUICE_GUI_TEST(onlyTheOrderOfArrivalIsFollowed) {
  Fixture f(200);
  f.clickHeader(Column::Duration);
  QVERIFY(f.isIn({store::SortColumn::Duration, false}));
  QVERIFY(!f.table.isFollowing());
  f.table.verticalScrollBar()->triggerAction(QScrollBar::SliderToMaximum);
  f.table.select(f.model.rowCount() - 1);
  QVERIFY(!f.table.isFollowing());
  f.table.setFollowing(true);
  QVERIFY(!f.table.isSorted() && f.table.isFollowing());
  f.table.clearChoice();
  f.add(50);
  QCOMPARE(f.model.idAt(249).value, 250u);
}

SLUICE_GUI_TEST(theOrderIsRememberedAndKeptOverLiveTraffic) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (const char* path : {"/bytes/500", "/bytes/20", "/bytes/9000"}) {
    bench.get(path);
    bench.waitForClients();
  }
  const auto sizes = [&bench] {
    std::vector<std::uint64_t> list;
    const ExchangeModel& model = bench.window().model();
    for (int row = 0; row < model.rowCount(); ++row) {
      const store::ExchangeRow* content = model.rowAt(row);
      list.push_back(content == nullptr ? 0 : content->response.bytes);
    }
    return list;
  };
  using Sizes = std::vector<std::uint64_t>;
  QVERIFY(waitUntil([&] { return sizes() == Sizes{500, 20, 9000}; }));
  bench.window().table().horizontalHeader()->setSortIndicator(int(Column::Size), Qt::DescendingOrder);
  QVERIFY(waitUntil([&] { return sizes() == Sizes{9000, 500, 20}; }));
  QVERIFY(!bench.window().actions().follow->isChecked());
  bench.get("/bytes/700");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return sizes() == Sizes{9000, 700, 500, 20}; }));
  bench.close();
  QVERIFY(bench.openAndListen());
  QVERIFY(waitUntil([&] { return sizes() == Sizes{9000, 700, 500, 20}; }));
  QVERIFY(bench.window().table().isSorted());
  bench.get("/bytes/100");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return sizes() == Sizes{9000, 700, 500, 100, 20}; }));
  bench.window().actions().follow->trigger();
  QVERIFY(waitUntil([&] { return sizes() == Sizes{500, 20, 9000, 700, 100}; }));
}
