// The window over a real engine and real traffic.
#include <QClipboard>
#include <QMenuBar>
#include <QSignalSpy>
#include <QSplitter>
#include <QStatusBar>
#include <QToolBar>

#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

QString cell(Workbench& bench, int row, Column column) {
  ExchangeModel& model = bench.window().model();
  if (row >= model.rowCount()) return {};
  return model.data(model.index(row, int(column)), Qt::DisplayRole).toString();
}

QString textOf(TextView& view) {
  view.selectAll();
  return view.selectedText();
}

}  // namespace

SLUICE_GUI_TEST(theEmptyWindowSaysWhereToSendTraffic) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(waitUntil([&] { return bench.window().showsEmptyPage(); }));
  const QString address = QStringLiteral("127.0.0.1:%1").arg(bench.proxyPort());
  QCOMPARE(bench.window().emptyPage().command(), QStringLiteral("curl -x http://%1 http://example.com/").arg(address));
  QVERIFY(bench.window().statusLine().text().contains(QStringLiteral("Listening on ") + address));
  QVERIFY(bench.window().banner().isHidden());
}

SLUICE_GUI_TEST(anExchangeAppearsWhileItRunsAndIsCompleteWhenItEnds) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/events?count=2&size=20&gate=held");
  QVERIFY(waitUntil([&] { return cell(bench, 0, Column::State) == QStringLiteral("Running"); }));
  QVERIFY(!bench.window().showsEmptyPage());
  QVERIFY(waitUntil([&] { return cell(bench, 0, Column::Status) == QStringLiteral("200"); }));
  QCOMPARE(cell(bench, 0, Column::State), QStringLiteral("Running"));
  QCOMPARE(cell(bench, 0, Column::Type), QStringLiteral("event stream"));

  bench.window().table().select(0);
  BodyPane& pane = bench.window().inspector().response().body();
  QVERIFY(waitUntil([&] { return pane.shownForm() == BodyForm::Events; }));
  pane.want(BodyForm::Text);
  TextView& body = pane.view();
  QVERIFY(waitUntil([&] { return textOf(body).contains(QStringLiteral("data:")); }));
  bench.origin().acknowledge("held");
  bench.origin().acknowledge("held");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return cell(bench, 0, Column::State) == QStringLiteral("Complete"); }));
  QVERIFY(waitUntil([&] { return textOf(body).count(QStringLiteral("data:")) == 2; }));
}

SLUICE_GUI_TEST(theInspectorShowsWhatWentThroughTheEngine) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/mirror?a=1");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return cell(bench, 0, Column::State) == QStringLiteral("Complete"); }));
  bench.window().table().select(0);
  Inspector& inspector = bench.window().inspector();
  QVERIFY(waitUntil(
      [&] { return textOf(inspector.request().headView()).contains(QStringLiteral("/mirror?a=1 HTTP/1.1")); }));
  QVERIFY(
      waitUntil([&] { return textOf(inspector.response().headView()).startsWith(QStringLiteral("HTTP/1.1 200")); }));
  QVERIFY(waitUntil(
      [&] { return textOf(inspector.response().body().view()).contains(QStringLiteral("GET /mirror?a=1")); }));
  QVERIFY(inspector.facts().text().contains(QStringLiteral("Upstream: 127.0.0.1:")));
}

SLUICE_GUI_TEST(fiftyAssetsAreFiftyRows) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (int i = 1; i <= 50; ++i) bench.get("/asset/50/" + std::to_string(i));
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 50; }));
  for (int row = 0; row < 50; ++row) {
    QVERIFY(waitUntil([&] { return cell(bench, row, Column::State) == QStringLiteral("Complete"); }));
  }
  QVERIFY(bench.window().statusLine().text().contains(QStringLiteral("50 exchanges")));
}

SLUICE_GUI_TEST(failuresAndTunnelsAreRowsToo) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.getUrl("http://127.0.0.1:1/nobody-listens-here");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return cell(bench, 0, Column::State) == QStringLiteral("Failed"); }));
  bench.openTunnel();
  QVERIFY(waitUntil([&] { return cell(bench, 1, Column::State) == QStringLiteral("Tunnel open"); }));
  QCOMPARE(cell(bench, 1, Column::Type), QStringLiteral("tunnel"));
}

SLUICE_GUI_TEST(urlsAreCopiedAsPlainText) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/1?seed=1");
  bench.waitForClients();
  bench.get("/bytes/1?seed=2");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 2; }));
  bench.window().table().selectAll();
  QGuiApplication::clipboard()->clear();
  bench.window().actions().copyUrl->trigger();
  const QString first = QString::fromStdString(bench.origin().url("/bytes/1?seed=1"));
  const QString second = QString::fromStdString(bench.origin().url("/bytes/1?seed=2"));
  QVERIFY(waitUntil([&] { return QGuiApplication::clipboard()->text() == first + u'\n' + second; }));
}

SLUICE_GUI_TEST(historyIsThereWhenTheWindowOpensAgain) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  for (int i = 0; i < 5; ++i) bench.get("/bytes/10");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 5; }));
  bench.window().resize(1111, 666);
  bench.window().table().setColumnShown(Column::Started, false);
  bench.window().inspector().setTab(Inspector::Tab::Response);
  bench.window().actions().inspectorRight->setChecked(true);
  bench.close();

  bench.open();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 5; }));
  QCOMPARE(bench.window().size(), QSize(1111, 666));
  QVERIFY(!bench.window().table().isColumnShown(Column::Started));
  QCOMPARE(bench.window().inspector().tab(), Inspector::Tab::Response);
  QVERIFY(bench.window().actions().inspectorRight->isChecked());
}

SLUICE_GUI_TEST(everyActionHasKeysATipAndAStatusText) {
  Workbench bench;
  bench.options.attachOnly = true;
  bench.open();
  QSet<QString> keys;
  int checked = 0;
  for (const QAction* action : bench.window().findChildren<QAction*>()) {
    if (action->isSeparator() || action->menu() != nullptr || action->text().isEmpty()) continue;
    if (action->parent() != &bench.window()) continue;  // what Qt's own widgets bring along
    const QByteArray name = action->text().toUtf8();
    QVERIFY2(!action->shortcut().isEmpty(), name);
    QVERIFY2(!keys.contains(action->shortcut().toString()), name);
    keys.insert(action->shortcut().toString());
    QVERIFY2(!action->toolTip().isEmpty() && action->toolTip() != action->text(), name);
    QVERIFY2(!action->statusTip().isEmpty(), name);
    ++checked;
  }
  QVERIFY(checked > 20);
}

SLUICE_GUI_TEST(theKeyboardReachesEverything) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/100");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 1; }));
  MainWindow& window = bench.window();
  window.activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(&window));
  QTest::keyClick(&window, Qt::Key_0, Qt::ControlModifier);
  QVERIFY(window.table().hasFocus());
  QTest::keyClick(&window.table(), Qt::Key_Down, Qt::AltModifier);
  QCOMPARE(window.table().currentId().value, 1u);
  QTest::keyClick(&window.table(), Qt::Key_3, Qt::ControlModifier);
  QCOMPARE(window.inspector().tab(), Inspector::Tab::Response);
  QTest::keyClick(&window.table(), Qt::Key_Return);
  QVERIFY(waitUntil([&] { return window.inspector().response().content().hasFocus(); }));
  QTest::keyClick(&window.inspector().response().content(), Qt::Key_F6, Qt::ShiftModifier);
  QVERIFY(window.table().hasFocus());
  QTest::keyClick(&window.table(), Qt::Key_I, Qt::ControlModifier);
  QVERIFY(window.inspector().isHidden());
  QTest::keyClick(&window.table(), Qt::Key_L, Qt::ControlModifier);
  QCOMPARE(window.table().isFollowing(), window.actions().follow->isChecked());
}

// The answer of a server that cannot be reached does not wait for what the client would have sent it.
SLUICE_GUI_TEST(aBodyThatNobodyReadIsNotSaidToBeNone) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.inBackground([&bench] {
    sluice::test::Client client(bench.proxyPort());
    client.write("POST http://127.0.0.1:1/ HTTP/1.1\r\nHost: nobody\r\nContent-Length: 5\r\n\r\nhello");
    (void)client.reply("POST");
  });
  bench.waitForClients();
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1 && window.model().rowAt(0) != nullptr; }));
  QVERIFY(waitUntil([&] { return window.model().rowAt(0)->state == store::State::Failed; }));
  window.table().select(0);
  BodyPane& body = window.inspector().request().body();
  QVERIFY(waitUntil([&] { return body.emptyText().contains(QStringLiteral("not read")); }));
  QVERIFY(window.inspector().facts().text().contains(QStringLiteral("Request body: not read")));
}
