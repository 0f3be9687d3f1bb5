// What the user decides, from the dialog into the settings and into a real engine.
#include <QHeaderView>
#include <QLocale>
#include <QMenuBar>
#include <QProcess>
#include <QSignalSpy>

#include "app/gui/preferences/preferences_dialog.h"
#include "app/gui/preferences/shortcuts.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// As the window opens it.
PreferencesDialog* openPreferences(Workbench& bench) {
  bench.window().actions().preferences->trigger();
  auto* dialog = bench.window().findChild<PreferencesDialog*>();
  return dialog != nullptr && waitUntil([&] { return dialog->isVisible(); }) ? dialog : nullptr;
}

QString told(Workbench& bench, const QStringList& question) {
  QProcess tool;
  const QStringList where{QStringLiteral("--data-dir"), QString::fromStdString(bench.dataDir().string())};
  tool.start(QStringLiteral(SLUICECTL_PROGRAM), where + question);
  tool.waitForFinished();
  return QString::fromUtf8(tool.readAllStandardOutput()).simplified();
}

}  // namespace

SLUICE_GUI_TEST(looksAreKeptAndTakeEffectAtOnce) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  QSignalSpy chosen(&bench.window(), &MainWindow::schemeChosen);
  dialog->scheme().setCurrentIndex(dialog->scheme().findData(QStringLiteral("dark")));
  QCOMPARE(schemeOf(bench.settings()), std::optional(Scheme::Dark));
  QCOMPARE(chosen.count(), 1);
  const int before = bench.window().table().verticalHeader()->defaultSectionSize();
  dialog->density().setCurrentIndex(dialog->density().findData(QStringLiteral("compact")));
  const int compact = bench.window().table().verticalHeader()->defaultSectionSize();
  QVERIFY(compact < before);
  dialog->language().setCurrentIndex(dialog->language().findData(QStringLiteral("de")));
  QCOMPARE(localeOf(bench.settings()).language(), QLocale::German);
  bench.close();
  bench.open();
  QCOMPARE(bench.window().table().verticalHeader()->defaultSectionSize(), compact);
}

SLUICE_GUI_TEST(whatNobodyCanListenOnIsRefusedByName) {
  QVERIFY(listenProblem(QStringLiteral("regular@127.0.0.1:0")).isEmpty());
  QVERIFY(listenProblem(QStringLiteral("reverse:http://example.com:80@127.0.0.1:9000")).isEmpty());
  QVERIFY(listenProblem(QStringLiteral("socks5:user:password@127.0.0.1:1080")).isEmpty());
  for (const char* spec : {"127.0.0.1:80", "regular@127.0.0.1", "regular@127.0.0.1:99999", "other@127.0.0.1:1", "regular@a b:1"}) {
    QVERIFY2(listenProblem(QString::fromLatin1(spec)).startsWith(QString::fromLatin1(spec)), spec);
  }
}

SLUICE_GUI_TEST(newListenersHoldOnceTheEngineIsStartedAgain) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->showPage(PreferencesDialog::Page::Listeners);
  ListenersPage& page = dialog->listeners();
  QVERIFY(!page.restart().isVisible());
  page.text().setPlainText(QStringLiteral("nonsense"));
  QVERIFY(page.problem().contains(QStringLiteral("nonsense")));
  QVERIFY(!page.restart().isVisible());
  page.text().setPlainText(QStringLiteral("regular@127.0.0.1:0\n\n socks5@127.0.0.1:0 "));
  QVERIFY(page.problem().isEmpty());
  QCOMPARE(bench.settings().value(QLatin1String(kListenKey)).toStringList(), QStringList({"regular@127.0.0.1:0", "socks5@127.0.0.1:0"}));
  QVERIFY(page.restart().isVisible());
  QCOMPARE(bench.keeper().listeners().size(), 1);
  page.restart().click();
  QVERIFY(waitUntil([&] { return bench.keeper().state() == EngineState::Running && bench.keeper().listeners().size() == 2; }));
  QVERIFY(waitUntil([&] { return !page.restart().isVisible(); }));
}

SLUICE_GUI_TEST(hostsPassThroughFromTheDialogOn) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->showPage(PreferencesDialog::Page::Interception);
  InterceptionPage& page = dialog->interception();
  QVERIFY(!page.add().isEnabled() && !page.remove().isEnabled());
  page.host().setText(QStringLiteral("*.bank.example"));
  QTest::keyClick(&page.host(), Qt::Key_Return);
  QVERIFY(waitUntil([&] { return page.hosts().count() == 1 && page.host().text().isEmpty(); }));
  QCOMPARE(told(bench, {QStringLiteral("pass-through"), QStringLiteral("list")}), QStringLiteral("*.bank.example"));
  // What the engine refuses is said here, and stays to be corrected.
  page.host().setText(QStringLiteral("a b"));
  page.add().click();
  QVERIFY(waitUntil([&] { return !page.problem().isEmpty(); }));
  QCOMPARE(page.host().text(), QStringLiteral("a b"));
  page.hosts().selectAll();
  page.remove().click();
  QVERIFY(waitUntil([&] { return page.hosts().count() == 0; }));
  QCOMPARE(told(bench, {QStringLiteral("pass-through"), QStringLiteral("list")}), QString());
  QVERIFY(page.decrypts().isChecked());
  page.decrypts().click();
  QVERIFY(waitUntil([&] { return !bench.window().actions().intercept->isChecked(); }));
}

SLUICE_GUI_TEST(howMuchIsKeptHoldsOnceTheEngineIsStartedAgain) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (int i = 1; i <= 4; ++i) bench.get("/bytes/" + std::to_string(i));
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 4; }));
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->showPage(PreferencesDialog::Page::Keeping);
  KeepingPage& page = dialog->keeping();
  QVERIFY(page.bodies().isChecked() && !page.restart().isVisible());
  page.exchanges().setValue(2);
  page.bodies().click();
  page.historyGb().setValue(0.5);
  QCOMPARE(keepingOptions(bench.settings()), QStringList({"--keep-size", "500MB", "--keep-count", "2", "--capture-size", "0"}));
  QVERIFY(page.restart().isVisible());
  page.restart().click();
  QVERIFY(waitUntil([&] { return bench.keeper().state() == EngineState::Running && !page.restart().isVisible(); }));
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 2; }));
  page.exchanges().setValue(0);
  QVERIFY(page.restart().isVisible());
  page.exchanges().setValue(2);
  QVERIFY(!page.restart().isVisible());
}

// Measured on what passes: of two bodies, the longer one is recorded up to the limit, and its receiver gets all of it.
SLUICE_GUI_TEST(ofEachBodyAsMuchIsRecordedAsThePreferencesSay) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->showPage(PreferencesDialog::Page::Keeping);
  KeepingPage& page = dialog->keeping();
  QCOMPARE(page.bodyMb().value(), kUsualBodyMb);
  page.bodyMb().setValue(2);
  QVERIFY(page.restart().isVisible());
  page.restart().click();
  QVERIFY(waitUntil([&] { return bench.keeper().state() == EngineState::Running && !page.restart().isVisible(); }));
  std::uint64_t came = 0;
  bench.inBackground([&] {
    sluice::test::Client client(bench.proxyPort());
    for (const char* path : {"/bytes/1500000", "/bytes/3000000"}) {
      if (const auto reply = client.get(bench.origin().url(path))) came += reply->summary.size;
    }
  });
  bench.waitForClients();
  QCOMPARE(came, 4'500'000u);
  ExchangeModel& model = bench.window().model();
  const auto recorded = [&](int row) {
    const auto* content = row < model.rowCount() ? model.rowAt(row) : nullptr;
    return content == nullptr ? 0 : content->response.capturedBytes;
  };
  QVERIFY(waitUntil([&] { return recorded(0) == 1'500'000 && recorded(1) == 2'000'000; }));
  QVERIFY(waitUntil([&] { return model.rowAt(1)->response.bytes == 3'000'000u; }));  // told when it has ended
  bench.window().table().select(1);
  QVERIFY(waitUntil([&] { return bench.window().inspector().response().body().factsText().contains(QStringLiteral("2.00 MB recorded")); }));
  page.bodyMb().setValue(kUsualBodyMb);
  QVERIFY(!keepingOptions(bench.settings()).contains(QStringLiteral("--capture-size")));
}

SLUICE_GUI_TEST(keysAreChosenAndRefusedWhereTheyAreTaken) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->showPage(PreferencesDialog::Page::Shortcuts);
  ShortcutsPage& page = dialog->shortcuts();
  Actions& actions = bench.window().actions();
  QAction& copy = *actions.copyUrl;
  const QKeySequence usual = copy.shortcut();
  page.choose(copy);
  const auto type = [&page](const char* keys) {
    page.keys().setKeySequence(QKeySequence::fromString(QString::fromLatin1(keys)));
    emit page.keys().editingFinished();
  };
  type("Ctrl+K");
  QVERIFY(page.problem().contains(plainName(*actions.clearHistory)));
  QCOMPARE(copy.shortcut(), usual);
  type("K");
  QVERIFY(!page.problem().isEmpty());
  type("Alt+F");
  QVERIFY(page.problem().contains(QStringLiteral("File")));
  type("Ctrl+F12");
  QVERIFY(page.problem().isEmpty());
  QCOMPARE(copy.shortcut(), QKeySequence(Qt::CTRL | Qt::Key_F12));
  QVERIFY(copy.toolTip().contains(QStringLiteral("Ctrl+F12")));
  page.choose(*actions.clearHistory);
  page.none().click();
  QVERIFY(actions.clearHistory->shortcut().isEmpty());
  page.choose(copy);
  type("Ctrl+K");
  QVERIFY(page.problem().isEmpty());
  bench.close();
  bench.open();
  QCOMPARE(bench.window().actions().copyUrl->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_K));
  QVERIFY(bench.window().actions().clearHistory->shortcut().isEmpty());
  dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->shortcuts().allUsual().click();
  QCOMPARE(bench.window().actions().copyUrl->shortcut(), usual);
  bench.close();
  bench.open();
  QCOMPARE(bench.window().actions().copyUrl->shortcut(), usual);
  QCOMPARE(bench.window().actions().clearHistory->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_K));
}

SLUICE_GUI_TEST(noTwoActionsComeWithTheSameKeys) {
  Workbench bench;
  bench.open();
  const auto actions = bench.window().QWidget::actions();
  QVERIFY(actions.size() > 40);
  for (const QAction* action : actions) {
    QVERIFY2(!usualKeys(*action).isEmpty(), qPrintable(action->text()));
    const QString problem = shortcutProblem(*action, usualKeys(*action), actions, bench.window().menuBar()->actions());
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
  }
}

SLUICE_GUI_TEST(headsAloneAreRecordedAlsoByAnEngineThatBeganWithRecordingOff) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  auto* dialog = openPreferences(bench);
  QVERIFY(dialog != nullptr);
  dialog->showPage(PreferencesDialog::Page::Keeping);
  dialog->keeping().bodies().click();
  MainWindow& window = bench.window();
  window.actions().record->trigger();
  dialog->keeping().restart().click();
  QVERIFY(waitUntil([&] { return bench.keeper().state() == EngineState::Running && !dialog->keeping().restart().isVisible(); }));
  QVERIFY(waitUntil([&] { return window.statusLine().recording() == QStringLiteral("Recording off"); }));
  window.actions().record->trigger();
  QVERIFY(waitUntil([&] { return window.statusLine().recording() == QStringLiteral("Recording"); }));
  bench.get("/bytes/900");
  bench.waitForClients();
  QVERIFY(waitUntil([&] {
    const auto* row = window.model().rowCount() == 1 ? window.model().rowAt(0) : nullptr;
    return row != nullptr && row->state == store::State::Complete;
  }));
  QCOMPARE(window.model().rowAt(0)->response.bytes, 900u);
  QCOMPARE(window.model().rowAt(0)->response.capturedBytes, 0u);
}
