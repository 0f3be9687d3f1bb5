#include "app/gui/session/session_window.h"

#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QStatusBar>
#include <QVBoxLayout>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

constexpr int kStatusMessageMs = 4000;
constexpr int kTableShare = 55;  // of a hundred, the rest is the inspector's

}  // namespace

SessionWindow::SessionWindow(const QString& file, History::Opener opener, std::shared_ptr<void> keeps)
    : keeps_(std::move(keeps)),
      tableHistory_(std::make_unique<History>(opener, QStringLiteral("session-table"))),
      inspectorHistory_(std::make_unique<History>(opener, QStringLiteral("session-inspector"))),
      model_(new ExchangeModel(*tableHistory_, this)),
      files_(new SessionFiles({}, opener, *model_, this)) {
  setWindowTitle(tr("%1 (read only)").arg(visibleLine(QFileInfo(file).fileName().toStdString())));
  setWindowIcon(applicationIcon());
  build();
  buildMenus();
  connectParts();
  model_->refresh();
}

// Before the histories that it reads from.
SessionWindow::~SessionWindow() { delete takeCentralWidget(); }

void SessionWindow::build() {
  table_ = new ExchangeTable(*model_, this);
  filter_ = new FilterField(this);
  inspector_ = new Inspector(*inspectorHistory_, this);
  commands_ = new ExchangeCommands(*tableHistory_, *table_, this);
  auto* exchanges = new QWidget(this);
  auto* column = new QVBoxLayout(exchanges);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(filter_);
  column->addWidget(table_, 1);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setHandleWidth(1);
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(exchanges);
  splitter->addWidget(inspector_);
  splitter->setStretchFactor(0, kTableShare);
  splitter->setStretchFactor(1, 100 - kTableShare);
  splitter->setSizes({kTableShare * 10, (100 - kTableShare) * 10});
  setCentralWidget(splitter);
  count_ = mutedLabel({}, this);
  statusBar()->addPermanentWidget(count_);
  table_->setFollowing(false);
}

void SessionWindow::buildMenus() {
  const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& keys, const QString& status, auto&& run) {
    QAction* action = menu->addAction(text, this, run);
    action->setShortcut(keys);
    action->setStatusTip(status);
    return action;
  };
  QMenu* file = menuBar()->addMenu(tr("&File"));
  add(file, tr("&Export as HAR"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), tr("Write what is shown to a HAR file"),
      [this] { files_->exportHar(); });
  file->addSeparator();
  add(file, tr("&Close"), QKeySequence(Qt::CTRL | Qt::Key_W), tr("Close this window"), [this] { close(); });
  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  add(edit, tr("&Filter"), QKeySequence(Qt::CTRL | Qt::Key_F), tr("Go to the filter: show only exchanges that match"),
      [this] { filter_->focusField(); });
  add(edit, tr("&Find in body"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), tr("Look for a text in the body that is shown"),
      [this] { inspector_->openSearch(); });
  edit->addSeparator();
  add(edit, tr("&Copy URL"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), tr("Copy the URLs of the selected exchanges, one a line"),
      [this] { commands_->copyUrls(); });
  add(edit, tr("Copy as c&URL"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_U),
      tr("Copy the requests of the selected exchanges as commands that send them again"), [this] { commands_->copyCurl(); });
  add(edit, tr("&Save response body"), QKeySequence(Qt::CTRL | Qt::Key_S),
      tr("Write the bodies of the selected responses to files, unpacked"), [this] { commands_->saveBody(); });
  connect(table_, &ExchangeTable::rowMenuRequested, this, [edit](const QPoint& at) { edit->popup(at); });
}

void SessionWindow::connectParts() {
  connect(filter_, &FilterField::filterChanged, model_, &ExchangeModel::setFilter);
  connect(filter_, &FilterField::left, table_, [this] { table_->setFocus(Qt::ShortcutFocusReason); });
  connect(table_, &ExchangeTable::currentIdChanged, inspector_, &Inspector::inspect);
  connect(table_, &ExchangeTable::copyRequested, commands_, &ExchangeCommands::copyUrls);
  connect(table_, &ExchangeTable::openRequested, inspector_, &Inspector::focusContent);
  const auto say = [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); };
  connect(commands_, &ExchangeCommands::said, this, say);
  connect(files_, &SessionFiles::said, this, say);
  connect(files_, &SessionFiles::failed, this, say);
  connect(model_, &ExchangeModel::problemChanged, this, [this](const QString& problem) { statusBar()->showMessage(problem); });
  connect(model_, &ExchangeModel::loaded, this, &SessionWindow::showCount);
  connect(model_, &QAbstractItemModel::modelReset, this, &SessionWindow::showCount);
}

void SessionWindow::showCount() {
  const int rows = model_->rowCount();
  count_->setText(rows == 1 ? tr("1 exchange, read only") : tr("%L1 exchanges, read only").arg(rows));
}

}  // namespace sluice::gui
