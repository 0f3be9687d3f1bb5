#include "app/gui/window/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QMenuBar>
#include <QPushButton>
#include <QStatusBar>
#include <QUrl>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/preferences/preferences_dialog.h"
#include "app/gui/trust/authority_dialog.h"
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

void MainWindow::showThrottle() {
  const bool on = throttleState_->isOn();
  allow(*actions_->throttle, throttleState_->isKnown(), tr("No engine is running"));
  actions_->throttle->setChecked(on);
  const throttle::Profile everything = throttleState_->of({});
  actions_->throttle->setIconText(on ? profileTitle(everything) : tr("Throttle"));
  connections_->chart().setLimits(on ? everything.down.rate.bytesPerSecond : 0, on ? everything.up.rate.bytesPerSecond : 0);
}

// What is typed and what is chosen beside it must both hold.
void MainWindow::filterTable() {
  const filter::Node chosen = sources_->chosen();
  const auto isAll = [](const filter::Node& node) { return node.kind == filter::Node::Kind::Everything; };
  const filter::Node wanted = isAll(chosen) ? typed_ : isAll(typed_) ? chosen : filter::Node::both(chosen, typed_);
  const filter::Node session = sessions_->filter();
  model_->setFilter(isAll(session) ? wanted : isAll(wanted) ? session : filter::Node::both(session, wanted));
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

void MainWindow::say(const QString& message) { statusBar()->showMessage(message, kStatusMessageMs); }

// An engine that does not run is worse news than one that does not record, and that than a browser that did not start.
void MainWindow::showNotice() {
  const EngineNotice& engine = parts_.keeper.notice();
  const EngineNotice& recording = recording_->notice();
  banner_->setNotice(!engine.text.isEmpty() ? engine : !recording.text.isEmpty() ? recording : clients_->notice());
}

void MainWindow::dismissNotice() {
  if (!parts_.keeper.notice().text.isEmpty()) return parts_.keeper.dismissNotice();
  !recording_->notice().text.isEmpty() ? recording_->dismiss() : clients_->dismiss();
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
  nameCloseButton(*static_cast<QPushButton*>(box->button(QMessageBox::Close)));
  box->setTextFormat(Qt::PlainText);
  box->setAccessibleName(title);
  box->setAccessibleDescription(text);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
  return *box;
}

}  // namespace sluice::gui
