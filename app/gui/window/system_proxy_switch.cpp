#include "app/gui/window/system_proxy_switch.h"

#include <QAction>
#include <QPointer>
#include <chrono>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/window/actions.h"
#include "platform/system_proxy_hold.h"

namespace sluice::gui {

SystemProxySwitch::SystemProxySwitch(EngineKeeper& keeper, QAction& action, QObject* parent)
    : QObject(parent), keeper_(keeper), action_(action) {
  tools_.setMaxThreadCount(1);
  connect(&action, &QAction::triggered, this, &SystemProxySwitch::turn);
  // Later, when it has settled: an engine that died is stopped for a moment before it is started again.
  connect(&keeper, &EngineKeeper::stateChanged, this, &SystemProxySwitch::engineChanged, Qt::QueuedConnection);
  engineChanged();
}

SystemProxySwitch::~SystemProxySwitch() { tools_.waitForDone(); }

void SystemProxySwitch::turn(bool on) {
  wanted_ = on;
  on ? engineChanged() : release();
}

// An engine that died comes again by itself, usually where it was; one that has stopped leaves nobody to answer.
void SystemProxySwitch::engineChanged() {
  const EngineState state = keeper_.state();
  const QString address = keeper_.proxyAddress();
  const bool nowhere = state == EngineState::Running && address.isEmpty();
  allow(action_, state == EngineState::Running && !nowhere, keeper_.whyNoProxy());
  if (state == EngineState::Stopped || state == EngineState::Failed || state == EngineState::Stopping || nowhere) return release();
  if (!wanted_ || state != EngineState::Running || address == address_) return;
  address_ = address;
  const std::string host = address.section(u':', 0, -2).toStdString();
  const auto port = std::uint16_t(address.section(u':', -1).toUInt());
  tools_.start([this, dataDir = keeper_.dataDir(), host, port] {
    const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
    const auto outcome = platform::holdSystemProxy(dataDir, host, port, now);
    QMetaObject::invokeMethod(this, [this, outcome] { ended(true, outcome); }, Qt::QueuedConnection);
  });
}

void SystemProxySwitch::release() {
  wanted_ = false;
  action_.setChecked(false);
  if (address_.isEmpty()) return;
  address_.clear();
  tools_.start([this, dataDir = keeper_.dataDir()] {
    const auto outcome = platform::releaseSystemProxy(dataDir);
    QMetaObject::invokeMethod(this, [this, outcome] { ended(false, outcome); }, Qt::QueuedConnection);
  });
}

void SystemProxySwitch::ended(bool on, const Result<void>& outcome) {
  if (!outcome) {
    if (on) address_.clear();
    wanted_ = wanted_ && !on;
    action_.setChecked(wanted_);
    return emit said(tr("The system's proxy settings: %1").arg(errorText(outcome.error())));
  }
  emit said(on ? tr("The programs of this system go through Sluice, until it is turned off or Sluice ends")
               : tr("The system's proxy settings are as they were"));
}

void SystemProxySwitch::releaseNow() {
  release();
  tools_.waitForDone();
}

}  // namespace sluice::gui
