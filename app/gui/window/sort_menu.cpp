#include "app/gui/window/sort_menu.h"

#include <QHeaderView>

namespace sluice::gui {

SortMenu::SortMenu(ExchangeTable& table, Actions& actions, QWidget* parent)
    : QMenu(tr("&Sort by"), parent), table_(table), actions_(actions) {
  addAction(actions.sortArrival);
  addSeparator();
  for (const auto& [column, action] : actions.sortColumns) {
    addAction(action);
    connect(action, &QAction::triggered, this, [this, by = column] {
      const bool descending = table_.sortedBy() && actions_.sortDescending->isChecked();
      table_.sort(by, descending ? Qt::DescendingOrder : Qt::AscendingOrder);
      showOrder();
    });
  }
  addSeparator();
  addAction(actions.sortDescending);
  connect(actions.sortArrival, &QAction::triggered, this, [this] {
    table_.sort(std::nullopt, Qt::AscendingOrder);
    showOrder();
  });
  connect(actions.sortDescending, &QAction::triggered, this, [this](bool descending) {
    table_.sort(table_.sortedBy(), descending ? Qt::DescendingOrder : Qt::AscendingOrder);
  });
  connect(table.horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, &SortMenu::showOrder);
  showOrder();
}

void SortMenu::showOrder() {
  const auto by = table_.sortedBy();
  actions_.sortArrival->setChecked(!by);
  for (const auto& [column, action] : actions_.sortColumns) action->setChecked(by == column);
  actions_.sortDescending->setEnabled(by.has_value());
  actions_.sortDescending->setChecked(by && table_.horizontalHeader()->sortIndicatorOrder() == Qt::DescendingOrder);
}

}  // namespace sluice::gui
