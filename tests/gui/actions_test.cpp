// Every action of the window: it has a place in the menus, says what it does or why it cannot be done, and does something.
#include "app/gui/window/actions.h"

#include <QClipboard>
#include <QDialog>
#include <QMenuBar>
#include <QStatusBar>

#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

void collect(const QMenu& menu, QList<QAction*>& actions) {
  emit const_cast<QMenu&>(menu).aboutToShow();
  for (QAction* action : menu.actions()) {
    if (action->menu() != nullptr) collect(*action->menu(), actions);
    else if (!action->isSeparator()) actions << action;
  }
}

QList<QAction*> inMenus(const MainWindow& window) {
  QList<QAction*> actions;
  for (const QAction* entry : window.menuBar()->actions()) collect(*entry->menu(), actions);
  return actions;
}

int dialogsOnView() {
  const auto all = QApplication::topLevelWidgets();
  return int(std::ranges::count_if(all, [](const QWidget* widget) { return widget->isVisible() && widget->inherits("QDialog"); }));
}

void closeDialogs() {
  const auto all = QApplication::topLevelWidgets();
  for (QWidget* widget : all) {
    if (auto* dialog = qobject_cast<QDialog*>(widget); dialog != nullptr && dialog->isVisible()) dialog->reject();
  }
  gui::test::handleEvents();
}

// A window over three exchanges, and what can be seen of it.
class Desk : public QObject {
 public:
  bool open() {
    if (!bench.openAndListen()) return false;
    for (const char* path : {"/bytes/11", "/bytes/12", "/bytes/13"}) {
      bench.get(path);
      bench.waitForClients();
    }
    // Dialogs that wait for their end are ended.
    connect(&closing_, &QTimer::timeout, this, [this] {
      auto* modal = qobject_cast<QDialog*>(QApplication::activeModalWidget());
      if (modal == nullptr || !modal->inherits("QFileDialog")) return;
      ++filesAsked_;
      modal->reject();
    });
    closing_.start(5);
    return waitUntil([this] { return complete(); });
  }

  MainWindow& window() { return bench.window(); }
  Actions& actions() { return window().actions(); }

  // The same before each action, and such that it can make a difference.
  void prepare(const QAction* next) {
    closeDialogs();
    Actions& a = actions();
    if (next == a.exchangesPage) a.connectionsPage->trigger();
    else a.exchangesPage->trigger();
    if (next == a.sortDescending || next == a.sortArrival) a.sortColumns.front().second->trigger();
    else if (window().table().isSorted()) a.sortArrival->trigger();
    if (next == a.resetColumns) a.columns.back()->trigger();
    if (next == a.keepFilter) window().filterField().setText(QStringLiteral("bytes"));
    if (next == a.marks.front()) markSecondRow();
    (void)waitUntil([&] { return complete(); });
    window().table().select(1);
    const auto other = next == a.responseTab ? Inspector::Tab::Overview : Inspector::Tab::Response;
    window().inspector().setTab(other);
    if (next == a.focusTable) a.focusInspector->trigger();
    else if (next != a.exchangesPage) window().table().setFocus();
    (void)waitUntil([this] { return window().inspector().response().body().view().document() != nullptr; });
    window().statusBar()->clearMessage();
    gui::test::handleEvents();
  }

  QString seen() {
    QStringList seen;
    for (const QAction* action : window().QWidget::actions()) {
      seen << action->text() + (action->isChecked() ? u'1' : u'0') + (action->isEnabled() ? u'1' : u'0');
    }
    seen << window().statusBar()->currentMessage() << QGuiApplication::clipboard()->text() << window().windowTitle()
         << window().filterField().field().text() << window().table().columnsState().toBase64();
    for (const qint64 number : {qint64(quintptr(window().focusWidget())), qint64(dialogsOnView()), qint64(filesAsked_),
                                qint64(window().table().currentId().value), qint64(window().table().selectedCount()),
                                qint64(window().inspector().tab()), qint64(window().inspector().response().body().shownForm()),
                                qint64(window().model().rowCount()), qint64(bench.keeper().state()), qint64(bench.keeper().ownPid()),
                                qint64(filtersKept()), qint64(markOfSecondRow()), qint64(window().throttleDock().isVisible()),
                                qint64(window().inspector().isVisible())}) {
      seen << QString::number(number);
    }
    return seen.join(u'\n');
  }

 private:
  void markSecondRow() {
    window().table().select(1);
    actions().marks.back()->trigger();
    (void)waitUntil([this] { return markOfSecondRow() == Mark(actions().marks.size() - 1); });
  }
  Mark markOfSecondRow() {
    const store::ExchangeRow* row = window().model().rowCount() > 1 ? window().model().rowAt(1) : nullptr;
    return row == nullptr ? Mark::None : row->mark;
  }
  int filtersKept() {
    SourceModel& sources = window().sources().sources();
    return sources.rowCount(sources.groupIndex(SourceModel::Group::Filters));
  }
  bool complete() {
    ExchangeModel& model = window().model();
    return model.rowCount() == 3 && model.rowAt(1) != nullptr && model.rowAt(1)->state == store::State::Complete;
  }

 public:
  Workbench bench;

 private:
  QTimer closing_;
  int filesAsked_ = 0;
};

}  // namespace

SLUICE_GUI_TEST(everyEntryOfEveryMenuSaysWhatItDoes) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const auto entries = inMenus(bench.window());
  QVERIFY(entries.size() > 60);
  for (const QAction* action : entries) {
    QVERIFY2(!action->statusTip().isEmpty(), qPrintable(action->text()));
    QVERIFY2(!action->toolTip().isEmpty(), qPrintable(action->text()));
  }
  // None can be found by its key alone.
  for (QAction* action : bench.window().QWidget::actions()) QVERIFY2(entries.contains(action), qPrintable(action->text()));
}

SLUICE_GUI_TEST(whatCannotBeDoneSaysWhy) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  Actions& actions = bench.window().actions();
  QVERIFY(!actions.copyUrl->isEnabled());
  QVERIFY(actions.copyUrl->statusTip().contains(QStringLiteral("first")));
  bench.get("/bytes/5");
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
  bench.window().table().select(0);
  QVERIFY(actions.copyUrl->isEnabled());
  QVERIFY(actions.copyUrl->statusTip().startsWith(QStringLiteral("Copy the URLs")));
  bench.keeper().stop();
  QVERIFY(bench.waitForState(EngineState::Stopped));
  for (const QAction* action : {actions.record, actions.clearHistory, actions.importHar, actions.restartEngine, actions.throttle}) {
    QVERIFY2(!action->isEnabled(), qPrintable(action->text()));
    QCOMPARE(action->statusTip(), QStringLiteral("No engine is running"));
  }
}

// But for those that reach out of the window into the desktop, and those of sessions, which their own tests show.
SLUICE_GUI_TEST(everyActionDoesSomething) {
  Desk desk;
  QVERIFY(desk.open());
  Actions& a = desk.actions();
  const QList<QAction*> elsewhere{a.openBrowser, a.openTerminal, a.openUrl, a.systemProxy, a.quit, a.newSession, a.wholeHistory};
  const QList<QAction*> all = desk.window().QWidget::actions();
  const QList<QAction*> last{a.restartEngine, a.clearHistory, a.engine};  // what they end is needed by the others
  for (QAction* action : all) {
    if (elsewhere.contains(action) || last.contains(action)) continue;
    desk.prepare(action);
    QVERIFY2(action->isEnabled(), qPrintable(action->text()));
    const QString before = desk.seen();
    action->trigger();
    QVERIFY2(waitUntil([&] { return desk.seen() != before; }), qPrintable(action->text()));
    if (action->isCheckable()) action->trigger();  // as it was
    desk.window().filterField().setText({});
  }
  closeDialogs();
  for (QAction* action : last) {
    QVERIFY(desk.bench.waitForState(EngineState::Running));
    const QString before = desk.seen();
    action->trigger();
    QVERIFY2(waitUntil([&] { return desk.seen() != before; }), qPrintable(action->text()));
  }
}
