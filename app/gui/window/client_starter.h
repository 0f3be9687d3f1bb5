// Browsers and terminals of this machine, started so that they go through the proxy: from the menu, by key, and from the empty page. GUI
// thread.
#pragma once

#include <QMenu>
#include <QObject>
#include <vector>

#include "app/gui/browser/browser.h"
#include "app/gui/engine/engine_keeper.h"
#include "app/gui/window/actions.h"
#include "app/gui/window/empty_page.h"
#include "platform/terminal.h"

namespace sluice::gui {

class ClientStarter : public QObject {
  Q_OBJECT
 public:
  // Owned by `window`. All outlive it.
  ClientStarter(EngineKeeper& keeper, Actions& actions, EmptyPage& page, QWidget* window);

  // Every one that is installed, by name.
  QMenu& menu() { return *menu_; }

  // What the last one that was started said of itself, or why it does not run. An empty text: nothing, or the user has read it.
  const EngineNotice& notice() const { return notice_; }
  void dismiss() { show({}); }

 signals:
  void said(const QString& message);  // for the status bar
  void noticeChanged();

 private:
  void start(const Browser& browser);
  void start(const platform::Terminal& terminal);
  void showState();
  void show(EngineNotice notice);

  EngineKeeper& keeper_;
  Actions& actions_;
  const std::vector<Browser> browsers_;
  const std::vector<platform::Terminal> terminals_;
  QMenu* menu_;
  EngineNotice notice_;
};

}  // namespace sluice::gui
