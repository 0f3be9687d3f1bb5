#include "app/gui/session/session_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QStatusBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/preferences/preferences.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

constexpr int kStatusMessageMs = 4000;
constexpr int kOffset = 24;  // between two windows
constexpr auto kGeometryKey = "session/geometry", kColumnsKey = "session/columns", kRightKey = "session/inspectorRight",
               kSplitKey = "session/split", kTabKey = "session/tab";
constexpr int kTableShare = 55;  // of a hundred, the rest is the inspector's

}  // namespace

SessionWindow::SessionWindow(const QString& file, History::Opener opener, std::shared_ptr<void> keeps, const QSettings& settings)
    : keeps_(std::move(keeps)),
      settings_(settings.fileName(), settings.format()),
      tableHistory_(std::make_unique<History>(opener, QStringLiteral("session-table"))),
      inspectorHistory_(std::make_unique<History>(opener, QStringLiteral("session-inspector"))),
      model_(new ExchangeModel(*tableHistory_, this)),
      files_(new SessionFiles({}, opener, *model_, settings_, this)) {
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
  splitter_ = new QSplitter(Qt::Vertical, this);
  splitter_->setHandleWidth(1);
  splitter_->setChildrenCollapsible(false);
  splitter_->addWidget(exchanges);
  splitter_->addWidget(inspector_);
  splitter_->setStretchFactor(0, kTableShare);
  splitter_->setStretchFactor(1, 100 - kTableShare);
  setCentralWidget(splitter_);
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
  QMenu* view = menuBar()->addMenu(tr("&View"));
  inspectorRight_ = add(view, tr("Inspector on the &right"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_I),
                        tr("Put the inspector beside the table instead of below it"), [this](bool right) { placeInspector(right); });
  inspectorRight_->setCheckable(true);
  view->addMenu(columnsMenu_ = makeColumnsMenu());
  connect(table_, &ExchangeTable::columnsMenuRequested, this, [this](const QPoint& at) { columnsMenu_->popup(at); });
  connect(table_, &ExchangeTable::rowMenuRequested, this, [edit](const QPoint& at) { edit->popup(at); });
}

QMenu* SessionWindow::makeColumnsMenu() {
  auto* menu = new QMenu(tr("&Columns"), this);
  menu->setIcon(icon(Glyph::Columns));
  for (int i = 0; i < kColumnCount; ++i) {
    const QString name = model_->headerData(i, Qt::Horizontal, Qt::DisplayRole).toString();
    QAction* action = menu->addAction(name, this, [this, i](bool shown) { table_->setColumnShown(Column(i), shown); });
    action->setCheckable(true);
    action->setStatusTip(tr("Show or hide the column %1").arg(name));
    connect(menu, &QMenu::aboutToShow, action, [this, action, i] { action->setChecked(table_->isColumnShown(Column(i))); });
  }
  menu->addSeparator();
  QAction* usual = menu->addAction(tr("&Usual columns"), this, [this] { table_->resetColumns(); });
  usual->setStatusTip(tr("Show the usual columns in their usual order and width"));
  return menu;
}

void SessionWindow::placeInspector(bool right) {
  splitter_->setOrientation(right ? Qt::Horizontal : Qt::Vertical);
  splitter_->setSizes({kTableShare * 10, (100 - kTableShare) * 10});
}

void SessionWindow::restoreState(QSize usual) {
  if (!restoreGeometry(settings_.value(kGeometryKey).toByteArray())) resize(usual);
  // Not exactly over one that is there already.
  for (const QWidget* other : QApplication::topLevelWidgets()) {
    const bool session = other != this && other->isVisible() && other->inherits("sluice::gui::SessionWindow");
    if (session && other->geometry().topLeft() == geometry().topLeft()) setGeometry(geometry().translated(kOffset, kOffset));
  }
  // A session has the columns of the main window until it is given others.
  const QByteArray columns = settings_.value(kColumnsKey, settings_.value(QStringLiteral("table/columns"))).toByteArray();
  table_->restoreColumnsState(columns);
  table_->setDensity(densityOf(settings_));
  inspectorRight_->setChecked(settings_.value(kRightKey, false).toBool());
  placeInspector(inspectorRight_->isChecked());
  splitter_->restoreState(settings_.value(kSplitKey).toByteArray());
  splitter_->setOrientation(inspectorRight_->isChecked() ? Qt::Horizontal : Qt::Vertical);
  inspector_->setTab(Inspector::Tab(std::clamp(settings_.value(kTabKey).toInt(), 0, 2)));
}

void SessionWindow::closeEvent(QCloseEvent* event) {
  settings_.setValue(kGeometryKey, saveGeometry());
  settings_.setValue(kColumnsKey, table_->columnsState());
  settings_.setValue(kRightKey, inspectorRight_->isChecked());
  settings_.setValue(kSplitKey, splitter_->saveState());
  settings_.setValue(kTabKey, int(inspector_->tab()));
  QMainWindow::closeEvent(event);
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
