// Whether the programs of this desktop go through Sluice. What was set before is set again when it is turned off, when the engine
// ends and when the window closes; after a crash of this program, the engine does it (platform/system_proxy_hold.h). Not
// remembered: nobody should find the machine's settings changed without having asked. GUI thread; the system's tools run on another.
#pragma once

#include <QObject>
#include <QThreadPool>

#include "app/gui/engine/engine_keeper.h"

class QAction;

namespace sluice::gui {

class SystemProxySwitch : public QObject {
  Q_OBJECT
 public:
  // All outlive it.
  SystemProxySwitch(EngineKeeper& keeper, QAction& action, QObject* parent);
  ~SystemProxySwitch() override;

  // Waits until all is as it was: for the end of the program.
  void releaseNow();

 signals:
  void said(const QString& message);  // for the status bar

 private:
  void turn(bool on);
  void engineChanged();
  void release();
  void ended(bool on, const Result<void>& outcome);

  EngineKeeper& keeper_;
  QAction& action_;
  QThreadPool tools_;  // one thread: what is asked later happens later
  bool wanted_ = false;
  QString address_;  // at which they are held
};

}  // namespace sluice::gui
