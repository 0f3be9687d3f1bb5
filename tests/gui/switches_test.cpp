// The switches of the tool bar, each acting on a real engine.
#include <QImage>
#include <QToolBar>
#include <QToolButton>

#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// The engine has said that it is in force.
bool waitForRecording(Workbench& bench, bool on) {
  const QString wanted = on ? QStringLiteral("Recording") : QStringLiteral("Recording off");
  return waitUntil([&] { return bench.window().statusLine().recording() == wanted; });
}

}  // namespace

SLUICE_GUI_TEST(whatBeginsWhileRecordingIsOffLeavesNothingBehind) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  QVERIFY(waitForRecording(bench, true));
  // This one began before, and is recorded to its end.
  bench.get("/events?count=2&size=20&gate=held");
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
  window.actions().record->trigger();
  QVERIFY(waitForRecording(bench, false));
  QVERIFY(!window.actions().record->isChecked());
  std::string body;
  bench.inBackground([port = bench.proxyPort(), url = bench.origin().url("/bytes/7"), &body] {
    if (const auto reply = sluice::test::Client(port).get(url)) body = reply->body;
  });
  bench.origin().acknowledge("held");
  bench.origin().acknowledge("held");
  bench.waitForClients();
  QCOMPARE(body.size(), std::size_t(7));
  window.actions().record->trigger();
  QVERIFY(waitForRecording(bench, true));
  bench.get("/bytes/9");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));
  QVERIFY(waitUntil([&] {
    const auto* first = window.model().rowAt(0);
    const auto* second = window.model().rowAt(1);
    return first != nullptr && second != nullptr && first->state == store::State::Complete && second->path == "/bytes/9";
  }));
}

SLUICE_GUI_TEST(theSwitchesAreRememberedForTheNextEngine) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.window().actions().record->trigger();
  bench.window().actions().intercept->trigger();
  QVERIFY(waitForRecording(bench, false));
  bench.close();
  QVERIFY(bench.openAndListen());
  QVERIFY(waitForRecording(bench, false));
  QVERIFY(!bench.window().actions().record->isChecked());
  QVERIFY(!bench.window().actions().intercept->isChecked());
  bench.window().actions().intercept->trigger();
  // Restarted by itself after a crash, it is as it was.
  bench.killEngine();
  QVERIFY(bench.waitForState(EngineState::Starting) && bench.waitForState(EngineState::Running));
  QVERIFY(waitUntil([&] { return bench.window().actions().intercept->isChecked(); }));
  QVERIFY(!bench.window().actions().record->isChecked());
}

// Another program's word counts as much as ours.
SLUICE_GUI_TEST(whatIsSwitchedElsewhereIsShown) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(waitForRecording(bench, true));
  EngineLink other;
  QString refused;
  QObject::connect(&other, &EngineLink::refused, &other, [&](const QString& why) { refused = why; });
  other.connectTo(bench.controlAddress());
  QVERIFY(waitUntil([&] { return other.isAttached(); }));
  other.setSwitch(control::SwitchKind::Interception, false);
  QVERIFY(waitUntil([&] { return !bench.window().actions().intercept->isChecked(); }));
  other.setSwitch(control::SwitchKind::Unknown, true);
  QVERIFY(waitUntil([&] { return refused.contains(QStringLiteral("switch")); }));
}

SLUICE_GUI_TEST(clearingEmptiesTheTableAtOnce) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (int i = 0; i < 3; ++i) bench.get("/bytes/5");
  bench.waitForClients();
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 3; }));
  window.actions().clearHistory->trigger();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 0 && window.showsEmptyPage(); }));
  bench.get("/bytes/6");
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
}

SLUICE_GUI_TEST(withoutAnEngineThereIsNothingToSwitch) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  Actions& actions = bench.window().actions();
  QVERIFY(actions.record->isEnabled() && actions.intercept->isEnabled() && actions.clearHistory->isEnabled());
  actions.engine->trigger();
  QVERIFY(bench.waitForState(EngineState::Stopped));
  QVERIFY(!actions.record->isEnabled() && !actions.intercept->isEnabled() && !actions.clearHistory->isEnabled());
}

SLUICE_GUI_TEST(everyButtonOfTheToolBarHasATipAndAName) {
  Workbench bench;
  bench.open();
  const auto bars = bench.window().findChildren<QToolBar*>();
  QVERIFY(!bars.isEmpty());
  int buttons = 0;
  for (QToolBar* bar : bars) {
    for (QAction* action : bar->actions()) {
      auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action));
      if (button == nullptr) continue;
      ++buttons;
      QVERIFY2(!button->toolTip().isEmpty() && !action->statusTip().isEmpty(), qPrintable(action->text()));
      QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(), qPrintable(action->text()));
      QVERIFY2(!action->shortcut().isEmpty(), qPrintable(action->text()));
    }
  }
  QVERIFY(buttons >= 8);
}

namespace {

// What the table said instead of rows when it was painted last.
class PaintedText : public QObject {
 public:
  explicit PaintedText(ExchangeTable& table) : table_(table) { table.viewport()->installEventFilter(this); }
  QString text;

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    if (event->type() == QEvent::Paint) text = table_.emptyText();
    return false;
  }

 private:
  ExchangeTable& table_;
};

}  // namespace

SLUICE_GUI_TEST(whereAClearedHistoryWasFilteredTheTableSaysThatNothingMatches) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/5");
  bench.waitForClients();
  MainWindow& window = bench.window();
  window.filterField().setText(QStringLiteral("status=200"));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
  PaintedText painted(window.table());
  window.actions().clearHistory->trigger();
  QVERIFY(waitUntil([&] { return painted.text.contains(QStringLiteral("No exchange matches")); }));
}

SLUICE_GUI_TEST(whatTheToolBarHasNoRoomForIsBehindAButtonThatIsSeen) {
  Workbench bench;
  bench.open();
  bench.window().resize(760, 500);
  auto* bar = bench.window().findChild<QToolBar*>();
  auto* more = bar->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"));
  QVERIFY(more != nullptr);
  QVERIFY(waitUntil([&] { return more->isVisible(); }));
  for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
    gui::test::appearance().setFixedScheme(scheme);
    gui::test::handleEvents();
    const QImage image = more->grab().toImage();
    const QColor ground = image.pixelColor(0, 0);
    int drawn = 0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) drawn += std::abs(image.pixelColor(x, y).lightness() - ground.lightness()) > 40;
    }
    QVERIFY2(drawn >= 6, qPrintable(QString::number(drawn)));
  }
  gui::test::appearance().setFixedScheme(Scheme::Light);
}
