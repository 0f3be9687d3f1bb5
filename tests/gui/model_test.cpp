// The exchange model over histories written by the real recorder, checked by Qt's own model tester.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <random>

#include "app/gui/exchanges/exchange_model.h"
#include "core/filter/parser.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/recording.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Recording;
using gui::test::waitUntil;

namespace {

// A model on a recording, with the tester that fails the test on any breach of the rules of models.
struct Fixture {
  Recording recording;
  History history{recording.dataDir(), QStringLiteral("test-history")};
  ExchangeModel model{history};
  QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::QtTest};

  void refresh() {
    recording.flush();
    model.refresh();
  }
  QString text(int row, Column column) const {
    return model.data(model.index(row, int(column)), Qt::DisplayRole).toString();
  }
  bool loadedRow(int row) {
    return waitUntil([&] { return model.rowAt(row) != nullptr; });
  }
};

}  // namespace

SLUICE_GUI_TEST(anEmptyHistoryIsAnEmptyTable) {
  Fixture f;
  QSignalSpy loaded(&f.model, &ExchangeModel::loaded);
  f.refresh();
  QVERIFY(loaded.wait());
  QCOMPARE(f.model.rowCount(), 0);
  QCOMPARE(f.model.columnCount(), kColumnCount);
}

SLUICE_GUI_TEST(aDirectoryWithoutHistoryIsNoProblem) {
  sluice::test::TemporaryDirectory directory;
  History history(directory.path(), QStringLiteral("test-history"));
  ExchangeModel model(history);
  QSignalSpy problem(&model, &ExchangeModel::problemChanged);
  model.refresh();
  bool answered = false;
  history.ask(
      &model, [](store::Reader& reader) { return reader.totals(); },
      [&answered](Result<store::Totals>) { answered = true; });
  QVERIFY(waitUntil([&] { return answered; }));
  QCOMPARE(problem.count(), 0);
  QCOMPARE(model.rowCount(), 0);
}

SLUICE_GUI_TEST(rowsShowWhatWasRecorded) {
  Fixture f;
  f.recording.whole("/api/items?page=2", 404, "application/json; charset=utf-8", std::string(12'345, 'x'));
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1; }));
  QVERIFY(f.loadedRow(0));
  QLocale::setDefault(QLocale::c());
  QCOMPARE(f.text(0, Column::Number), QStringLiteral("1"));
  QCOMPARE(f.text(0, Column::State), QStringLiteral("Complete"));
  QCOMPARE(f.text(0, Column::Method), QStringLiteral("GET"));
  QCOMPARE(f.text(0, Column::Host), QStringLiteral("shop.test"));
  QCOMPARE(f.text(0, Column::Path), QStringLiteral("/api/items?page=2"));
  QCOMPARE(f.text(0, Column::Status), QStringLiteral("404"));
  QCOMPARE(f.text(0, Column::Type), QStringLiteral("json"));
  QCOMPARE(f.text(0, Column::Size), QStringLiteral("12.3 KB"));
  QCOMPARE(f.text(0, Column::Duration), QStringLiteral("42.0 ms"));
  QVERIFY(f.model.data(f.model.index(0, int(Column::Status)), Qt::ToolTipRole)
              .toString()
              .contains(QStringLiteral("Not Found")));
}

SLUICE_GUI_TEST(rowsAppearWhileTheyRunAndChangeWhenTheyEnd) {
  Fixture f;
  const ExchangeId id = f.recording.begin("/slow", "POST");
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1; }));
  QVERIFY(f.loadedRow(0));
  QCOMPARE(f.text(0, Column::State), QStringLiteral("Running"));
  QCOMPARE(f.text(0, Column::Status), QString());

  QSignalSpy changed(&f.model, &QAbstractItemModel::dataChanged);
  f.recording.answer(id, 201, "text/plain");
  f.recording.end(id);
  f.refresh();
  QVERIFY(waitUntil([&] { return f.text(0, Column::State) == QStringLiteral("Complete"); }));
  QCOMPARE(f.text(0, Column::Status), QStringLiteral("201"));
  QVERIFY(changed.count() > 0);
}

SLUICE_GUI_TEST(tunnelsAndFailuresSayWhatTheyAre) {
  Fixture f;
  const ExchangeId tunnel = f.recording.beginTunnel("example.test:443");
  f.recording.body(tunnel, capture::Direction::Request, "abc");
  const ExchangeId failed = f.recording.begin("/gone");
  f.recording.end(failed, {Code::ConnectionRefused, Side::Upstream, 0, "shop.test:80"});
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 2; }));
  QVERIFY(f.loadedRow(0) && f.loadedRow(1));
  QCOMPARE(f.text(0, Column::Type), QStringLiteral("tunnel"));
  QCOMPARE(f.text(0, Column::State), QStringLiteral("Tunnel open"));
  QCOMPARE(f.text(0, Column::Host), QStringLiteral("example.test"));
  QCOMPARE(f.text(1, Column::State), QStringLiteral("Failed"));
  const QString why = f.model.data(f.model.index(1, int(Column::State)), Qt::ToolTipRole).toString();
  QVERIFY2(why.contains(QStringLiteral("shop.test:80")), qPrintable(why));
}

SLUICE_GUI_TEST(hostileTextIsShownAsText) {
  Fixture f;
  f.recording.whole("/<b>x</b>\x1b[31m/\xe2\x80\xaegnp.exe", 200, "text/\x01html");
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1; }));
  QVERIFY(f.loadedRow(0));
  QCOMPARE(f.text(0, Column::Path), QStringLiteral("/<b>x</b>␛[31m/‹U+202E›gnp.exe"));
  QCOMPARE(f.text(0, Column::Type), QStringLiteral("␁html"));
}

SLUICE_GUI_TEST(randomTrafficKeepsTheRulesOfModels) {
  Fixture f;
  const auto seed = unsigned(std::stoul(sluice::test::option("seed", "1")));
  qInfo("seed %u", seed);
  std::mt19937 random(seed);
  std::vector<ExchangeId> running;
  int begun = 0;
  for (int step = 0; step < 400; ++step) {
    for (auto burst = random() % 4; burst > 0; --burst, ++begun) {
      running.push_back(random() % 5 == 0 ? f.recording.beginTunnel("a.test:443")
                                          : f.recording.begin("/" + std::to_string(begun)));
    }
    while (!running.empty() && random() % 3 == 0) {
      const auto at = running.begin() + std::ptrdiff_t(random() % running.size());
      if (random() % 2 == 0) f.recording.answer(*at, 200 + int(random() % 400), "text/plain");
      if (random() % 4 != 0) f.recording.body(*at, capture::Direction::Response, std::string(random() % 500, 'b'));
      f.recording.end(*at, random() % 6 == 0 ? Error{Code::EndedEarly, Side::Upstream, 0, {}} : Error{});
      running.erase(at);
    }
    if (random() % 3 == 0) f.model.refresh();
    if (f.model.rowCount() > 0) (void)f.model.rowAt(int(random() % unsigned(f.model.rowCount())));
    QCoreApplication::processEvents();
  }
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == begun; }));
  const auto finished = f.recording.recorder().status().exchanges;
  QCOMPARE(quint64(begun), quint64(finished));
  for (int row = 0; row < f.model.rowCount(); ++row) {
    QCOMPARE(f.model.idAt(row).value, quint64(row + 1));
    QCOMPARE(f.model.rowOf(f.model.idAt(row)), row);
  }
  // What is still running is shown as such, everything else as ended, once it is painted.
  for (int row = 0; row < f.model.rowCount(); ++row) {
    const bool open = std::find(running.begin(), running.end(), f.model.idAt(row)) != running.end();
    QVERIFY(waitUntil([&] {
      const auto* content = f.model.rowAt(row);
      return content != nullptr && (content->state == store::State::Running) == open;
    }));
  }
}

SLUICE_GUI_TEST(anExchangeThatIsRecordedLateFindsItsPlace) {
  Fixture f;
  f.recording.whole("/1");
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1; }));
  // Two connections: the one that began later is recorded first.
  capture::ExchangeStarted started;
  started.exchange = {5};
  started.connection = {1};
  started.method = "GET";
  started.url = "http://a.test/5";
  f.recording.recorder().record(started);
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 2; }));
  started.exchange = {3};
  f.recording.recorder().record(started);
  started.exchange = {6};
  f.recording.recorder().record(started);
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 4; }));
  QCOMPARE(f.model.idAt(1).value, 3u);
  QCOMPARE(f.model.idAt(2).value, 5u);
  QCOMPARE(f.model.rowOf({3}), 1);
  QCOMPARE(f.model.rowOf({4}), -1);
}

SLUICE_GUI_TEST(anotherDatabaseStartsTheTableOver) {
  Fixture f;
  for (int i = 0; i < 20; ++i) f.recording.whole("/old");
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 20; }));
  QSignalSpy reset(&f.model, &QAbstractItemModel::modelReset);
  f.recording.replace();
  f.recording.whole("/new");
  f.recording.flush();
  f.model.reopen();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1; }));
  QCOMPARE(reset.count(), 1);
  QVERIFY(f.loadedRow(0));
  QCOMPARE(f.text(0, Column::Path), QStringLiteral("/new"));
}

SLUICE_GUI_TEST(rowsFarApartAreReadWhenTheyArePainted) {
  // Without the tester, which looks at every row and so would read all of them.
  Recording recording;
  History history(recording.dataDir(), QStringLiteral("test-history"));
  ExchangeModel model(history);
  constexpr int kRows = 6000;  // more than the model keeps in memory
  for (int i = 0; i < kRows; ++i) recording.begin("/" + std::to_string(i));
  recording.flush();
  model.refresh();
  QVERIFY(waitUntil([&] { return model.rowCount() == kRows; }));
  const auto loadedRow = [&model](int row) { return waitUntil([&] { return model.rowAt(row) != nullptr; }); };
  for (const int row : {kRows - 1, 0, 3000, 17, kRows / 3}) {
    QVERIFY(loadedRow(row));
    QCOMPARE(model.data(model.index(row, int(Column::Path)), Qt::DisplayRole).toString(), u'/' + QString::number(row));
  }
  // Running through all of them, as a scroll does, reads every row in the end and forgets the first ones.
  for (int row = 0; row < kRows; row += 64) QVERIFY(loadedRow(row));
  QVERIFY(model.rowAt(kRows - 150) != nullptr);
  QVERIFY(model.rowAt(170) == nullptr);
  QVERIFY(loadedRow(170));
}

SLUICE_GUI_TEST(aFilterShowsOnlyWhatMatchesAndFollowsIt) {
  Fixture f;
  for (int i = 1; i <= 20; ++i) f.recording.whole("/" + std::to_string(i));
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 20; }));
  f.model.setFilter(*filter::parse("id>15 | state=running"));
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 5; }));
  QCOMPARE(f.model.idAt(0).value, std::uint64_t(16));
  const ExchangeId running = f.recording.begin("/21");
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 6; }));
  f.model.setFilter(*filter::parse("state=running"));
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 1 && f.model.idAt(0).value == 21; }));
  f.recording.end(running);
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 0; }));
  f.model.setFilter({});
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 21; }));
}

SLUICE_GUI_TEST(whatTheHistoryGaveUpLeavesTheTable) {
  Fixture f;
  for (int i = 1; i <= 600; ++i) f.recording.whole("/" + std::to_string(i));
  f.refresh();
  QVERIFY(waitUntil([&] { return f.model.rowCount() == 600; }));
  f.recording.recorder().setRetention({.exchangesMax = 50});
  QVERIFY(waitUntil([&] {
    f.model.refresh();
    return f.model.rowCount() == 50;
  }));
  QCOMPARE(f.model.idAt(0).value, std::uint64_t(551));
  QVERIFY(f.recording.recorder().clear().has_value());
  QVERIFY(waitUntil([&] {
    f.model.refresh();
    return f.model.rowCount() == 0;
  }));
}
