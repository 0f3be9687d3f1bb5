// The switches of the engine in the tool bar: recording, interception, and clearing the history. Shows what the engine says,
// and remembers what the user chose for the engine of our own that starts next. GUI thread.
#pragma once

#include <QObject>
#include <QSettings>

#include "app/gui/engine/engine_keeper.h"
#include "app/gui/window/actions.h"

namespace sluice::gui {

class EngineSwitches : public QObject {
  Q_OBJECT
 public:
  // Owned by `window`. All outlive it.
  EngineSwitches(EngineKeeper& keeper, QSettings& settings, Actions& actions, QWidget* window);

 signals:
  void said(const QString& message);  // for the status bar
  void historyCleared();              // the engine has done it

 private:
  void turn(control::SwitchKind what, bool on);
  void clearHistory();
  void showState();
  void showSample(const control::StatusSample& sample);

  EngineKeeper& keeper_;
  QSettings& settings_;
  Actions& actions_;
};

}  // namespace sluice::gui
