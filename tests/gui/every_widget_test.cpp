// What must hold of every text of every window: what it shows is never rich text.
#include <QLabel>

#include "app/gui/text/visible_text.h"
#include "app/gui/window/comment_dialog.h"
#include "app/gui/window/shortcuts_dialog.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

QString pathOf(const QWidget& widget) {
  QStringList path;
  for (const QWidget* each = &widget; each != nullptr; each = each->parentWidget()) {
    path.prepend(QLatin1String(each->metaObject()->className()) + u'#' + each->objectName());
  }
  return path.join(u'/');
}

QStringList richIn(const QWidget& window) {
  QStringList rich;
  const auto labels = window.findChildren<QLabel*>();
  for (const QLabel* label : labels) {
    const bool ours = label->pixmap().isNull() && !label->text().isEmpty() && !label->inherits("QTipLabel");
    if (ours && label->textFormat() != Qt::PlainText) rich << pathOf(*label) + label->text();
  }
  return rich;
}

}  // namespace

SLUICE_GUI_TEST(noLabelOfAnyWindowShowsRichText) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/5");
  bench.waitForClients();
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
  window.table().select(0);
  window.actions().throttleDock->trigger();
  window.actions().comment->trigger();
  ShortcutsDialog shortcuts(window.QWidget::actions(), &window);
  SessionWindow* session = nullptr;
  bool saved = false;
  QObject::connect(&window.files(), &SessionFiles::saved, &window, [&] { saved = true; });
  QObject::connect(&window.files(), &SessionFiles::opened, &window, [&](SessionWindow* opened) { session = opened; });
  const QString file = QString::fromStdString((bench.dataDir() / "a.sluice").string());
  window.files().saveTo(file);
  QVERIFY(waitUntil([&] { return saved; }));
  window.files().openFile(file);
  QVERIFY(waitUntil([&] { return session != nullptr; }));
  QCOMPARE(richIn(window).join(u'\n'), QString());
  QCOMPARE(richIn(*session).join(u'\n'), QString());
  session->close();
}

SLUICE_GUI_TEST(tooltipsOfCapturedTextAreNeverRich) {
  QCOMPARE(plainTip(QStringLiteral("a < b")), QStringLiteral("a < b"));
  const QString hostile = QStringLiteral("<img src='file:///etc/passwd'><b>x</b>");
  QVERIFY(plainTip(hostile) != hostile && plainTip(hostile).contains(QStringLiteral("&lt;img")));
  Workbench bench;
  QVERIFY(bench.openAndListen());
  bench.get("/bytes/5?<b>bold</b>");
  bench.waitForClients();
  ExchangeModel& model = bench.window().model();
  const auto tip = [&] { return model.data(model.index(0, int(Column::Path)), Qt::ToolTipRole).toString(); };
  QVERIFY(waitUntil([&] { return model.rowCount() == 1 && !tip().isEmpty(); }));
  QVERIFY2(!tip().contains(QStringLiteral("<b>")), qPrintable(tip()));
}
