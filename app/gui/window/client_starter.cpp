#include "app/gui/window/client_starter.h"

#include "app/gui/browser/proxy_shell.h"
#include "app/gui/look/icons.h"

namespace sluice::gui {

ClientStarter::ClientStarter(EngineKeeper& keeper, Actions& actions, EmptyPage& page, QWidget* window)
    : QObject(window),
      keeper_(keeper),
      actions_(actions),
      browsers_(installedBrowsers()),
      terminals_(platform::installedTerminals()),
      menu_(new QMenu(tr("Open &with"), window)) {
  for (const Browser& browser : browsers_) {
    QAction* action = menu_->addAction(browser.name, this, [this, browser] { start(browser); });
    action->setStatusTip(actions.openBrowser->statusTip());
  }
  menu_->addSeparator();
  for (const auto& terminal : terminals_) {
    QAction* action = menu_->addAction(QString::fromStdString(terminal.name), this, [this, terminal] { start(terminal); });
    action->setStatusTip(actions.openTerminal->statusTip());
  }
  connect(&page, &EmptyPage::browserRequested, this, [this](const Browser& browser) { start(browser); });
  connect(&page, &EmptyPage::terminalRequested, this, [this](const platform::Terminal& terminal) { start(terminal); });
  connect(actions.openBrowser, &QAction::triggered, this, [this] { start(browsers_.front()); });
  connect(actions.openTerminal, &QAction::triggered, this, [this] { start(terminals_.front()); });
  connect(&keeper, &EngineKeeper::stateChanged, this, &ClientStarter::showState);
  showState();
}

void ClientStarter::showState() {
  const bool running = keeper_.state() == EngineState::Running && !keeper_.proxyAddress().isEmpty();
  const QString noProxy = keeper_.whyNoProxy();
  allow(*actions_.openBrowser, running && !browsers_.empty(), browsers_.empty() ? tr("No browser was found on this system") : noProxy);
  allow(*actions_.openTerminal, running && !terminals_.empty(), terminals_.empty() ? tr("No terminal was found on this system") : noProxy);
  menu_->setEnabled(running && !menu_->isEmpty());
}

void ClientStarter::show(EngineNotice notice) {
  if (notice == notice_) return;
  notice_ = std::move(notice);
  emit noticeChanged();
}

void ClientStarter::start(const Browser& browser) {
  dismiss();
  const auto failed = [this](const QString& what, const QString& lastLine) { show({EngineNotice::Level::Warning, what, lastLine}); };
  const auto word = startBrowser(browser, keeper_.dataDir(), keeper_.proxyAddress(), this, failed);
  if (word) return show({EngineNotice::Level::Info, *word, {}});
  emit said(tr("%1 is starting").arg(browser.name));
}

void ClientStarter::start(const platform::Terminal& terminal) {
  dismiss();
  const QString name = QString::fromStdString(terminal.name);
  startTerminal(terminal, keeper_.dataDir(), keeper_.proxyAddress(), this, [this, name](const QString& problem) {
    if (!problem.isEmpty()) return show({EngineNotice::Level::Warning, problem, {}});
    emit said(tr("%1 is starting").arg(name));
  });
}

}  // namespace sluice::gui
