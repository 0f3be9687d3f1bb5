// The messages of a WebSocket: a list that grows as they pass, and the whole of the one that is chosen. Reads on the
// inspector's history thread, a page at a time. GUI thread.
#pragma once

#include <QTableView>
#include <QWidget>

#include "app/gui/history/history.h"
#include "app/gui/inspector/socket_model.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {

class SocketPage : public QWidget {
  Q_OBJECT
 public:
  explicit SocketPage(History& history, QWidget* parent = nullptr);

  // Shows the messages of this exchange, or those that have come since.
  void follow(ExchangeId id, WallTime startedAt);
  void clear();

  SocketModel& model() { return *model_; }
  QTableView& table() { return *table_; }
  TextView& payload() { return *payload_; }

 signals:
  // There is something to be seen.
  void messagesCame();

 private:
  void load();
  void showPayload(int row);

  History& history_;
  SocketModel* model_;
  QTableView* table_;
  TextView* payload_;
  ExchangeId id_;
  unsigned generation_ = 0;  // answers for an exchange that is no longer shown are dropped
  bool loading_ = false;
  bool again_ = false;  // more came while a page was being read
};

}  // namespace sluice::gui
