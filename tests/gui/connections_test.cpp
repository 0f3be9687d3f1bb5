// The live view over a real engine and real connections.
#include "app/gui/connections/connections_page.h"

#include <QAbstractItemModelTester>
#include <QMouseEvent>

#include "core/throttle/profile_json.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/own_name.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

QString cell(ConnectionsPage& page, int row, ConnectionColumn column) {
  return page.model().data(page.model().index(row, int(column)), Qt::DisplayRole).toString();
}

control::ConnectionRow connection(std::uint64_t id, std::uint64_t down = 0, std::uint64_t up = 0) {
  control::ConnectionRow row;
  row.connection = ConnectionId{id};
  row.bytesDown = down;
  row.bytesUp = up;
  return row;
}

control::StatusSample sampleAt(int second, std::uint64_t down, std::uint64_t up) {
  control::StatusSample sample;
  sample.at = WallTime(Micros(std::int64_t(1'760'000'000 + second) * 1'000'000));
  sample.downBytesPerSecond = down;
  sample.upBytesPerSecond = up;
  return sample;
}

}  // namespace

SLUICE_GUI_TEST(openConnectionsAreListedAndCanBeClosed) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.openTunnel();
  MainWindow& window = bench.window();
  window.actions().connectionsPage->trigger();
  ConnectionsPage& page = window.connections();
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 1; }));
  QVERIFY(waitUntil([&] { return cell(page, 0, ConnectionColumn::State) == QStringLiteral("Tunnel"); }));
  QVERIFY(cell(page, 0, ConnectionColumn::Target).startsWith(QStringLiteral("127.0.0.1:")));
  QVERIFY(waitUntil([&] { return cell(page, 0, ConnectionColumn::Program) == gui::test::ownName(); }));
  page.table().selectRow(0);
  page.closeSelected();
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 0; }));
  // The row of the history says who ended it.
  window.actions().exchangesPage->trigger();
  QVERIFY(waitUntil([&] {
    const store::ExchangeRow* row = window.model().rowCount() > 0 ? window.model().rowAt(0) : nullptr;
    return row != nullptr && row->state == store::State::CutOff && row->error.detail == "it was closed by hand";
  }));
}

SLUICE_GUI_TEST(aConnectionHasALimitSliderOfItsOwn) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.openTunnel();
  bench.openTunnel();
  bench.window().actions().connectionsPage->trigger();
  ConnectionsPage& page = bench.window().connections();
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 2; }));
  QVERIFY(!page.limit().isVisible());
  page.table().selectRow(1);
  QVERIFY(page.limit().isVisible());
  QCOMPARE(page.limit().value(), 0.0);
  page.limit().slider().setValue(rateScale().stepOf(50'000));
  const auto limits = [&] {
    QStringList both;
    for (int row = 0; row < page.model().rowCount(); ++row) both << QString::fromStdString(page.model().rowAt(row).limit);
    return both;
  };
  QVERIFY(waitUntil([&] { return limits().value(0).isEmpty() && limits().value(1).contains(QStringLiteral("perConnection")); }));
  page.limit().slider().setValue(Scale::kSteps);
  QVERIFY(waitUntil([&] { return limits().value(1).isEmpty(); }));
}

SLUICE_GUI_TEST(nobodyAsksForConnectionsWhileTheyAreNotOnView) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.openTunnel();
  bench.get("/bytes/10");
  bench.waitForClients();
  QTest::qWait(1500);  // longer than the pause between two questions
  QCOMPARE(bench.window().connections().model().rowCount(), 0);
  QCOMPARE(bench.window().connections().chart().paintCount(), 0);
}

SLUICE_GUI_TEST(ratesFollowFromOneTellingToTheNext) {
  QLocale::setDefault(QLocale::c());
  ConnectionModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
  const auto text = [&](int row, ConnectionColumn column) { return model.index(row, int(column)).data().toString(); };
  model.take({3, {connection(5), connection(2, 1000), connection(9)}}, 1000);
  QCOMPARE(model.rowCount(), 3);
  QCOMPARE(text(0, ConnectionColumn::Number), QStringLiteral("2"));
  QCOMPARE(text(0, ConnectionColumn::DownRate), QString());
  model.take({3, {connection(2, 4000, 500), connection(7), connection(9)}}, 3000);
  QCOMPARE(model.rowCount(), 3);
  QCOMPARE(text(1, ConnectionColumn::Number), QStringLiteral("7"));
  QCOMPARE(text(0, ConnectionColumn::DownRate), QStringLiteral("1.50 KB/s"));
  QCOMPARE(text(0, ConnectionColumn::UpRate), QStringLiteral("250 B/s"));
  QCOMPARE(model.historyAt(0).bytesPerSecond.back(), 1750u);
  model.take({0, {}}, 4000);
  QCOMPARE(model.rowCount(), 0);
}

SLUICE_GUI_TEST(theChartReadsOutWhatIsUnderTheMouse) {
  QLocale::setDefault(QLocale::c());
  Throughput throughput;
  for (int second = 0; second <= 60; ++second) throughput.add(sampleAt(second, std::uint64_t(second) * 1000, 7000));
  ThroughputChart chart(throughput);
  chart.resize(700, 150);
  chart.show();
  QVERIFY(chart.readout().isEmpty());
  QMouseEvent right(QEvent::MouseMove, QPointF(700 - 12 - 1, 40), QPointF(), Qt::NoButton, Qt::NoButton, {});
  const QRect plot = chart.rect().adjusted(12, 8, -12 - chart.fontMetrics().horizontalAdvance(QStringLiteral("888 MB/s")) - 8, 0);
  QMouseEvent middle(QEvent::MouseMove, QPointF(plot.center().x(), 40), QPointF(), Qt::NoButton, Qt::NoButton, {});
  QApplication::sendEvent(&chart, &middle);
  QVERIFY2(chart.readout().contains(QStringLiteral("↓ 30.0 KB/s   ↑ 7.00 KB/s")) ||
               chart.readout().contains(QStringLiteral("↓ 31.0 KB/s   ↑ 7.00 KB/s")),
           qPrintable(chart.readout()));
  const int before = chart.paintCount();
  chart.hide();
  chart.refresh();
  gui::test::handleEvents();
  QCOMPARE(chart.paintCount(), before);
  QVERIFY(!chart.isMoving());
  chart.show();
  const int shown = chart.paintCount();
  chart.refresh();
  QVERIFY(chart.isMoving());
  QVERIFY(waitUntil([&] { return !chart.isMoving(); }));  // what was new has come in, and it rests
  QVERIFY(chart.paintCount() > shown + 2);
  chart.refresh();
  chart.hide();
  QVERIFY(!chart.isMoving());
  // A clock that was set back begins a new axis.
  throughput.add(sampleAt(10, 1, 1));
  QCOMPARE(throughput.samples().size(), std::size_t(1));
}

// What else sluicectl has said of a connection is not the slider's to change.
SLUICE_GUI_TEST(theLimitSliderLeavesWhatElseAConnectionHas) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.openTunnel();
  bench.window().actions().connectionsPage->trigger();
  ConnectionsPage& page = bench.window().connections();
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 1; }));
  throttle::Profile profile;
  profile.setRoundTrip(Micros(80'000));
  const auto id = std::to_string(page.model().rowAt(0).connection.value);
  bench.keeper().link().useProfile({throttle::toJson(profile), control::ProfileScope::Connection, id});
  const auto own = [&] { return throttle::profileFromJson(page.model().rowAt(0).limit); };
  QVERIFY(waitUntil([&] { return page.model().rowCount() == 1 && own() && own()->roundTrip() == Micros(80'000); }));
  page.table().selectRow(0);
  page.limit().slider().setValue(rateScale().stepOf(50'000));
  QVERIFY(waitUntil([&] { return own() && !own()->perConnection.isUnlimited(); }));
  QCOMPARE(own()->roundTrip(), Micros(80'000));
  page.limit().slider().setValue(Scale::kSteps);
  QVERIFY(waitUntil([&] { return own() && own()->perConnection.isUnlimited(); }));
  QCOMPARE(own()->roundTrip(), Micros(80'000));
}

namespace {

double limitOf(ConnectionsPage& page, int row) { return row < page.model().rowCount() ? page.model().limitAt(row) : -1; }

// A place in the slider of that row: 0 is its left end, 1 its right one.
QPoint inSlider(ConnectionsPage& page, int row, double part) {
  const QRect cell = page.table().visualRect(page.model().index(row, int(ConnectionColumn::Limit)));
  return {cell.left() + 15 + int(part * 72), cell.center().y()};
}

bool listThree(Workbench& bench) {
  if (!bench.openAndListen()) return false;
  for (int i = 0; i < 3; ++i) bench.openTunnel();
  bench.window().resize(1600, 900);
  bench.window().actions().connectionsPage->trigger();
  return waitUntil([&] { return bench.window().connections().model().rowCount() == 3; });
}

}  // namespace

SLUICE_GUI_TEST(theSliderInARowIsOfThatConnectionAlone) {
  Workbench bench;
  QVERIFY(listThree(bench));
  ConnectionsPage& page = bench.window().connections();
  page.table().selectAll();
  QWidget* viewport = page.table().viewport();
  QTest::mousePress(viewport, Qt::LeftButton, {}, inSlider(page, 1, 0.9));
  QTest::mouseMove(viewport, inSlider(page, 1, 0.5));
  const double wanted = limitOf(page, 1);
  QVERIFY2(wanted > 100'000 && wanted < 10'000'000, qPrintable(QString::number(wanted)));
  QTest::mouseRelease(viewport, Qt::LeftButton, {}, inSlider(page, 1, 0.5));
  QTest::mouseMove(viewport, inSlider(page, 1, 0.1));
  QCOMPARE(limitOf(page, 1), wanted);  // let go of
  QCOMPARE(page.table().selectionModel()->selectedRows().size(), 3);
  // The engine has it, of this one alone.
  bool asked = false;
  QObject::connect(&bench.keeper().link(), &EngineLink::connectionsReceived, &page, [&](const control::ConnectionsReply& reply) {
    int limited = 0;
    for (const auto& row : reply.rows) limited += row.limit.empty() ? 0 : 1;
    asked = limited == 1;
  });
  QVERIFY(waitUntil([&] { return asked && limitOf(page, 0) == 0 && limitOf(page, 1) == wanted && limitOf(page, 2) == 0; }));
  QTest::mouseClick(viewport, Qt::LeftButton, {}, inSlider(page, 1, 1.05));
  QCOMPARE(limitOf(page, 1), 0.0);  // its right end: unlimited
}

SLUICE_GUI_TEST(theLimitOfSeveralSaysThatTheyDifferUntilItIsMoved) {
  Workbench bench;
  QVERIFY(listThree(bench));
  ConnectionsPage& page = bench.window().connections();
  page.table().selectRow(0);
  page.limit().slider().setValue(rateScale().stepOf(50'000));
  const double first = page.limit().value();
  page.table().selectRow(1);  // before the first was sent
  QCOMPARE(page.limit().value(), 0.0);
  QVERIFY(waitUntil([&] { return limitOf(page, 0) == first && limitOf(page, 1) == 0; }));
  page.table().selectAll();
  QCOMPARE(page.limit().field().text(), QStringLiteral("different"));
  page.limit().field().setFocus();
  QTest::keyClick(&page.limit().field(), Qt::Key_Return);  // nothing was typed: nothing changes
  QCOMPARE(limitOf(page, 0), first);
  QCOMPARE(limitOf(page, 1), 0.0);
  page.limit().slider().setValue(rateScale().stepOf(200'000));
  const double all = page.limit().value();
  QVERIFY(all > 190'000 && all < 210'000);
  QVERIFY(waitUntil([&] { return limitOf(page, 0) == all && limitOf(page, 1) == all && limitOf(page, 2) == all; }));
  page.table().selectRow(2);
  QCOMPARE(page.limit().value(), all);
}
