#include "app/gui/window/engine_switches.h"

#include <QPointer>

#include "app/gui/look/icons.h"

namespace sluice::gui {
namespace {

constexpr auto kRecordingKey = "engine/recording";
constexpr auto kInterceptionKey = "engine/interception";

}  // namespace

EngineSwitches::EngineSwitches(EngineKeeper& keeper, QSettings& settings, Actions& actions, QWidget* window)
    : QObject(window), keeper_(keeper), settings_(settings), actions_(actions) {
  actions.record->setChecked(settings.value(QLatin1String(kRecordingKey), true).toBool());
  actions.intercept->setChecked(settings.value(QLatin1String(kInterceptionKey), true).toBool());
  keeper.setSwitches({actions.record->isChecked(), actions.intercept->isChecked()});
  connect(actions.record, &QAction::triggered, this, [this](bool on) { turn(control::SwitchKind::Recording, on); });
  connect(actions.intercept, &QAction::triggered, this, [this](bool on) { turn(control::SwitchKind::Interception, on); });
  connect(actions.clearHistory, &QAction::triggered, this, &EngineSwitches::clearHistory);
  connect(&keeper, &EngineKeeper::stateChanged, this, &EngineSwitches::showState);
  connect(&keeper, &EngineKeeper::sampled, this, &EngineSwitches::showSample);
  showState();
}

void EngineSwitches::turn(control::SwitchKind what, bool on) {
  const bool recording = what == control::SwitchKind::Recording;
  settings_.setValue(QLatin1String(recording ? kRecordingKey : kInterceptionKey), on);
  keeper_.setSwitches({actions_.record->isChecked(), actions_.intercept->isChecked()});
  if (!keeper_.link().isAttached()) return;
  keeper_.link().setSwitch(what, on);
  if (recording) {
    emit said(on ? tr("Exchanges that begin from now on are recorded") : tr("Traffic passes on, but what begins now is not recorded"));
  } else {
    emit said(on ? tr("https is decrypted from the next connection on")
                 : tr("https passes through undecrypted from the next connection on"));
  }
}

void EngineSwitches::clearHistory() {
  if (!keeper_.link().isAttached()) return;
  keeper_.link().clearHistory([self = QPointer(this)] {
    if (!self) return;
    emit self->said(tr("History cleared"));
    emit self->historyCleared();
  });
}

// What only an engine can do is offered while there is one.
void EngineSwitches::showState() {
  const bool running = keeper_.state() == EngineState::Running;
  for (QAction* action : {actions_.record, actions_.intercept, actions_.clearHistory}) allow(*action, running, tr("No engine is running"));
}

void EngineSwitches::showSample(const control::StatusSample& sample) {
  actions_.record->setChecked(sample.capture != control::CaptureState::Off);
  actions_.intercept->setChecked(sample.intercepting);
}

}  // namespace sluice::gui
