// The window and its engine: started, attached, stopped, crashed, refused.
#include <QLabel>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTcpServer>
#include <algorithm>
#include <filesystem>

#include "app/gui/options.h"
#include "platform/data_dir_lock.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/process.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;
using sluice::test::Process;

namespace {

// An engine that the window did not start.
std::unique_ptr<Process> foreignEngine(const Workbench& bench) {
  auto engine = std::make_unique<Process>(
      SLUICED_PROGRAM,
      std::vector<std::string>{"--data-dir", bench.dataDir().string(), "--listen", "regular@127.0.0.1:0"});
  if (!engine->lineThatBegins("listening")) return nullptr;
  return engine;
}

bool noEngineRuns(const Workbench& bench) { return !platform::engineOwner(bench.dataDir()).has_value(); }

}  // namespace

SLUICE_GUI_TEST(theWindowStartsAndStopsItsEngine) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(bench.keeper().isOwn());
  QVERIFY(bench.proxyPort() != 0);
  QCOMPARE(bench.window().actions().engine->text(), QStringLiteral("Stop &engine"));
  bench.window().actions().engine->trigger();
  QVERIFY(bench.waitForState(EngineState::Stopped));
  QVERIFY(noEngineRuns(bench));
  QVERIFY(bench.window().banner().isHidden());
  QCOMPARE(bench.window().actions().engine->text(), QStringLiteral("Start &engine"));
  bench.window().actions().engine->trigger();
  QVERIFY(bench.waitForState(EngineState::Running));
  const qint64 first = bench.keeper().ownPid();
  bench.window().actions().restartEngine->trigger();
  QVERIFY(
      waitUntil([&] { return bench.keeper().state() == EngineState::Running && bench.keeper().ownPid() != first; }));
}

SLUICE_GUI_TEST(closingTheWindowEndsItsEngineInOrder) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.openTunnel();  // something to drain
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
  bench.close();
  QVERIFY(noEngineRuns(bench));
}

SLUICE_GUI_TEST(theAppThatIsAskedToEndEndsItsEngineInOrder) {
  Workbench bench;
  {
    QSettings settings(QString::fromStdString((bench.dataDir() / "app.ini").string()), QSettings::IniFormat);
    settings.setValue(QStringLiteral("engine/listen"), QStringList(QStringLiteral("regular@127.0.0.1:0")));
  }
  Process app(SLUICE_PROGRAM, {"--data-dir", bench.dataDir().string()});
  QVERIFY(waitUntil([&] { return !noEngineRuns(bench); }));
  app.terminate();
  QCOMPARE(app.wait(), std::optional(0));
  QVERIFY(noEngineRuns(bench));
}

SLUICE_GUI_TEST(theWindowAttachesToARunningEngineAndLeavesItRunning) {
  Workbench bench;
  const auto engine = foreignEngine(bench);
  QVERIFY(engine != nullptr);
  QVERIFY(bench.openAndListen());
  QVERIFY(!bench.keeper().isOwn());
  bench.get("/bytes/5");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
  bench.close();
  QVERIFY(engine->running());
  engine->terminate();
  QCOMPARE(engine->wait().value_or(-1), 0);
}

SLUICE_GUI_TEST(anAttachOnlyWindowWaitsForAnEngineAndFindsIt) {
  Workbench bench;
  bench.options.attachOnly = true;
  bench.open();
  QVERIFY(bench.waitForState(EngineState::Waiting));
  QVERIFY(!bench.window().banner().isHidden());
  const auto engine = foreignEngine(bench);
  QVERIFY(engine != nullptr);
  QVERIFY(bench.waitForState(EngineState::Running));
  QVERIFY(!bench.keeper().isOwn());
  engine->terminate();
  QVERIFY(engine->wait().has_value());
  QVERIFY(bench.waitForState(EngineState::Waiting));
}

SLUICE_GUI_TEST(aCrashedEngineIsRestartedOnceAndSaidSo) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/5");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
  const qint64 first = bench.keeper().ownPid();
  bench.killEngine();
  QVERIFY(
      waitUntil([&] { return bench.keeper().state() == EngineState::Running && bench.keeper().ownPid() != first; }));
  QCOMPARE(bench.window().banner().notice().level, EngineNotice::Level::Warning);
  QVERIFY(!bench.window().banner().isHidden());
  QCOMPARE(bench.window().model().rowCount(), 1);
  bench.get("/bytes/6");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 2; }));

  // A second death so soon is not mended behind the user's back.
  bench.killEngine();
  QVERIFY(bench.waitForState(EngineState::Failed));
  QCOMPARE(bench.window().banner().notice().offer, EngineNotice::Offer::Start);
  bench.window().banner().offerButton().click();
  QVERIFY(bench.waitForState(EngineState::Running));
  QVERIFY(bench.window().banner().isHidden());
}

SLUICE_GUI_TEST(aPortInUseIsNamedAndAFreeOneOffered) {
  QTcpServer occupant;
  QVERIFY(occupant.listen(QHostAddress::LocalHost, 0));
  Workbench bench;
  bench.options.listen = {QStringLiteral("regular@127.0.0.1:%1").arg(occupant.serverPort())};
  bench.open();
  QVERIFY(bench.waitForState(EngineState::Failed));
  const EngineNotice& notice = bench.window().banner().notice();
  QVERIFY2(notice.detail.contains(QString::number(occupant.serverPort())), qPrintable(notice.detail));
  QCOMPARE(notice.offer, EngineNotice::Offer::StartOnFreePort);
  bench.window().banner().offerButton().click();
  QVERIFY(bench.waitForState(EngineState::Running));
  QVERIFY(bench.proxyPort() != occupant.serverPort());
}

SLUICE_GUI_TEST(anEngineThatIsNotThereIsSaidToBeMissing) {
  Workbench bench;
  bench.options.program = QStringLiteral("/nowhere/sluiced");
  bench.open();
  QVERIFY(bench.waitForState(EngineState::Failed));
  QVERIFY(bench.window().banner().notice().detail.contains(QStringLiteral("/nowhere/sluiced")));
}

SLUICE_GUI_TEST(anEngineStoppedByAnotherProgramIsNoCrash) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const auto stopped = sluice::test::run(SLUICECTL_PROGRAM, {"--data-dir", bench.dataDir().string(), "stop"});
  QVERIFY2(stopped.ok(), stopped.text().c_str());
  QVERIFY(bench.waitForState(EngineState::Stopped));
  QCOMPARE(bench.window().banner().notice().level, EngineNotice::Level::Info);
  QCOMPARE(bench.window().banner().notice().offer, EngineNotice::Offer::Start);
}

SLUICE_GUI_TEST(theStatusBarTellsOfWorkersAndTheMemoryTheyShare) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const auto says = [&](const QString& part) {
    const auto fields = bench.window().statusBar()->findChildren<QLabel*>();
    return std::any_of(fields.begin(), fields.end(), [&](const QLabel* field) { return field->toolTip().contains(part); });
  };
  QVERIFY(waitUntil([&] { return says(QStringLiteral("worker processes")) && says(QStringLiteral("chunks in use")); }));
  QVERIFY(says(QStringLiteral("messages queued")));
  QVERIFY(waitUntil([&] { return says(QStringLiteral("How far recording is behind")); }));
  QVERIFY(!says(QStringLiteral("Workers restarted")));
  const auto workers = sluice::test::childrenOf(bench.keeper().ownPid());
  QVERIFY(!workers.empty());
  sluice::test::killProcess(workers.front());
  QVERIFY(waitUntil([&] { return says(QStringLiteral("Workers restarted after a crash since the start: 1")); }));
}

SLUICE_GUI_TEST(wrongOptionsAreRefused) {
  QVERIFY(!parseOptions({QStringLiteral("--bogus")}).options);
  QVERIFY(parseOptions({QStringLiteral("--bogus")}).problem.contains(QStringLiteral("--bogus")));
  QVERIFY(!parseOptions({QStringLiteral("--data-dir")}).options);
  QVERIFY(!parseOptions({QStringLiteral("--data-dir=")}).options);
  QVERIFY(!parseOptions({QStringLiteral("word")}).options);
  QCOMPARE(parseOptions({QStringLiteral("--data-dir"), QStringLiteral("x")}).options->dataDir, QStringLiteral("x"));
  QVERIFY(parseOptions({QStringLiteral("--data-dir=x"), QStringLiteral("--attach-only")}).options->attachOnly);
}

SLUICE_GUI_TEST(theProgramItselfRefusesWrongUsage) {
  const auto wrong = sluice::test::run(SLUICE_PROGRAM, {"--bogus"});
  QCOMPARE(wrong.exitCode.value_or(-1), 2);
  QVERIFY2(wrong.errors.find("usage: sluice") != std::string::npos, wrong.text().c_str());
  const auto version = sluice::test::run(SLUICE_PROGRAM, {"--version"});
  QCOMPARE(version.exitCode.value_or(-1), 0);
}

SLUICE_GUI_TEST(theProgramItselfStartsItsEngineAndListens) {
  Workbench bench;  // for its directory and settings
  {
    QSettings settings(QString::fromStdString((bench.dataDir() / "app.ini").string()), QSettings::IniFormat);
    settings.setValue(QStringLiteral("engine/listen"), QStringList{QStringLiteral("regular@127.0.0.1:0")});
  }
  Process program(SLUICE_PROGRAM, {"--data-dir", bench.dataDir().string()});
  QVERIFY(waitUntil([&] {
    const auto owner = platform::engineOwner(bench.dataDir());
    return owner && !owner->controlAddress.empty();
  }));
  QVERIFY(program.running());
  const auto stopped = sluice::test::run(SLUICECTL_PROGRAM, {"--data-dir", bench.dataDir().string(), "stop"});
  QVERIFY2(stopped.ok(), stopped.text().c_str());
}

SLUICE_GUI_TEST(programsAreSentToTheListenerThatIsAProxy) {
  Workbench bench;
  bench.options.listen = {QStringLiteral("reverse:http://127.0.0.1:9@127.0.0.1:0"), QStringLiteral("regular@127.0.0.1:0")};
  QVERIFY(bench.openAndListen());
  QCOMPARE(bench.keeper().listeners().size(), 2);
  const QString command = bench.window().emptyPage().command();
  QVERIFY2(command.contains(bench.keeper().listeners()[1]), qPrintable(command));
  QVERIFY(waitUntil([&] { return bench.window().actions().systemProxy->isEnabled(); }));
}

SLUICE_GUI_TEST(withoutAProxyAmongTheListenersNoProgramIsSentToOne) {
  Workbench bench;
  bench.options.listen = {QStringLiteral("socks5@127.0.0.1:0")};
  QVERIFY(bench.openAndListen());
  Actions& actions = bench.window().actions();
  for (QAction* action : {actions.openBrowser, actions.openTerminal, actions.systemProxy}) {
    QVERIFY2(!action->isEnabled() && !action->statusTip().isEmpty(), qPrintable(action->text()));
  }
  QVERIFY(waitUntil([&] { return actions.systemProxy->statusTip().contains(QStringLiteral("regular@")); }));
  EmptyPage& page = bench.window().emptyPage();
  QVERIFY(page.isVisible() && !page.terminalButton().isVisible());
}

// What a crashed engine said last is shown to its user: not the end of a line that was cut.
SLUICE_GUI_TEST(theLastWordsOfAnEngineAreWholeLines) {
  const QString shell = QStandardPaths::findExecutable(QStringLiteral("sh"));
  if (shell.isEmpty()) QSKIP("no sh");
  const auto lastWordsOf = [&](const QString& script) {
    EngineProcess engine;
    QSignalSpy ended(&engine, &EngineProcess::ended);
    engine.start(shell, {QStringLiteral("-c"), script});
    return waitUntil([&] { return ended.count() == 1; }) ? engine.lastWords() : QStringLiteral("it did not end");
  };
  const QString warnings =
      QStringLiteral("i=0; while [ $i -lt 500 ]; do echo \"10:00:0$i warning a body was cut $i\" >&2; i=$((i+1)); done; ");
  QCOMPARE(lastWordsOf(warnings + QStringLiteral("kill -9 $$")), QString());
  QCOMPARE(lastWordsOf(warnings + QStringLiteral("echo 'sluiced: the disk is gone' >&2; exit 1")), QStringLiteral("the disk is gone"));
}
