// What must hold of every control and every text of every window, on view or not: it has a name, and what it shows is never rich text.
#include <QAbstractButton>
#include <QAccessible>
#include <QLabel>
#include <QMessageBox>
#include <thread>

#include "app/gui/session/file_job.h"
#include "app/gui/text/visible_text.h"
#include "app/gui/trust/authority_dialog.h"
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

// What only holds others, or is a part of a control of Qt's that has a name itself.
bool isPart(const QWidget& widget) {
  if (qobject_cast<const QLabel*>(&widget) != nullptr || widget.isWindow()) return true;
  if (widget.focusPolicy() == Qt::NoFocus || widget.objectName().startsWith(QStringLiteral("qt_"))) return true;
  for (const char* kind : {"QTabWidget", "QTabBar", "QMenuBar", "QMenu", "QScrollArea", "QComboBoxPrivateContainer", "QComboBoxListView"}) {
    if (widget.inherits(kind)) return true;
  }
  return false;
}

QStringList namelessIn(const QWidget& window) {
  QStringList nameless;
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    const auto* button = qobject_cast<const QAbstractButton*>(widget);
    if (isPart(*widget) || (button != nullptr && !button->text().isEmpty())) continue;
    const bool named = !widget->accessibleName().isEmpty() || !QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget))
                                                                     ->text(QAccessible::Name).isEmpty();
    if (!named) nameless << pathOf(*widget);
  }
  return nameless;
}

// All windows that there are, each with what it shows.
struct Windows {
  Workbench bench;
  SessionWindow* session = nullptr;
  std::unique_ptr<ShortcutsDialog> shortcuts;
  std::unique_ptr<AuthorityDialog> authority;
  std::unique_ptr<CommentDialog> comment;
  FileJob* job = nullptr;
  QList<QMessageBox*> boxes;
  std::atomic<bool> jobGoesOn = true;

  ~Windows() {
    jobGoesOn = false;
    if (session != nullptr) session->close();
  }

  bool open() {
    if (!bench.openAndListen()) return false;
    bench.get("/bytes/5");
    bench.waitForClients();
    MainWindow& window = bench.window();
    if (!waitUntil([&] { return window.model().rowCount() == 1; })) return false;
    window.table().select(0);
    window.actions().throttleDock->trigger();
    window.actions().preferences->trigger();
    shortcuts = std::make_unique<ShortcutsDialog>(window.QWidget::actions(), &window);
    authority = std::make_unique<AuthorityDialog>(bench.dataDir(), &window);
    comment = std::make_unique<CommentDialog>(QString(), 1, &window);
    job = new FileJob(&window, QStringLiteral("Writing"), FileJob::Unit::Bytes, 0, [this](const FileJob::GoOn& goOn) {
      while (jobGoesOn && goOn(1)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return [] {};
    });
    window.actions().about->trigger();
    emit window.files().failed(QStringLiteral("a.har was not <b>written</b>"));
    boxes = window.findChildren<QMessageBox*>();
    return boxes.size() == 2 && waitUntil([&] { return !authority->isBusy() && job->dialog().isVisible(); }) && openSession();
  }

  std::vector<QWidget*> all() {
    std::vector<QWidget*> windows{&bench.window(), session, shortcuts.get(), authority.get(), comment.get(), &job->dialog()};
    windows.insert(windows.end(), boxes.begin(), boxes.end());
    return windows;
  }

 private:
  bool openSession() {
    MainWindow& window = bench.window();
    bool saved = false;
    QObject::connect(&window.files(), &SessionFiles::saved, &window, [&] { saved = true; });
    QObject::connect(&window.files(), &SessionFiles::opened, &window, [this](SessionWindow* opened) { session = opened; });
    const QString file = QString::fromStdString((bench.dataDir() / "a.sluice").string());
    window.files().saveTo(file);
    if (!waitUntil([&] { return saved; })) return false;
    window.files().openFile(file);
    return waitUntil([this] { return session != nullptr; });
  }
};

}  // namespace

SLUICE_GUI_TEST(noLabelOfAnyWindowShowsRichText) {
  Windows windows;
  QVERIFY(windows.open());
  for (const QWidget* window : windows.all()) QVERIFY2(richIn(*window).isEmpty(), qPrintable(richIn(*window).join(u'\n')));
}

SLUICE_GUI_TEST(everyControlOfAnyWindowHasANameForThoseWhoDoNotSeeIt) {
  Windows windows;
  QVERIFY(windows.open());
  for (const QWidget* window : windows.all()) QVERIFY2(namelessIn(*window).isEmpty(), qPrintable(namelessIn(*window).join(u'\n')));
}

SLUICE_GUI_TEST(everyWindowHasANameAndAMessageIsReadOut) {
  Windows windows;
  QVERIFY(windows.open());
  for (const QWidget* window : windows.all()) {
    QVERIFY2(!window->accessibleName().isEmpty() || !window->windowTitle().isEmpty(), qPrintable(pathOf(*window)));
  }
  for (const QMessageBox* box : windows.boxes) {
    QVERIFY(!box->accessibleName().isEmpty());
    QCOMPARE(box->accessibleDescription(), box->text());
  }
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
