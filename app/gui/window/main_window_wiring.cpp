// Who hears of what: the parts of the window tied to each other, to the engine and to the actions.
#include "app/gui/window/main_window.h"

namespace sluice::gui {

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
  connect(systemProxy_, &SystemProxySwitch::said, this, &MainWindow::say);
  connect(switches_, &EngineSwitches::said, this, &MainWindow::say);
  connect(&keeper.link(), &EngineLink::refused, this, &MainWindow::say);
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
  connect(banner_, &Banner::dismissed, this, &MainWindow::dismissNotice);
  connect(empty_, &EmptyPage::startRequested, &keeper, &EngineKeeper::start);
  connect(empty_, &EmptyPage::trustRequested, actions_->authority, &QAction::trigger);
  connect(clients_, &ClientStarter::said, this, &MainWindow::say);
  connect(clients_, &ClientStarter::noticeChanged, this, &MainWindow::showNotice);
  connect(empty_, &EmptyPage::copied, this, [this] { say(tr("Command copied")); });
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
  connect(files_, &SessionFiles::said, this, &MainWindow::say);
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
  connect(commands_, &ExchangeCommands::said, this, &MainWindow::say);
  connect(annotations_, &Annotations::said, this, &MainWindow::say);
  connect(hosts_, &HostCommands::said, this, &MainWindow::say);
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
  connect(throttleDock_, &ThrottleDock::said, this, &MainWindow::say);
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

}  // namespace sluice::gui
