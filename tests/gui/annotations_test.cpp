// Marks and comments, from the window to the history and back, by a real engine.
#include <QPixmap>
#include <QProcess>

#include "app/gui/window/comment_dialog.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

QString cell(MainWindow& window, int row, Column column, int role = Qt::DisplayRole) {
  ExchangeModel& model = window.model();
  return row < model.rowCount() ? model.data(model.index(row, int(column)), role).toString() : QString();
}

Mark markAt(MainWindow& window, int row) {
  const auto* content = window.model().rowAt(row);
  return content == nullptr ? Mark::None : content->mark;
}

// Three exchanges that have ended.
bool openWithThree(Workbench& bench) {
  if (!bench.openAndListen()) return false;
  for (int i = 0; i < 3; ++i) bench.get("/bytes/" + std::to_string(10 + i));
  bench.waitForClients();
  MainWindow& window = bench.window();
  return waitUntil([&] { return window.model().rowCount() == 3 && cell(window, 2, Column::State) == QStringLiteral("Complete"); });
}

int sluicectl(Workbench& bench, const QStringList& arguments) {
  QProcess program;
  const QStringList where{QStringLiteral("--data-dir"), QString::fromStdString(bench.dataDir().string())};
  program.start(QStringLiteral(SLUICECTL_PROGRAM), where + arguments);
  return program.waitForFinished() ? program.exitCode() : -1;
}

}  // namespace

SLUICE_GUI_TEST(marksAreSetByKeysOnAllThatIsChosenAndTakenAwayOnceMore) {
  Workbench bench;
  QVERIFY(openWithThree(bench));
  MainWindow& window = bench.window();
  QVERIFY(!window.actions().comment->isEnabled() && !window.actions().marks[1]->isEnabled());
  window.table().selectAll();
  window.actions().marks[int(Mark::Green)]->trigger();
  QVERIFY(waitUntil([&] { return markAt(window, 0) == Mark::Green && markAt(window, 2) == Mark::Green; }));
  QVERIFY(cell(window, 0, Column::State, Qt::AccessibleTextRole).contains(QStringLiteral("Green")));
  window.table().select(1);
  window.actions().marks[int(Mark::Blue)]->trigger();
  QVERIFY(waitUntil([&] { return markAt(window, 1) == Mark::Blue; }));
  window.actions().marks[int(Mark::Blue)]->trigger();
  QVERIFY(waitUntil([&] { return markAt(window, 1) == Mark::None; }));
  window.filterField().setText(QStringLiteral("~marked"));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));
  // Whoever loses the mark leaves the list that asks for it.
  window.table().select(0);
  window.actions().marks[int(Mark::None)]->trigger();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
}

SLUICE_GUI_TEST(aMarkedRowIsPaintedInItsColour) {
  Workbench bench;
  QVERIFY(openWithThree(bench));
  MainWindow& window = bench.window();
  const auto stripe = [&] {
    const QImage image = window.table().viewport()->grab().toImage();
    const double scale = image.devicePixelRatio();
    const QRect row = window.table().visualRect(window.model().index(0, 0));
    return image.pixelColor(QPoint(int(1 * scale), int(row.center().y() * scale)));
  };
  const QColor red = colorsOf(window.palette()).marks[std::size_t(Mark::Red)];
  QVERIFY(stripe() != red);
  window.table().select(0);
  window.actions().marks[int(Mark::Red)]->trigger();
  window.table().clearChoice();
  QVERIFY(waitUntil([&] { return stripe() == red; }));
}

SLUICE_GUI_TEST(aCommentIsWrittenShownFoundAndSeenByEveryWindow) {
  Workbench bench;
  QVERIFY(openWithThree(bench));
  MainWindow& window = bench.window();
  window.table().select(1);
  window.actions().comment->trigger();
  auto* dialog = window.findChild<CommentDialog*>();
  QVERIFY(dialog != nullptr && dialog->field().toPlainText().isEmpty());
  dialog->field().setPlainText(QStringLiteral(" why <b>so</b> slow?\u202e "));
  dialog->accept();
  QVERIFY(waitUntil([&] { return cell(window, 1, Column::Comment).startsWith(QStringLiteral("why <b>so</b> slow?")); }));
  QVERIFY(!cell(window, 1, Column::Comment).contains(QChar(0x202e)));  // made visible
  QVERIFY(waitUntil([&] { return window.inspector().facts().text().contains(QStringLiteral("why <b>so</b> slow?")); }));

  // From a terminal, live.
  QCOMPARE(sluicectl(bench, {QStringLiteral("comment"), QStringLiteral("3"), QStringLiteral("from a terminal")}), 0);
  QCOMPARE(sluicectl(bench, {QStringLiteral("mark"), QStringLiteral("3"), QStringLiteral("purple")}), 0);
  QVERIFY(waitUntil([&] { return cell(window, 2, Column::Comment) == QStringLiteral("from a terminal"); }));
  QVERIFY(waitUntil([&] { return markAt(window, 2) == Mark::Purple; }));
  QCOMPARE(sluicectl(bench, {QStringLiteral("mark"), QStringLiteral("99")}), 1);
  window.filterField().setText(QStringLiteral("~comment terminal | comment~slow"));
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));

  // The dialog begins with what is there.
  QVERIFY(waitUntil([&] { return window.model().rowAt(1) != nullptr; }));
  window.table().select(1);
  window.actions().comment->trigger();
  dialog = window.findChildren<CommentDialog*>().last();
  QCOMPARE(dialog->field().toPlainText(), QStringLiteral("from a terminal"));
  dialog->field().setPlainText(QString(5000, u'a'));
  dialog->accept();
  QVERIFY(dialog->isVisible());
  dialog->field().clear();
  dialog->accept();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
}

SLUICE_GUI_TEST(marksAndCommentsAreThereAfterARestartAndInASavedSession) {
  Workbench bench;
  QVERIFY(openWithThree(bench));
  {
    MainWindow& window = bench.window();
    window.table().select(0);
    window.actions().marks[int(Mark::Orange)]->trigger();
    window.annotations().comment(QStringLiteral("kept"));
    QVERIFY(waitUntil([&] { return cell(window, 0, Column::Comment) == QStringLiteral("kept"); }));
    SessionWindow* session = nullptr;
    bool saved = false;
    QObject::connect(&window.files(), &SessionFiles::saved, &window, [&] { saved = true; });
    QObject::connect(&window.files(), &SessionFiles::opened, &window, [&](SessionWindow* opened) { session = opened; });
    const QString file = QString::fromStdString((bench.dataDir() / "marked.sluice").string());
    window.files().saveTo(file);
    QVERIFY(waitUntil([&] { return saved; }));
    window.files().openFile(file);
    QVERIFY(waitUntil([&] { return session != nullptr && session->model().rowCount() == 3 && session->model().rowAt(0) != nullptr; }));
    QVERIFY(session->model().rowAt(0)->mark == Mark::Orange);
    QCOMPARE(session->model().rowAt(0)->comment, std::string("kept"));
    session->close();
  }
  bench.close();
  QVERIFY(bench.openAndListen());
  QVERIFY(waitUntil([&] { return cell(bench.window(), 0, Column::Comment) == QStringLiteral("kept"); }));
  QVERIFY(markAt(bench.window(), 0) == Mark::Orange);
}

SLUICE_GUI_TEST(withoutAnEngineAMarkIsRefusedInWords) {
  Workbench bench;
  QVERIFY(openWithThree(bench));
  MainWindow& window = bench.window();
  window.actions().engine->trigger();
  QVERIFY(bench.waitForState(EngineState::Stopped));
  QString said;
  QObject::connect(&window.annotations(), &Annotations::said, &window, [&](const QString& message) { said = message; });
  window.table().select(0);
  window.actions().marks[int(Mark::Red)]->trigger();
  QCOMPARE(said, QStringLiteral("No engine is running"));
}
