// Everything without a mouse: the chain of focus, the panes, sorting, sessions.
#include <QDockWidget>
#include <QHeaderView>
#include <QMenu>
#include <QMenuBar>
#include <QSet>

#include "app/gui/window/shortcuts_dialog.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// With an exchange in the table and in the inspector, and the keyboard in the table.
bool begin(Workbench& bench) {
  if (!bench.openAndListen()) return false;
  bench.get("/bytes/100");
  bench.waitForClients();
  MainWindow& window = bench.window();
  if (!waitUntil([&] { return window.model().rowCount() == 1 && window.model().rowAt(0) != nullptr; })) return false;
  window.activateWindow();
  if (!QTest::qWaitForWindowActive(&window)) return false;
  window.table().setFocus();
  window.table().select(0);
  return waitUntil([&] { return window.table().hasFocus(); });
}

void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(QApplication::focusWidget(), key, modifiers); }

// Where the Tab key should come by.
bool takesTab(const QWidget* widget) {
  return widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->focusProxy() == nullptr;
}

QString nameOf(const QWidget* widget) {
  const QString kind = QString::fromLatin1(widget->metaObject()->className());
  return QStringLiteral("%1 %2 %3").arg(kind, widget->objectName(), widget->accessibleName());
}

QSet<QWidget*> walked(Qt::Key key) {
  QSet<QWidget*> reached;
  for (int i = 0; i < 300 && !reached.contains(QApplication::focusWidget()); ++i) {
    reached.insert(QApplication::focusWidget());
    press(key, key == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
  }
  return reached;
}

using Sizes = std::vector<std::uint64_t>;

Sizes sizesIn(ExchangeModel& model) {
  Sizes sizes;
  for (int row = 0; row < model.rowCount(); ++row) {
    const auto* content = model.rowAt(row);
    sizes.push_back(content == nullptr ? 0 : content->response.bytes);
  }
  return sizes;
}

}  // namespace

SLUICE_GUI_TEST(theTabKeyComesByEveryControlAndBack) {
  Workbench bench;
  QVERIFY(begin(bench));
  MainWindow& window = bench.window();
  window.actions().throttleDock->trigger();
  QVERIFY(waitUntil([&] { return window.throttleDock().isVisible(); }));
  for (const Qt::Key key : {Qt::Key_Tab, Qt::Key_Backtab}) {
    window.table().setFocus();
    const QSet<QWidget*> reached = walked(key);
    QVERIFY(reached.contains(&window.table()) && reached.contains(&window.filterField().field()) && reached.contains(&window.sources()));
    for (QWidget* widget : window.findChildren<QWidget*>()) {
      if (takesTab(widget)) QVERIFY2(reached.contains(widget), qPrintable(nameOf(widget)));
    }
  }
}

SLUICE_GUI_TEST(oneKeyMovesBetweenThePartsOfTheWindow) {
  Workbench bench;
  QVERIFY(begin(bench));
  MainWindow& window = bench.window();
  const auto isIn = [](const QWidget& pane) {
    const QWidget* focused = QApplication::focusWidget();
    return &pane == focused || pane.isAncestorOf(focused);
  };
  press(Qt::Key_F6);
  QVERIFY(isIn(window.inspector()));
  press(Qt::Key_F6);
  QVERIFY(isIn(window.sources()));
  press(Qt::Key_F6);
  QVERIFY(window.filterField().field().hasFocus());
  press(Qt::Key_F6);
  QVERIFY(window.table().hasFocus());
  press(Qt::Key_F6, Qt::ShiftModifier);
  QVERIFY(window.filterField().field().hasFocus());
  // What is hidden, or has nothing to go to, is passed over.
  window.actions().showSources->trigger();
  window.table().clearChoice();
  window.table().setFocus();
  press(Qt::Key_F6);
  QVERIFY(window.filterField().field().hasFocus());
  window.actions().throttleDock->trigger();
  QVERIFY(waitUntil([&] { return window.throttleDock().isVisible(); }));
  press(Qt::Key_F6, Qt::ShiftModifier);
  QVERIFY(isIn(window.throttleDock()));
  press(Qt::Key_9, Qt::ControlModifier);
  QVERIFY(waitUntil([&] { return window.inspector().isVisible(); }));
}

SLUICE_GUI_TEST(theTableIsSortedByKeys) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (const char* path : {"/bytes/500", "/bytes/20", "/bytes/9000"}) {
    bench.get(path);
    bench.waitForClients();
  }
  MainWindow& window = bench.window();
  Actions& actions = window.actions();
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{500, 20, 9000}; }));
  QVERIFY(actions.sortArrival->isChecked() && !actions.sortDescending->isEnabled());
  window.activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(&window));
  window.table().setFocus();
  press(Qt::Key_Z, Qt::ControlModifier | Qt::AltModifier | Qt::ShiftModifier);
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{20, 500, 9000}; }));
  QVERIFY(!actions.sortArrival->isChecked() && actions.sortDescending->isEnabled());
  actions.sortDescending->trigger();
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{9000, 500, 20}; }));
  // The header shows it, and what is clicked there is seen in the menu.
  QCOMPARE(window.table().horizontalHeader()->sortIndicatorSection(), int(Column::Size));
  window.table().horizontalHeader()->setSortIndicator(int(Column::Path), Qt::AscendingOrder);
  QVERIFY(!actions.sortDescending->isChecked());
  actions.sortArrival->trigger();
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{500, 20, 9000}; }));
}

SLUICE_GUI_TEST(aNewSessionShowsWhatComesAndTakesNothingAway) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (const char* path : {"/bytes/10", "/bytes/11"}) {
    bench.get(path);
    bench.waitForClients();
  }
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{10, 11}; }));
  window.actions().newSession->trigger();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 0 && window.showsEmptyPage(); }));
  QVERIFY(window.windowTitle().contains(QStringLiteral("session since")));
  bench.get("/bytes/12");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{12}; }));
  // A filter narrows the session.
  window.filterField().setText(QStringLiteral("size>100"));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 0 && !window.showsEmptyPage(); }));
  window.filterField().setText({});
  window.actions().wholeHistory->trigger();
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{10, 11, 12}; }));
  const auto sessions = window.sessions().sessions();
  QCOMPARE(sessions.size(), std::size_t(2));
  window.sessions().show(sessions.front().first);
  QVERIFY(waitUntil([&] { return sizesIn(window.model()) == Sizes{10, 11}; }));
  bench.close();
  QVERIFY(bench.openAndListen());
  QVERIFY(waitUntil([&] { return sizesIn(bench.window().model()) == Sizes{10, 11}; }));
  // Another history has none of these.
  bench.window().actions().clearHistory->trigger();
  QVERIFY(waitUntil([&] { return bench.window().sessions().sessions().empty(); }));
  QVERIFY(waitUntil([&] {
    auto reader = store::Reader::open(bench.dataDir());
    if (!reader) return false;
    const auto totals = reader->totals();
    return totals && totals->exchanges == 0;
  }));
  bench.get("/bytes/13");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return sizesIn(bench.window().model()) == Sizes{13}; }));
}

SLUICE_GUI_TEST(aSessionWithoutExchangesGoesOn) {
  sluice::test::TemporaryDirectory folder;
  QSettings settings(QString::fromStdString((folder.path() / "app.ini").string()), QSettings::IniFormat);
  SessionStarts sessions(settings);
  const QDateTime now = QDateTime::currentDateTime();
  QVERIFY(!sessions.shown() && sessions.filter().kind == filter::Node::Kind::Everything);
  sessions.begin({}, now, sessions.choices());
  sessions.begin({}, now, sessions.choices());
  QCOMPARE(sessions.sessions().size(), std::size_t(1));
  sessions.begin(ExchangeId{7}, now, sessions.choices());
  sessions.begin(ExchangeId{7}, now, sessions.choices());
  QCOMPARE(sessions.sessions().size(), std::size_t(2));
  QCOMPARE(sessions.shown()->first.value, 8u);
  // What is no list of sessions is passed over.
  settings.setValue(QStringLiteral("sessions/starts"), QStringList{"x", "9 1", "3 2", "", "12 5"});
  settings.setValue(QStringLiteral("sessions/shown"), 4);
  const SessionStarts again(settings);
  QCOMPARE(again.sessions().size(), std::size_t(3));
  QVERIFY(!again.shown());
  sessions.noteNewest(ExchangeId{3});
  QVERIFY(sessions.sessions().empty());
}

SLUICE_GUI_TEST(theHelpListsEveryActionWithItsKeys) {
  Workbench bench;
  bench.open();
  bench.window().actions().shortcuts->trigger();
  auto* dialog = bench.window().findChild<ShortcutsDialog*>();
  QVERIFY(dialog != nullptr);
  QStringList shown;
  for (const QLabel* label : dialog->findChildren<QLabel*>()) shown << label->text();
  for (const QAction* action : bench.window().QWidget::actions()) {
    QVERIFY2(shown.contains(action->shortcut().toString(QKeySequence::NativeText)), qPrintable(action->text()));
    QVERIFY2(shown.contains(purposeOf(*action)), qPrintable(action->text()));
  }
  // Also of what cannot be done now.
  QVERIFY(!bench.window().actions().copyUrl->isEnabled());
  QVERIFY(shown.contains(QStringLiteral("Copy the URLs of the selected exchanges, one a line")));
  dialog->close();
}
