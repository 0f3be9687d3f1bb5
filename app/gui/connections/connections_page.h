// The live view: throughput above, every open connection below. Asks the engine once a second while it is on view, and
// not at all while it is not. GUI thread.
#pragma once

#include <QButtonGroup>
#include <QElapsedTimer>
#include <QLabel>
#include <QSettings>
#include <QTableView>
#include <QTimer>
#include <map>

#include "app/gui/connections/connection_model.h"
#include "app/gui/connections/throughput_chart.h"
#include "app/gui/engine/engine_keeper.h"
#include "app/gui/throttle/knob.h"

namespace sluice::gui {

class ConnectionsPage : public QWidget {
  Q_OBJECT
 public:
  ConnectionsPage(EngineKeeper& keeper, const Throughput& throughput, QWidget* parent = nullptr);

  ConnectionModel& model() { return *model_; }
  QTableView& table() { return *table_; }
  ThroughputChart& chart() { return *chart_; }
  void setZoom(ThroughputChart::Zoom zoom);
  void closeSelected();
  // Of the chosen connections, while there are any.
  Knob& limit() { return *limit_; }
  void saveState(QSettings& settings) const;
  void restoreState(const QSettings& settings);

 signals:
  void exchangeChosen(sluice::ExchangeId exchange);  // the one that runs on a connection

 protected:
  void showEvent(QShowEvent*) override;
  void hideEvent(QHideEvent*) override;

 private:
  QWidget* makeBar();
  void makeTable();
  void poll();
  void take(const control::ConnectionsReply& reply);
  void updateState();
  void showMenu(const QPoint& at);
  QWidget* makeLimit();
  void showLimit();
  void wantLimit(const std::vector<ConnectionId>& connections, double bytesPerSecond);
  void sendLimit();
  std::vector<ConnectionId> selected() const;

  EngineKeeper& keeper_;
  const Throughput& throughput_;
  ThroughputChart* chart_;
  QButtonGroup* zooms_;
  ConnectionModel* model_;
  QTableView* table_;
  QLabel* count_;
  QLabel* empty_;
  QAction* close_;
  QWidget* limitBar_;
  Knob* limit_;
  QTimer limitTimer_;  // a slider moves many times a second
  std::map<ConnectionId, std::string> limits_;  // what is to be sent then: profiles
  QTimer timer_;
  QElapsedTimer clock_;
};

}  // namespace sluice::gui
