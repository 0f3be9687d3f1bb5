// The sidebar over a real engine and real traffic.
#include "app/gui/sources/sources_panel.h"

#include <QAbstractItemModelTester>
#include <QSplitter>

#include "tests/gui/support/application.h"
#include "tests/gui/support/own_name.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

QModelIndex found(SourcesPanel& panel, SourceModel::Group group, const QString& text) {
  SourceModel& model = panel.sources();
  const QModelIndex parent = model.groupIndex(group);
  for (int row = 0; row < model.rowCount(parent); ++row) {
    if (model.index(row, 0, parent).data().toString() == text) return model.index(row, 0, parent);
  }
  return {};
}

quint64 countOf(SourcesPanel& panel, SourceModel::Group group, const QString& text) {
  return found(panel, group, text).data(SourceModel::CountRole).toULongLong();
}

}  // namespace

SLUICE_GUI_TEST(hostsAndProgramsAreCountedLiveAndNarrowTheTable) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  SourcesPanel& panel = window.sources();
  const QAbstractItemModelTester tester(&panel.sources(), QAbstractItemModelTester::FailureReportingMode::QtTest);
  const std::string named = "http://localhost:" + std::to_string(bench.origin().port()) + "/bytes/3";
  // It stays connected, so that whose it is can be found out however busy the machine is.
  sluice::test::Client client(bench.proxyPort());
  QVERIFY(client.get(bench.origin().url("/bytes/1")).has_value());
  QVERIFY(client.get(named).has_value());
  const auto counts = [&](quint64 address, quint64 name) {
    return waitUntil([&] {
      return countOf(panel, SourceModel::Group::Hosts, QStringLiteral("127.0.0.1")) == address &&
             countOf(panel, SourceModel::Group::Hosts, QStringLiteral("localhost")) == name &&
             countOf(panel, SourceModel::Group::Programs, gui::test::ownName()) == address + name;
    });
  };
  QVERIFY(counts(1, 1));
  QCOMPARE(panel.sources().groupIndex(SourceModel::Group::All).data(SourceModel::CountRole).toULongLong(), 2u);
  QVERIFY(client.get(named).has_value());
  QVERIFY(counts(1, 2));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 3; }));

  panel.setCurrentIndex(found(panel, SourceModel::Group::Hosts, QStringLiteral("localhost")));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));
  // Beside it, the filter field narrows further, and new rows are judged by both.
  window.filterField().setText(QStringLiteral("path~nothing"));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 0; }));
  QVERIFY(!window.showsEmptyPage());
  window.filterField().setText({});
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));
  QVERIFY(client.get(bench.origin().url("/bytes/1")).has_value());
  QVERIFY(counts(2, 2));
  QCOMPARE(window.model().rowCount(), 2);
  // Two of them: either. Escape: all.
  panel.selectionModel()->select(found(panel, SourceModel::Group::Hosts, QStringLiteral("127.0.0.1")), QItemSelectionModel::Select);
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 4; }));
  panel.setCurrentIndex(found(panel, SourceModel::Group::Programs, gui::test::ownName()));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 4; }));
  panel.setCurrentIndex(found(panel, SourceModel::Group::Hosts, QStringLiteral("127.0.0.1")));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));
  QTest::keyClick(&panel, Qt::Key_Escape);
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 4; }));
  // A history that is gone has no sources.
  window.actions().clearHistory->trigger();
  QVERIFY(waitUntil([&] { return panel.sources().rowCount(panel.sources().groupIndex(SourceModel::Group::Hosts)) == 0; }));
}

SLUICE_GUI_TEST(filtersAreKeptAndPicked) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  QVERIFY(!window.actions().keepFilter->isEnabled());
  window.filterField().setText(QStringLiteral("status>=400"));
  QVERIFY(window.actions().keepFilter->isEnabled());
  window.actions().keepFilter->trigger();
  window.actions().keepFilter->trigger();
  window.filterField().setText({});
  bench.close();
  QVERIFY(bench.openAndListen());
  SourcesPanel& panel = bench.window().sources();
  QCOMPARE(panel.sources().rowCount(panel.sources().groupIndex(SourceModel::Group::Filters)), 1);
  panel.setCurrentIndex(found(panel, SourceModel::Group::Filters, QStringLiteral("status>=400")));
  QTest::keyClick(&panel, Qt::Key_Return);
  QCOMPARE(bench.window().filterField().field().text(), QStringLiteral("status>=400"));
  QTest::keyClick(&panel, Qt::Key_Delete);
  QCOMPARE(panel.sources().rowCount(panel.sources().groupIndex(SourceModel::Group::Filters)), 0);
}

SLUICE_GUI_TEST(theSidebarIsRememberedAsItWas) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(bench.window().sources().isVisible());
  bench.window().sources().setExpanded(bench.window().sources().sources().groupIndex(SourceModel::Group::Hosts), false);
  bench.close();
  QVERIFY(bench.openAndListen());
  SourcesPanel* panel = &bench.window().sources();
  QVERIFY(!panel->isExpanded(panel->sources().groupIndex(SourceModel::Group::Hosts)));
  QVERIFY(panel->isExpanded(panel->sources().groupIndex(SourceModel::Group::Programs)));
  bench.window().actions().showSources->trigger();
  QVERIFY(!panel->isVisible());
  bench.close();
  QVERIFY(bench.openAndListen());
  QVERIFY(!bench.window().sources().isVisible());
  bench.window().actions().focusSources->trigger();
  QVERIFY(bench.window().sources().isVisible());
}

// In a session, that session is counted and nothing else; afterwards all of it again.
SLUICE_GUI_TEST(inASessionItsOwnExchangesAreCounted) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  SourcesPanel& panel = window.sources();
  const auto all = [&] { return panel.sources().groupIndex(SourceModel::Group::All).data(SourceModel::CountRole).toULongLong(); };
  const auto host = [&] { return countOf(panel, SourceModel::Group::Hosts, QStringLiteral("127.0.0.1")); };
  sluice::test::Client client(bench.proxyPort());
  for (int i = 0; i < 3; ++i) QVERIFY(client.get(bench.origin().url("/bytes/1")).has_value());
  QVERIFY(waitUntil([&] { return all() == 3 && host() == 3 && window.model().rowCount() == 3; }));
  window.actions().newSession->trigger();
  QVERIFY(waitUntil([&] { return window.sessions().shown().has_value() && all() == 0 && host() == 0; }));
  QVERIFY(client.get(bench.origin().url("/bytes/1")).has_value());
  QVERIFY(waitUntil([&] { return all() == 1 && host() == 1; }));
  window.sessions().show(ExchangeId{1});  // what was there before
  QVERIFY(waitUntil([&] { return all() == 3 && host() == 3; }));
  window.actions().wholeHistory->trigger();
  QVERIFY(waitUntil([&] { return all() == 4 && host() == 4; }));
}

// Of what is given up at the limit it is told now and then, not with every exchange that comes.
SLUICE_GUI_TEST(aHistoryAtItsLimitIsNotCountedAnewAllTheTime) {
  Workbench bench;
  bench.engineOptions = {QStringLiteral("--keep-count"), QStringLiteral("3")};
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  SourceCounter& counter = window.sources().counter();
  sluice::test::Client client(bench.proxyPort());
  int counts = 0;
  QObject::connect(&counter, &SourceCounter::counted, &window, [&counts] { ++counts; });
  // At each count another exchange is the oldest.
  ExchangeId oldest;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 5; ++i) QVERIFY(client.get(bench.origin().url("/bytes/1")).has_value());
    const auto first = [&] { return window.model().rowCount() == 3 ? window.model().rowAt(0) : nullptr; };
    QVERIFY(waitUntil([&] { return first() != nullptr && first()->id > oldest; }));
    oldest = first()->id;
    const int before = counts;
    QVERIFY(waitUntil([&] { return counts > before + 1; }));
  }
  QVERIFY2(counter.wholeCounts() <= 2, qPrintable(QString::number(counter.wholeCounts())));
}
