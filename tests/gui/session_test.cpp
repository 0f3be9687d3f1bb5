// Sessions and HARs as files, through the window.
#include "app/gui/session/session_window.h"

#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QSignalSpy>
#include <QStatusBar>

#include "app/gui/session/file_job.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

QString fileIn(Workbench& bench, const char* name) { return QString::fromStdString((bench.dataDir() / name).string()); }

QString textOf(TextView& view) {
  view.selectAll();
  return view.selectedText();
}

// Three exchanges, two of which are shown.
bool fill(Workbench& bench) {
  for (const char* path : {"/bytes/11?kept=1", "/bytes/12?kept=2", "/bytes/13"}) {
    bench.get(path);
    bench.waitForClients();  // one after the other: the table has them in that order
  }
  MainWindow& window = bench.window();
  if (!waitUntil([&] { return window.model().rowCount() == 3; })) return false;
  window.filterField().setText(QStringLiteral("path~kept"));
  return waitUntil([&] {
    const auto ended = [&](int row) {
      const auto* content = window.model().rowAt(row);
      return content != nullptr && content->state == store::State::Complete;
    };
    return window.model().rowCount() == 2 && ended(0) && ended(1);
  });
}

SessionWindow* openedBy(Workbench& bench, const QString& file) {
  SessionWindow* opened = nullptr;
  const auto watched = QObject::connect(&bench.window().files(), &SessionFiles::opened, &bench.window(),
                                        [&opened](SessionWindow* window) { opened = window; });
  bench.window().files().openFile(file);
  (void)waitUntil([&] { return opened != nullptr && opened->model().rowCount() > 0; });
  QObject::disconnect(watched);
  return opened;
}

// Entries with bodies that do not fit a piece.
bool writeLargeHar(const QString& path, int entries) {
  QByteArray har = R"({"log":{"version":"1.2","entries":[)";
  for (int i = 0; i < entries; ++i) {
    har += (i > 0 ? "," : "") + QByteArray(R"({"startedDateTime":"2026-01-02T03:04:05Z","request":{"method":"GET","url":"http://a.test/",
      "httpVersion":"HTTP/1.1","headers":[]},"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],
      "content":{"size":400000,"mimeType":"text/plain","text":")") + QByteArray(400'000, 'x') +
           R"("},"bodySize":400000},"timings":{"send":0,"wait":1,"receive":1}})";
  }
  har += "]}}";
  QFile file(path);
  return file.open(QIODevice::WriteOnly) && file.write(har) == har.size();
}

void closeWindow(SessionWindow* window) {
  window->close();
  gui::test::handleEvents();
}

}  // namespace

SLUICE_GUI_TEST(whatIsShownIsSavedAndOpensInAWindowToRead) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(!bench.window().actions().saveSession->isEnabled());
  QVERIFY(fill(bench));
  QSignalSpy saved(&bench.window().files(), &SessionFiles::saved);
  bench.window().files().saveTo(fileIn(bench, "kept.sluice"));
  QVERIFY(waitUntil([&] { return saved.count() == 1; }));
  // It does not need the history that it came from.
  bench.window().actions().clearHistory->trigger();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 0; }));
  SessionWindow* session = openedBy(bench, fileIn(bench, "kept.sluice"));
  QVERIFY(session != nullptr);
  QCOMPARE(session->model().rowCount(), 2);
  QVERIFY(session->windowTitle().contains(QStringLiteral("kept.sluice")));
  session->table().select(1);
  session->inspector().setTab(Inspector::Tab::Response);
  QVERIFY(waitUntil([&] { return !textOf(session->inspector().response().body().view()).isEmpty(); }));
  session->filterField().setText(QStringLiteral("path~kept=1"));
  QVERIFY(waitUntil([&] { return session->model().rowCount() == 1; }));
  closeWindow(session);
  // It is among the sessions of the sidebar.
  SourceModel& sources = bench.window().sources().sources();
  QCOMPARE(sources.rowCount(sources.groupIndex(SourceModel::Group::Sessions)), 1);
}

SLUICE_GUI_TEST(aSessionWindowIsAsTheLastOneWasLeft) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(fill(bench));
  QSignalSpy saved(&bench.window().files(), &SessionFiles::saved);
  bench.window().files().saveTo(fileIn(bench, "kept.sluice"));
  QVERIFY(waitUntil([&] { return saved.count() == 1; }));
  SessionWindow* session = openedBy(bench, fileIn(bench, "kept.sluice"));
  QVERIFY(session != nullptr);
  QCOMPARE(session->size(), bench.window().size());
  session->resize(760, 540);
  session->inspectorRight().trigger();
  session->splitter().setSizes({200, 559});
  session->table().setColumnShown(Column::Host, false);
  session->inspector().setTab(Inspector::Tab::Request);
  const auto split = session->splitter().sizes();
  closeWindow(session);
  session = openedBy(bench, fileIn(bench, "kept.sluice"));
  QVERIFY(session != nullptr);
  QCOMPARE(session->size(), QSize(760, 540));
  QCOMPARE(session->splitter().orientation(), Qt::Horizontal);
  QVERIFY(session->inspectorRight().isChecked());
  QCOMPARE(session->splitter().sizes(), split);
  QVERIFY(!session->table().isColumnShown(Column::Host));
  QCOMPARE(session->inspector().tab(), Inspector::Tab::Request);
  // A second one does not hide it.
  SessionWindow* other = openedBy(bench, fileIn(bench, "kept.sluice"));
  QVERIFY(other != nullptr && other != session && other->geometry().topLeft() != session->geometry().topLeft());
  closeWindow(other);
  closeWindow(session);
}

SLUICE_GUI_TEST(aHarGoesOutAndComesInAgain) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(fill(bench));
  QString said;
  QObject::connect(&bench.window().files(), &SessionFiles::said, &bench.window(), [&](const QString& message) { said = message; });
  bench.window().files().exportTo(fileIn(bench, "kept.har"));
  QVERIFY(waitUntil([&] { return said.contains(QStringLiteral("kept.har")); }));
  SessionWindow* session = openedBy(bench, fileIn(bench, "kept.har"));
  QVERIFY(session != nullptr);
  QCOMPARE(session->model().rowCount(), 2);
  QVERIFY(waitUntil([&] { return session->model().rowAt(0) != nullptr && session->model().rowAt(0)->path == "/bytes/11?kept=1"; }));
  // A session goes out as a HAR too.
  QString written;
  QObject::connect(&session->files(), &SessionFiles::said, session, [&](const QString& message) { written = message; });
  session->files().exportTo(fileIn(bench, "again.har"));
  QVERIFY(waitUntil([&] { return written.contains(QStringLiteral("again.har")); }));
  QVERIFY(QFile::exists(fileIn(bench, "again.har")));
  closeWindow(session);
}

SLUICE_GUI_TEST(aHarBecomesPartOfTheHistoryThatIsRecorded) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(fill(bench));
  QSignalSpy said(&bench.window().files(), &SessionFiles::said);
  bench.window().files().exportTo(fileIn(bench, "kept.har"));
  QVERIFY(waitUntil([&] { return !said.isEmpty(); }));
  bench.window().filterField().setText({});
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 3; }));
  QSignalSpy imported(&bench.window().files(), &SessionFiles::imported);
  bench.window().files().importFrom(fileIn(bench, "kept.har"));
  QVERIFY(waitUntil([&] { return imported.count() == 1; }));
  QCOMPARE(imported.first().first().toULongLong(), 2u);
  ExchangeModel& model = bench.window().model();
  QVERIFY(waitUntil([&] { return model.rowCount() == 5 && model.rowAt(4) != nullptr; }));
  QCOMPARE(model.rowAt(4)->path, std::string("/bytes/12?kept=2"));
  bench.window().table().select(4);
  bench.window().inspector().setTab(Inspector::Tab::Response);
  QVERIFY(waitUntil([&] { return !textOf(bench.window().inspector().response().body().view()).isEmpty(); }));
  // What is recorded meanwhile goes on behind it.
  bench.get("/bytes/14");
  QVERIFY(waitUntil([&] { return model.rowCount() == 6; }));
}

SLUICE_GUI_TEST(aHarThatIsBrokenInTheMiddleIsImportedUpToThere) {
  Workbench bench;
  bench.open();
  QStringList problems;
  QObject::connect(&bench.window().files(), &SessionFiles::failed, &bench.window(), [&](const QString& problem) { problems << problem; });
  QFile file(fileIn(bench, "broken.har"));
  const QByteArray entry = R"({"startedDateTime":"2026-01-02T03:04:05.000Z","time":1,"request":{"method":"GET","url":"http://a.test/1",
    "httpVersion":"HTTP/1.1","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
    "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":0,"mimeType":""},
    "redirectURL":"","headersSize":-1,"bodySize":0},"cache":{},"timings":{"send":0,"wait":1,"receive":0}})";
  const QByteArray har = "{\"log\":{\"version\":\"1.2\",\"entries\":[\n" + entry + ",\n" + entry + ",\n  oops]}}";
  QVERIFY(file.open(QIODevice::WriteOnly) && file.write(har) == har.size());
  file.close();
  // Without an engine there is no history to import it into.
  bench.window().files().importFrom(file.fileName());
  QVERIFY(problems.size() == 1 && problems.first().contains(QStringLiteral("no engine")));
  QVERIFY(bench.waitForState(EngineState::Running));
  QVERIFY(bench.window().actions().importHar->isEnabled());
  bench.window().files().importFrom(file.fileName());
  QVERIFY(waitUntil([&] { return problems.size() == 2; }));
  QVERIFY2(problems.last().contains(QStringLiteral("broken.har")) && problems.last().contains(QStringLiteral("line 10")) &&
               problems.last().contains(QStringLiteral("column")) && problems.last().contains(QStringLiteral("2 exchanges before")),
           qPrintable(problems.last()));
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 2; }));
}

SLUICE_GUI_TEST(anImportThatIsCancelledSaysWhatStays) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QSignalSpy said(&bench.window().files(), &SessionFiles::said);
  QVERIFY(fill(bench));
  bench.window().files().exportTo(fileIn(bench, "kept.har"));
  QVERIFY(waitUntil([&] { return said.count() == 1; }));
  bench.window().files().importFrom(fileIn(bench, "kept.har"));
  auto* job = bench.window().findChild<FileJob*>();
  QVERIFY(job != nullptr);
  job->cancel();  // before its first question could be answered, since the GUI thread has not turned yet
  QVERIFY(waitUntil([&] { return said.count() == 2; }));
  QVERIFY2(said.last().first().toString().startsWith(QStringLiteral("Stopped: 0 exchanges")), qPrintable(said.last().first().toString()));
}

SLUICE_GUI_TEST(importsAtTheSameTimeDoNotMix) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(writeLargeHar(fileIn(bench, "large.har"), 10));
  SessionFiles& files = bench.window().files();
  QSignalSpy imported(&files, &SessionFiles::imported);
  QSignalSpy failed(&files, &SessionFiles::failed);
  files.importFrom(fileIn(bench, "large.har"));
  files.importFrom(fileIn(bench, "large.har"));
  QVERIFY(waitUntil([&] { return imported.count() + failed.count() == 2; }));
  QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : qPrintable(failed.first().first().toString()));
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 20; }));
}

SLUICE_GUI_TEST(anImportAfterOneThatWasCutIsWhole) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(writeLargeHar(fileIn(bench, "cut.har"), 100));
  QVERIFY(writeLargeHar(fileIn(bench, "whole.har"), 2));
  SessionFiles& files = bench.window().files();
  ExchangeModel& model = bench.window().model();
  QSignalSpy said(&files, &SessionFiles::said);
  QSignalSpy failed(&files, &SessionFiles::failed);
  files.importFrom(fileIn(bench, "cut.har"));
  const QPointer<FileJob> job = bench.window().findChild<FileJob*>();
  QVERIFY(waitUntil([&] { return model.rowCount() > 0; }));
  if (job != nullptr) job->cancel();
  QVERIFY(waitUntil([&] { return said.count() == 1; }));
  files.importFrom(fileIn(bench, "whole.har"));
  QVERIFY(waitUntil([&] { return said.count() == 2 || !failed.isEmpty(); }));
  QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : qPrintable(failed.first().first().toString()));
  QVERIFY(said.last().first().toString().startsWith(QStringLiteral("2 exchanges")));
  // The end of its connection ends the exchange in the middle of which it was cut.
  QVERIFY(waitUntil([&] {
    for (int row = 0; row < model.rowCount(); ++row) {
      if (model.rowAt(row) == nullptr || model.rowAt(row)->state == store::State::Running) return false;
    }
    return true;
  }));
}

SLUICE_GUI_TEST(whatIsNoSessionIsToldAndShowsNothing) {
  Workbench bench;
  bench.open();
  QStringList problems;
  QObject::connect(&bench.window().files(), &SessionFiles::failed, &bench.window(), [&](const QString& problem) { problems << problem; });
  QSignalSpy opened(&bench.window().files(), &SessionFiles::opened);
  const std::pair<const char*, QByteArray> files[] = {
      {"text.har", "not json"}, {"other.har", "{\"log\": 1}"}, {"cut.sluice", QByteArray("SQLite format 3\0garbage", 23)}};
  for (const auto& [name, bytes] : files) {
    QFile file(fileIn(bench, name));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    file.close();
    bench.window().files().openFile(file.fileName());
    QVERIFY2(waitUntil([&] { return !problems.isEmpty(); }), name);
    QVERIFY2(problems.takeFirst().contains(QString::fromLatin1(name)), name);
  }
  bench.window().files().openFile(fileIn(bench, "missing.har"));
  QVERIFY(waitUntil([&] { return problems.size() == 1; }));
  QCOMPARE(opened.count(), 0);
}

SLUICE_GUI_TEST(theHistoryIsNoSessionOfItself) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(fill(bench));
  QStringList told;
  QObject::connect(&bench.window().files(), &SessionFiles::said, &bench.window(), [&](const QString& message) { told << message; });
  QObject::connect(&bench.window().files(), &SessionFiles::failed, &bench.window(), [&](const QString& problem) { told << problem; });
  const QString history = QString::fromStdString((bench.dataDir() / "history.db").string());
  bench.window().files().openFile(history);
  bench.window().files().saveTo(history);
  QVERIFY(waitUntil([&] { return told.size() == 2; }));
  for (const QString& message : told) QVERIFY2(message.contains(QStringLiteral("history.db")), qPrintable(message));
  bench.get("/bytes/14?kept=3");
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 3; }));
}

// Cancelled in the middle, it leaves nothing behind.
SLUICE_GUI_TEST(aJobThatIsCancelledTellsSo) {
  QWidget window;
  QString told;
  std::atomic<bool> begun = false;
  QPointer<FileJob> job = new FileJob(&window, QStringLiteral("Writing"), FileJob::Unit::Bytes, 0, [&](const FileJob::GoOn& goOn) {
    std::uint64_t steps = 0;
    while (goOn(++steps)) begun = true;
    return [&told] { told = QStringLiteral("stopped"); };
  });
  QVERIFY(waitUntil([&] { return begun && job->dialog().labelText().startsWith(QStringLiteral("Writing")); }));
  emit job->dialog().canceled();
  QVERIFY(waitUntil([&] { return told == QStringLiteral("stopped") && job.isNull(); }));
  // And with its window it goes too.
  begun = false;
  auto owner = std::make_unique<QWidget>();
  new FileJob(owner.get(), QStringLiteral("Writing"), FileJob::Unit::Bytes, 0, [&](const FileJob::GoOn& goOn) {
    while (goOn(1)) begun = true;
    return [] {};
  });
  QVERIFY(waitUntil([&] { return begun.load(); }));
  owner.reset();
}

// Who types a name without its end is asked about the file that would be replaced.
SLUICE_GUI_TEST(theEndOfANameBelongsToWhatIsAskedAbout) {
  QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(fill(bench));
  for (const char* name : {"kept.sluice", "kept.har"}) {
    QFile file(fileIn(bench, name));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("precious") == 8);
  }
  int dialogs = 0, questions = 0;
  QTimer dialogTimer, questionTimer;
  QObject::connect(&questionTimer, &QTimer::timeout, &bench.window(), [&] {
    auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
    if (question == nullptr) return;
    ++questions;
    question->button(QMessageBox::No)->click();
  });
  QObject::connect(&dialogTimer, &QTimer::timeout, &bench.window(), [&] {
    auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
    if (dialog == nullptr) return;
    ++dialogs;
    dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(fileIn(bench, "kept"));
    QMetaObject::invokeMethod(dialog, "accept");
    dialog->reject();
  });
  dialogTimer.start(10);
  questionTimer.start(10);
  bench.window().files().saveAs();
  bench.window().files().exportHar();
  QCOMPARE(dialogs, 2);
  QCOMPARE(questions, 2);
  for (const char* name : {"kept.sluice", "kept.har"}) {
    QFile file(fileIn(bench, name));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("precious"));
  }
}

// A history that is busy is still there, and so are its sessions.
SLUICE_GUI_TEST(noSessionBeginsOrGoesWhereTheHistoryCannotBeRead) {
  Workbench bench;
  bench.options.attachOnly = true;
  std::filesystem::create_directory(bench.dataDir() / "history.db");
  bench.open();
  SessionStarts& sessions = bench.window().sessions();
  sessions.begin(ExchangeId{10}, QDateTime::currentDateTime(), sessions.choices());
  QCOMPARE(sessions.sessions().size(), std::size_t(2));
  QStringList said;
  QObject::connect(bench.window().statusBar(), &QStatusBar::messageChanged, &bench.window(), [&](const QString& text) { said << text; });
  bench.window().actions().newSession->trigger();
  QVERIFY(waitUntil([&] { return said.join(u' ').contains(QStringLiteral("history")) || sessions.sessions().size() != 2; }));
  QCOMPARE(sessions.sessions().size(), std::size_t(2));
}

SLUICE_GUI_TEST(sessionsAreForgottenOnceTheEngineHasClearedTheHistory) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/5");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
  bench.window().actions().newSession->trigger();
  SessionStarts& sessions = bench.window().sessions();
  QVERIFY(waitUntil([&] { return !sessions.sessions().empty(); }));
  bench.window().actions().clearHistory->trigger();
  QVERIFY(!sessions.sessions().empty());  // no engine has answered yet
  QVERIFY(waitUntil([&] { return sessions.sessions().empty(); }));
}

// A session begins once the history has said where it ends; what the user chose meanwhile is not undone by that.
SLUICE_GUI_TEST(theWholeHistoryThatIsChosenWhileASessionBeginsStaysOnView) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/5");
  bench.waitForClients();
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
  window.actions().newSession->trigger();
  window.actions().wholeHistory->trigger();
  QVERIFY(waitUntil([&] { return window.sessions().sessions().size() == 2; }));
  QVERIFY(!window.sessions().shown());
  QVERIFY(window.actions().wholeHistory->isChecked());
  QCOMPARE(window.model().rowCount(), 1);
  // The other way round, the session is what was wanted last.
  window.actions().wholeHistory->trigger();
  window.actions().newSession->trigger();
  QVERIFY(waitUntil([&] { return window.sessions().shown().has_value(); }));
}
