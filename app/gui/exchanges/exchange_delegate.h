// Paints the cells of the exchange table from the row itself: no style options, no variants, no rich text; some
// microseconds a cell. GUI thread.
#pragma once

#include <QStyledItemDelegate>
#include <utility>

#include "app/gui/exchanges/exchange_model.h"
#include "app/gui/exchanges/shaped_text.h"
#include "app/gui/look/colors.h"

namespace sluice::gui {

class ExchangeDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  // What the width of the waterfall column stands for.
  struct Span {
    WallTime from, to;
    friend bool operator==(const Span&, const Span&) = default;
  };
  // Whether that changes anything.
  bool setSpan(Span span) { return std::exchange(span_, span) != span; }

 private:
  void paintMark(QPainter& painter, const QStyleOptionViewItem& option, Mark mark, const Colors& colors) const;
  void paintPath(QPainter& painter, QRect area, const QString& text, const Colors& colors) const;

  void paintWaterfall(QPainter& painter, QRect area, const store::ExchangeRow& row, const Colors& colors) const;

  mutable ShapedTexts texts_;
  Span span_;
};

// The colour that stands for how an exchange went.
QColor colorOf(const store::ExchangeRow& row, const Colors& colors);
// A small sign for the state: ring while it runs, dot, cross, arrows for a tunnel.
void paintStateSign(QPainter& painter, const QRectF& area, const store::ExchangeRow& row, const Colors& colors);

}  // namespace sluice::gui
