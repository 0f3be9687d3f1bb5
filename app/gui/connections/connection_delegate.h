// How a row of the connections table looks: quiet when nothing moves, and a sparkline of its last minute. GUI thread.
#pragma once

#include <QStyledItemDelegate>

namespace sluice::gui {

class ConnectionDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace sluice::gui
