// What the window is made of: its views and how they lie, its menus and its tool bar.
#include <QMenuBar>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/look/icons.h"
#include "app/gui/window/main_window.h"
#include "app/gui/window/row_menu.h"

namespace sluice::gui {

void MainWindow::build() {
  table_ = new ExchangeTable(*model_, this);
  empty_ = new EmptyPage(this);
  tablePages_ = new QStackedWidget(this);
  tablePages_->addWidget(table_);
  tablePages_->addWidget(empty_);
  commands_ = new ExchangeCommands(parts_.history, *table_, this);
  annotations_ = new Annotations(parts_.keeper, *model_, *table_, this);
  hosts_ = new HostCommands(parts_.history, parts_.keeper, *table_, this);
  inspector_ = new Inspector(parts_.inspectorHistory, this);
  filter_ = new FilterField(this);
  auto* exchanges = new QWidget(this);
  auto* column = new QVBoxLayout(exchanges);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(filter_);
  column->addWidget(tablePages_, 1);

  splitter_ = new QSplitter(this);
  splitter_->setHandleWidth(1);
  splitter_->setChildrenCollapsible(false);
  splitter_->addWidget(exchanges);
  splitter_->addWidget(inspector_);
  splitter_->setStretchFactor(0, kTableShare);
  splitter_->setStretchFactor(1, 100 - kTableShare);

  banner_ = new Banner(this);
  auto* content = new QWidget(this);
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  connections_ = new ConnectionsPage(parts_.keeper, throughput_, this);
  mainPages_ = new QStackedWidget(this);
  sources_ = new SourcesPanel(parts_.sourcesHistory, this);
  sourcesSplitter_ = new QSplitter(this);
  sourcesSplitter_->setHandleWidth(1);
  sourcesSplitter_->addWidget(sources_);
  sourcesSplitter_->addWidget(splitter_);
  sourcesSplitter_->setStretchFactor(1, 1);
  sourcesSplitter_->setCollapsible(1, false);
  mainPages_->addWidget(sourcesSplitter_);
  mainPages_->addWidget(connections_);
  layout->addWidget(banner_);
  layout->addWidget(mainPages_, 1);
  setCentralWidget(content);
  status_ = new StatusLine(*statusBar());
  throttleState_ = new ThrottleState(parts_.keeper, parts_.settings, this);
  throttleDock_ = new ThrottleDock(*throttleState_, this);
  addDockWidget(Qt::RightDockWidgetArea, throttleDock_);
  throttleDock_->hide();
}

void MainWindow::buildMenus() {
  Actions& a = *actions_;
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(a.newSession);
  sessionsMenu_ = file->addMenu(tr("&Earlier sessions"));
  file->addSeparator();
  file->addActions({a.openSession, a.saveSession, a.importHar, a.exportHar});
  file->addSeparator();
  file->addActions({a.preferences, a.quit});

  QMenu* engine = menuBar()->addMenu(tr("En&gine"));
  engine->addActions({a.record, a.intercept, a.systemProxy, a.clearHistory});
  engine->addSeparator();
  engine->addActions({a.openBrowser, a.openTerminal});
  engine->addMenu(&clients_->menu());
  engine->addAction(a.authority);
  engine->addSeparator();
  engine->addActions({a.engine, a.restartEngine});

  QMenu* edit = menuBar()->addMenu(tr("&Edit"));
  edit->addActions({a.filter, a.keepFilter, a.find, a.onlyHost, a.passHost, a.decryptHost, a.throttleHost});
  edit->addSeparator();
  QMenu* mark = edit->addMenu(tr("&Mark"));
  mark->addActions(a.marks);
  edit->addAction(a.comment);
  edit->addSeparator();
  edit->addActions({a.copyUrl, a.copyCurl, a.saveBody, a.openUrl});
  edit->addSeparator();
  edit->addAction(a.clearSelection);

  QMenu* view = menuBar()->addMenu(tr("&View"));
  view->addActions({a.exchangesPage, a.connectionsPage});
  view->addSeparator();
  view->addActions({a.throttle, a.throttleDock});
  view->addSeparator();
  view->addActions({a.showSources, a.follow, a.showInspector, a.inspectorRight, a.bodyForm});
  view->addSeparator();
  view->addMenu(new SortMenu(*table_, a, view));
  columnsMenu_ = view->addMenu(icon(Glyph::Columns), tr("&Columns"));
  columnsMenu_->addActions(a.columns);
  columnsMenu_->addSeparator();
  columnsMenu_->addAction(a.resetColumns);

  QMenu* go = menuBar()->addMenu(tr("&Go"));
  go->addActions({a.nextExchange, a.previousExchange});
  go->addSeparator();
  go->addActions({a.nextPane, a.previousPane});
  go->addSeparator();
  go->addActions({a.focusSources, a.focusTable, a.focusInspector});
  go->addSeparator();
  go->addActions({a.overviewTab, a.requestTab, a.responseTab});

  rowMenu_ = new QMenu(this);
  fillRowMenu(*rowMenu_, *mark, a);

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addActions({a.shortcuts, a.about});
}

void MainWindow::buildToolBar() {
  Actions& a = *actions_;
  QToolBar* bar = addToolBar(tr("Actions"));
  bar->setObjectName(QStringLiteral("actions"));
  bar->setMovable(false);
  bar->setContextMenuPolicy(Qt::PreventContextMenu);
  bar->setIconSize(QSize(16, 16));
  bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  bar->addActions({a.exchangesPage, a.connectionsPage});
  bar->addSeparator();
  bar->addActions({a.record, a.clearHistory, a.follow});
  bar->addSeparator();
  bar->addActions({a.intercept, a.systemProxy, a.throttle});
  if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(a.throttle))) {
    button->setPopupMode(QToolButton::MenuButtonPopup);
    button->setMenu(profileMenu_ = new QMenu(button));
  }
  auto* space = new QWidget(bar);
  space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(space);
  bar->addAction(a.engine);
  bar->addSeparator();
  bar->addActions({a.showSources, a.throttleDock, a.showInspector, a.inspectorRight});
  for (QAction* iconOnly : {a.follow, a.showSources, a.throttleDock, a.showInspector, a.inspectorRight}) {
    if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(iconOnly))) {
      button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    }
  }
  // Behind it is what a narrow window has no room for. The style's own sign is black in the dark too.
  if (auto* more = bar->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"))) {
    more->setIcon(icon(Glyph::Down));
    more->setAccessibleName(tr("More actions"));
  }
}

}  // namespace sluice::gui
