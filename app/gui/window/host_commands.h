// What can be done with the hosts of the chosen exchanges: shown alone, passed through undecrypted, slowed down. Reads on the
// history's thread. GUI thread.
//
// Limits: kHostsMax hosts at once; more are many decisions, not one.
#pragma once

#include <QObject>
#include <functional>
#include <string>
#include <vector>

#include "app/gui/engine/engine_keeper.h"
#include "app/gui/exchanges/exchange_table.h"
#include "app/gui/history/history.h"

namespace sluice::gui {

class HostCommands : public QObject {
  Q_OBJECT
 public:
  HostCommands(History& history, EngineKeeper& keeper, ExchangeTable& table, QWidget* window);

  static constexpr std::size_t kHostsMax = 20;

  // filterWanted() follows.
  void filterByHosts();
  void passThrough(bool passes);
  // throttleWanted() follows for each of them.
  void throttle();

 signals:
  void said(const QString& message);  // for the status bar
  void filterWanted(const QString& filter);
  void throttleWanted(const QString& host);

 private:
  // As the client's TLS or its URL named it, or as it was connected to.
  enum class Name { Shown, Connected };
  void withHosts(Name name, std::function<void(const std::vector<std::string>&)> use);

  History& history_;
  EngineKeeper& keeper_;
  ExchangeTable& table_;
};

}  // namespace sluice::gui
