// The messages of a WebSocket: a list that grows as they pass, and the whole of the one that is chosen, with a search in all of
// them. Reads on the
// inspector's history thread, a page at a time. GUI thread.
#pragma once

#include <QTableView>
#include <QWidget>

#include "app/gui/history/history.h"
#include "app/gui/inspector/payload_pane.h"
#include "app/gui/inspector/socket_find_bar.h"
#include "app/gui/inspector/socket_model.h"

namespace sluice::gui {

class SocketPage : public QWidget {
  Q_OBJECT
 public:
  explicit SocketPage(History& history, QWidget* parent = nullptr);

  // Shows the messages of this exchange, or those that have come since.
  void follow(ExchangeId id, WallTime startedAt);
  void clear();
  // Looks for a text in all of them.
  void openSearch() { finder_->open(); }

  SocketModel& model() { return *model_; }
  QTableView& table() { return *table_; }
  TextView& payload() { return payload_->view(); }
  SocketFindBar& finder() { return *finder_; }

 signals:
  // There is something to be seen.
  void messagesCame();

 private:
  void load();
  void take(std::vector<store::MessageRow> messages);
  void select(std::int64_t message);
  void showPayload(int row);
  void showProblem(const Error& error);

  History& history_;
  SocketModel* model_;
  QTableView* table_;
  PayloadPane* payload_;
  SocketFindBar* finder_;
  std::int64_t wanted_ = 0;  // to be chosen once it is listed; 0: none
  ExchangeId id_;
  unsigned generation_ = 0;  // answers for an exchange that is no longer shown are dropped
  bool loading_ = false;
  bool again_ = false;  // more came while a page was being read
};

}  // namespace sluice::gui
