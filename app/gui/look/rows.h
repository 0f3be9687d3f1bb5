// What the lists and tables of the window have in common: quiet rows without a grid, chosen ones in a soft colour, text that begins where
// the text of the header does. GUI thread.
#pragma once

#include <QStyledItemDelegate>
#include <QTableView>

namespace sluice::gui {

// Rows of plain text. The first column begins where the bars above a table do.
class RowDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

// A table whose rows are chosen whole and are `padding` higher than their text.
void dressTable(QTableView& table, int padding);

}  // namespace sluice::gui
