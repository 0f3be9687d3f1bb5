// Sorting without a mouse: a menu with every column that can be sorted by, the order of arrival, and the other way round. Shows how the
// table is sorted now. GUI thread.
#pragma once

#include <QMenu>

#include "app/gui/exchanges/exchange_table.h"
#include "app/gui/window/actions.h"

namespace sluice::gui {

class SortMenu : public QMenu {
  Q_OBJECT
 public:
  // Both outlive it.
  SortMenu(ExchangeTable& table, Actions& actions, QWidget* parent);

 private:
  void showOrder();

  ExchangeTable& table_;
  Actions& actions_;
};

}  // namespace sluice::gui
