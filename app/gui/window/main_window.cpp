#include "app/gui/window/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QMenuBar>
#include <QPushButton>
#include <QStatusBar>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/look/icons.h"
#include "app/gui/preferences/preferences_dialog.h"
#include "app/gui/preferences/shortcuts.h"
#include "app/gui/text/visible_text.h"
#include "app/gui/trust/authority_dialog.h"
#include "app/gui/window/row_menu.h"
#include "app/gui/window/shortcuts_dialog.h"

namespace sluice::gui {
namespace {

constexpr int kStatusMessageMs = 4000;

}  // namespace

MainWindow::MainWindow(Parts parts, QWidget* parent)
    : QMainWindow(parent),
      parts_(parts),
      model_(new ExchangeModel(parts.history, this)),
      actions_(std::make_unique<Actions>(this, *model_)) {
  setWindowTitle(QStringLiteral("Sluice"));
  setWindowIcon(applicationIcon());
  build();
  clients_ = new ClientStarter(parts.keeper, *actions_, *empty_, this);
  buildMenus();
  buildToolBar();
  connectEngine();
  connectTable();
  connectInspector();
  connectSources();
  connectFiles();
  connectSessions();
  connectActions();
  connectCommands();
  makePanes();
  connectThrottle();
  restoreState();
  showEngine();
  updateCounts();
  updateTablePage();
}

MainWindow::~MainWindow() = default;

void MainWindow::open() {
  show();
  table_->setFocus();
  model_->refresh();
  parts_.keeper.start();
}

// --- layout -----------------------------------------------------------------------------------------------------

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
}

// --- connections ------------------------------------------------------------------------------------------------

void MainWindow::connectEngine() {
  EngineKeeper& keeper = parts_.keeper;
  connect(&keeper, &EngineKeeper::stateChanged, this, &MainWindow::showEngine);
  recording_ = new RecordingWatch(keeper, this);
  connect(&keeper, &EngineKeeper::noticeChanged, this, &MainWindow::showNotice);
  connect(recording_, &RecordingWatch::noticeChanged, this, &MainWindow::showNotice);
  // The page draws what is in there when it hears of the same sample.
  connect(&keeper, &EngineKeeper::sampled, this, [this](const control::StatusSample& sample) { throughput_.add(sample); });
  connect(&keeper, &EngineKeeper::sampled, status_, &StatusLine::showSample);
  switches_ = new EngineSwitches(keeper, parts_.settings, *actions_, this);
  systemProxy_ = new SystemProxySwitch(keeper, *actions_->systemProxy, this);
  connect(systemProxy_, &SystemProxySwitch::said, this,
          [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); });
  connect(switches_, &EngineSwitches::said, this, [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); });
  connect(&keeper.link(), &EngineLink::refused, this, [this](const QString& why) { statusBar()->showMessage(why, kStatusMessageMs); });
  connect(connections_, &ConnectionsPage::exchangeChosen, this, [this](ExchangeId id) {
    showPage(Page::Exchanges);
    table_->select(model_->rowOf(id));
  });
  connect(&keeper, &EngineKeeper::changed, model_, &ExchangeModel::refresh);
  connect(&keeper, &EngineKeeper::attached, this, [this] {
    model_->reopen();
    inspector_->reopen();
  });
  connect(&keeper, &EngineKeeper::shutDown, this, &QWidget::close);
  connect(banner_, &Banner::offerTaken, this, &MainWindow::takeOffer);
  connect(banner_, &Banner::dismissed, this, [this] {
    parts_.keeper.notice().text.isEmpty() ? recording_->dismiss() : parts_.keeper.dismissNotice();
  });
  connect(empty_, &EmptyPage::startRequested, &keeper, &EngineKeeper::start);
  connect(empty_, &EmptyPage::trustRequested, actions_->authority, &QAction::trigger);
  connect(clients_, &ClientStarter::said, this, [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); });
  connect(empty_, &EmptyPage::copied, this,
          [this] { statusBar()->showMessage(tr("Command copied"), kStatusMessageMs); });
}

void MainWindow::connectTable() {
  connect(model_, &ExchangeModel::loaded, this, [this] {
    loaded_ = true;
    updateCounts();
    updateTablePage();
  });
  connect(model_, &QAbstractItemModel::rowsInserted, this, [this] {
    updateCounts();
    updateTablePage();
  });
  connect(model_, &QAbstractItemModel::rowsRemoved, this, [this] {
    updateCounts();
    updateTablePage();
  });
  connect(filter_, &FilterField::left, table_, [this] { table_->setFocus(Qt::ShortcutFocusReason); });
  connect(model_, &QAbstractItemModel::modelReset, this, [this] {
    table_->clearChoice();
    updateCounts();
    updateTablePage();
  });
  connect(model_, &ExchangeModel::problemChanged, status_, &StatusLine::showHistoryProblem);
  connect(model_, &ExchangeModel::exchangesChanged, inspector_, &Inspector::noteChanged);
  connect(table_, &ExchangeTable::currentIdChanged, inspector_, &Inspector::inspect);
  connect(table_, &ExchangeTable::selectionCountChanged, this, &MainWindow::updateCounts);
  connect(table_, &ExchangeTable::followingChanged, actions_->follow, &QAction::setChecked);
  connect(table_, &ExchangeTable::copyRequested, commands_, &ExchangeCommands::copyUrls);
  connect(table_, &ExchangeTable::columnsMenuRequested, this, &MainWindow::showColumnsMenu);
  connect(table_, &ExchangeTable::rowMenuRequested, this, &MainWindow::showRowMenu);
}

// What is typed and what is chosen beside it must both hold.
void MainWindow::filterTable() {
  const filter::Node chosen = sources_->chosen();
  const auto isAll = [](const filter::Node& node) { return node.kind == filter::Node::Kind::Everything; };
  const filter::Node wanted = isAll(chosen) ? typed_ : isAll(typed_) ? chosen : filter::Node::both(chosen, typed_);
  const filter::Node session = sessions_->filter();
  model_->setFilter(isAll(session) ? wanted : isAll(wanted) ? session : filter::Node::both(session, wanted));
}

void MainWindow::connectSources() {
  connect(filter_, &FilterField::filterChanged, this, [this](const filter::Node& filter) {
    typed_ = filter;
    filterTable();
  });
  connect(sources_, &SourcesPanel::chosenChanged, this, &MainWindow::filterTable);
  connect(sources_, &SourcesPanel::filterPicked, filter_, &FilterField::setText);
  connect(&parts_.keeper, &EngineKeeper::changed, &sources_->counter(), &SourceCounter::noteChanged);
  connect(&parts_.keeper, &EngineKeeper::attached, &sources_->counter(), &SourceCounter::reopen);
  connect(actions_->keepFilter, &QAction::triggered, this, [this] { sources_->keepFilter(filter_->field().text().trimmed()); });
  connect(&filter_->field(), &QLineEdit::textChanged, actions_->keepFilter,
          [this](const QString& text) { allow(*actions_->keepFilter, !text.trimmed().isEmpty(), tr("Type a filter first")); });
  allow(*actions_->keepFilter, false, tr("Type a filter first"));
  connect(actions_->showSources, &QAction::triggered, sources_, &QWidget::setVisible);
  connect(actions_->focusSources, &QAction::triggered, this, [this] {
    showPage(Page::Exchanges);
    actions_->showSources->setChecked(true);
    sources_->show();
    sources_->setFocus(Qt::ShortcutFocusReason);
  });
}

void MainWindow::connectFiles() {
  const auto dataDir = parts_.keeper.dataDir();
  files_ = new SessionFiles(dataDir, [dataDir] { return store::Reader::open(dataDir); }, *model_, parts_.settings, this);
  connect(actions_->openSession, &QAction::triggered, files_, &SessionFiles::open);
  connect(actions_->saveSession, &QAction::triggered, files_, &SessionFiles::saveAs);
  files_->setEngine(parts_.keeper.link());
  connect(actions_->importHar, &QAction::triggered, files_, &SessionFiles::import);
  connect(actions_->exportHar, &QAction::triggered, files_, &SessionFiles::exportHar);
  connect(files_, &SessionFiles::said, this, [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); });
  connect(files_, &SessionFiles::saved, sources_, &SourcesPanel::keepSession);
  connect(files_, &SessionFiles::opened, sources_, [this](SessionWindow*, const QString& file) { sources_->keepSession(file); });
  connect(sources_, &SourcesPanel::sessionPicked, files_, &SessionFiles::openFile);
  connect(files_, &SessionFiles::failed, this, [this](const QString& problem) {
    openMessage(QMessageBox::Warning, QStringLiteral("Sluice"), problem);
  });
}

// What is done with the chosen exchanges.
void MainWindow::connectCommands() {
  Actions& a = *actions_;
  const auto say = [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); };
  connect(commands_, &ExchangeCommands::said, this, say);
  connect(annotations_, &Annotations::said, this, say);
  connect(hosts_, &HostCommands::said, this, say);
  connect(a.copyUrl, &QAction::triggered, commands_, &ExchangeCommands::copyUrls);
  connect(a.copyCurl, &QAction::triggered, commands_, &ExchangeCommands::copyCurl);
  connect(a.saveBody, &QAction::triggered, commands_, &ExchangeCommands::saveBody);
  connect(a.openUrl, &QAction::triggered, commands_, &ExchangeCommands::openUrl);
  connect(a.comment, &QAction::triggered, annotations_, &Annotations::askForComment);
  connect(annotations_, &Annotations::commented, this, [this] { table_->setColumnShown(Column::Comment, true); });
  for (std::size_t i = 0; i < kMarkNames.size(); ++i) {
    connect(a.marks[qsizetype(i)], &QAction::triggered, annotations_, [this, i] { annotations_->toggle(Mark(i)); });
  }
  connect(a.onlyHost, &QAction::triggered, hosts_, &HostCommands::filterByHosts);
  connect(hosts_, &HostCommands::filterWanted, filter_, &FilterField::narrowBy);
  connect(a.passHost, &QAction::triggered, hosts_, [this] { hosts_->passThrough(true); });
  connect(a.decryptHost, &QAction::triggered, hosts_, [this] { hosts_->passThrough(false); });
  connect(a.throttleHost, &QAction::triggered, hosts_, &HostCommands::throttle);
  connect(hosts_, &HostCommands::throttleWanted, this, [this](const QString& host) {
    throttleDock_->setVisible(true);
    throttleDock_->addHost(host);
  });
}

void MainWindow::connectInspector() {
  connect(table_, &ExchangeTable::openRequested, this, [this] {
    setInspectorShown(true);
    inspector_->focusContent();
  });
}

void MainWindow::connectActions() {
  Actions& a = *actions_;
  EngineKeeper& keeper = parts_.keeper;
  connect(a.engine, &QAction::triggered, this, [&keeper] {
    const bool off = keeper.state() == EngineState::Stopped || keeper.state() == EngineState::Failed;
    off ? keeper.start() : keeper.stop();
  });
  connect(a.restartEngine, &QAction::triggered, &keeper, &EngineKeeper::restart);
  connect(a.preferences, &QAction::triggered, this, &MainWindow::showPreferences);
  connect(a.authority, &QAction::triggered, this, &MainWindow::showAuthority);
  connect(a.quit, &QAction::triggered, this, &QWidget::close);
  connect(a.exchangesPage, &QAction::triggered, this, [this] { showPage(Page::Exchanges); });
  connect(a.connectionsPage, &QAction::triggered, this, [this] { showPage(Page::Connections); });
  connect(a.find, &QAction::triggered, inspector_, &Inspector::openSearch);
  connect(a.clearSelection, &QAction::triggered, table_, &ExchangeTable::clearChoice);
  connect(a.filter, &QAction::triggered, this, [this] {
    showPage(Page::Exchanges);
    filter_->focusField();
  });
  connect(a.follow, &QAction::toggled, table_, &ExchangeTable::setFollowing);
  connect(a.showInspector, &QAction::toggled, this, &MainWindow::setInspectorShown);
  connect(a.inspectorRight, &QAction::toggled, this, &MainWindow::setInspectorPosition);
  connect(a.overviewTab, &QAction::triggered, this, [this] { inspector_->setTab(Inspector::Tab::Overview); });
  connect(a.requestTab, &QAction::triggered, this, [this] { inspector_->setTab(Inspector::Tab::Request); });
  connect(a.responseTab, &QAction::triggered, this, [this] { inspector_->setTab(Inspector::Tab::Response); });
  connect(a.bodyForm, &QAction::triggered, inspector_, &Inspector::toggleBodyForm);
  connect(a.nextExchange, &QAction::triggered, this, [this] { table_->step(1); });
  connect(a.previousExchange, &QAction::triggered, this, [this] { table_->step(-1); });
  connect(a.focusTable, &QAction::triggered, this, [this] { table_->setFocus(Qt::ShortcutFocusReason); });
  connect(a.focusInspector, &QAction::triggered, this, &MainWindow::focusInspector);
  connect(a.nextPane, &QAction::triggered, this, [this] { panes_.move(1); });
  connect(a.previousPane, &QAction::triggered, this, [this] { panes_.move(-1); });
  connect(a.resetColumns, &QAction::triggered, table_, &ExchangeTable::resetColumns);
  connect(a.shortcuts, &QAction::triggered, this, &MainWindow::showShortcuts);
  connect(a.about, &QAction::triggered, this, &MainWindow::showAbout);
  for (int i = 0; i < kColumnCount; ++i) {
    connect(a.columns[i], &QAction::triggered, this, [this, i](bool shown) {
      table_->setColumnShown(Column(i), shown);
      actions_->columns[i]->setChecked(table_->isColumnShown(Column(i)));
    });
  }
  const auto checkColumns = [this] {
    for (int i = 0; i < kColumnCount; ++i) actions_->columns[i]->setChecked(table_->isColumnShown(Column(i)));
  };
  connect(columnsMenu_, &QMenu::aboutToShow, this, checkColumns);
  connect(a.resetColumns, &QAction::triggered, this, checkColumns);
}

void MainWindow::connectThrottle() {
  Actions& a = *actions_;
  connect(throttleState_, &ThrottleState::changed, this, &MainWindow::showThrottle);
  connect(a.throttle, &QAction::triggered, this, [this](bool on) {
    throttleState_->setOn(on);
    showThrottle();
  });
  connect(throttleDock_, &ThrottleDock::said, this,
          [this](const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); });
  connect(a.throttleDock, &QAction::triggered, throttleDock_, &QWidget::setVisible);
  connect(throttleDock_, &QDockWidget::visibilityChanged, this, [this] { actions_->throttleDock->setChecked(!throttleDock_->isHidden()); });
  connect(profileMenu_, &QMenu::aboutToShow, this, [this] {
    fillProfileMenu(*profileMenu_, throttleState_->own(), throttleState_->of({}),
                    [this](const throttle::Profile& profile) { throttleState_->use({}, profile); });
    profileMenu_->addSeparator();
    profileMenu_->addAction(actions_->throttleDock);
  });
  showThrottle();
}

void MainWindow::showThrottle() {
  const bool on = throttleState_->isOn();
  allow(*actions_->throttle, throttleState_->isKnown(), tr("No engine is running"));
  actions_->throttle->setChecked(on);
  const throttle::Profile everything = throttleState_->of({});
  actions_->throttle->setIconText(on ? profileTitle(everything) : tr("Throttle"));
  connections_->chart().setLimits(on ? everything.down.rate.bytesPerSecond : 0, on ? everything.up.rate.bytesPerSecond : 0);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!closing_) {
    saveState();
    systemProxy_->releaseNow();
  }
  closing_ = true;
  if (parts_.keeper.isOwn()) {
    // The engine drains for some seconds; the window is out of the way meanwhile. It closes once more when the engine
    // is gone.
    event->ignore();
    hide();
    parts_.keeper.shutDownOwn();
    return;
  }
  event->accept();
  emit closed();
}

// --- what changes -----------------------------------------------------------------------------------------------

void MainWindow::showEngine() {
  const EngineKeeper& keeper = parts_.keeper;
  const EngineState state = keeper.state();
  const bool off = state == EngineState::Stopped || state == EngineState::Failed;
  actions_->showEngineRunning(!off);
  actions_->engine->setEnabled(state != EngineState::Stopping);
  const QString stopped = tr("No engine is running");
  allow(*actions_->importHar, state == EngineState::Running, stopped);
  allow(*actions_->restartEngine, state == EngineState::Running && !keeper.isAttachOnly(),
        keeper.isAttachOnly() ? tr("The engine belongs to another program") : stopped);
  status_->showEngine(state, keeper.listeners(), keeper.isOwn());
  empty_->showState(state, keeper.listeners(), keeper.proxyAddress());
}

void MainWindow::updateCounts() {
  const int selected = table_->selectedCount();
  status_->showCounts(model_->rowCount(), selected);
  const QString nothingChosen = tr("Choose an exchange in the table first");
  for (QAction* action : {actions_->copyUrl, actions_->copyCurl, actions_->saveBody, actions_->openUrl, actions_->onlyHost,
                          actions_->passHost, actions_->decryptHost, actions_->throttleHost, actions_->comment}) {
    allow(*action, selected > 0, nothingChosen);
  }
  for (QAction* mark : actions_->marks) allow(*mark, selected > 0, nothingChosen);
  for (QAction* action : {actions_->saveSession, actions_->exportHar}) {
    allow(*action, model_->rowCount() > 0, tr("No exchange is shown that could be written"));
  }
  allow(*actions_->clearSelection, selected > 0, nothingChosen);
}

void MainWindow::updateTablePage() {
  // Until the history has been looked at nobody knows whether the table is empty.
  const bool narrowed = model_->filter() != sessions_->filter();
  const bool empty = loaded_ && model_->rowCount() == 0 && !narrowed;
  if (empty == showsEmptyPage()) return;
  const bool hadFocus = tablePages_->isAncestorOf(QApplication::focusWidget());
  tablePages_->setCurrentWidget(empty ? static_cast<QWidget*>(empty_) : table_);
  setInspectorShown(actions_->showInspector->isChecked());
  if (hadFocus && empty) empty_->focusContent();
  if (hadFocus && !empty) table_->setFocus(Qt::OtherFocusReason);
}

// An engine that does not run is worse news than one that does not record.
void MainWindow::showNotice() {
  const EngineNotice& notice = parts_.keeper.notice();
  banner_->setNotice(notice.text.isEmpty() ? recording_->notice() : notice);
}

void MainWindow::takeOffer(EngineNotice::Offer offer) {
  switch (offer) {
    case EngineNotice::Offer::Nothing: return;
    case EngineNotice::Offer::Start: return parts_.keeper.start();
    case EngineNotice::Offer::StartOnFreePort: return parts_.keeper.startOnFreePort();
    case EngineNotice::Offer::ShowPreferences: return actions_->preferences->trigger();
    case EngineNotice::Offer::ShowFolder: {
      const QString folder = QString::fromStdU16String(parts_.keeper.dataDir().u16string());
      if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder))) statusBar()->showMessage(folder);
      return;
    }
  }
}

void MainWindow::showPage(Page page) {
  mainPages_->setCurrentIndex(int(page));
  actions_->exchangesPage->setChecked(page == Page::Exchanges);
  actions_->connectionsPage->setChecked(page == Page::Connections);
  (page == Page::Exchanges ? static_cast<QWidget*>(table_) : &connections_->table())->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::focusInspector() {
  showPage(Page::Exchanges);
  setInspectorShown(true);
  inspector_->focusContent();
}

void MainWindow::showRowMenu(const QPoint& at) { rowMenu_->popup(at); }

void MainWindow::showColumnsMenu(const QPoint& at) { columnsMenu_->popup(at); }

void MainWindow::showShortcuts() {
  auto* dialog = new ShortcutsDialog(QWidget::actions(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::showAuthority() {
  auto* dialog = new AuthorityDialog(parts_.keeper.dataDir(), this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->open();
}

void MainWindow::showPreferences() {
  auto* dialog =
      new PreferencesDialog({parts_.settings, parts_.keeper, *actions_->intercept, QWidget::actions(), menuBar()->actions()}, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &PreferencesDialog::schemeChanged, this, &MainWindow::schemeChosen);
  connect(dialog, &PreferencesDialog::densityChanged, this, [this] { table_->setDensity(densityOf(parts_.settings)); });
  dialog->open();
}

void MainWindow::showAbout() {
  const QString text =
      tr("Sluice %1\n\nA debugging proxy for developers' own machines.\nMIT licence.").arg(QCoreApplication::applicationVersion());
  openMessage(QMessageBox::NoIcon, tr("About Sluice"), text).setIconPixmap(applicationIcon().pixmap(QSize(64, 64), devicePixelRatioF()));
}

QMessageBox& MainWindow::openMessage(QMessageBox::Icon icon, const QString& title, const QString& text) {
  auto* box = new QMessageBox(icon, title, text, QMessageBox::Close, this);
  box->button(QMessageBox::Close)->setText(tr("Close"));
  box->setTextFormat(Qt::PlainText);
  box->setAccessibleName(title);
  box->setAccessibleDescription(text);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
  return *box;
}

}  // namespace sluice::gui
