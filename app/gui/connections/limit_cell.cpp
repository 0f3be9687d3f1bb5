#include "app/gui/connections/limit_cell.h"

#include <QFontMetrics>
#include <QMouseEvent>
#include <QStyle>

#include "app/gui/connections/connection_model.h"
#include "app/gui/throttle/scale.h"

namespace sluice::gui {
namespace {

constexpr int kPadding = 10;
constexpr int kHandle = 10;
constexpr int kGrooveHeight = 3;
constexpr int kGrooveWidth = 72;
constexpr int kGap = 10;

// Where the middle of the handle may be, left to right.
QRect grooveOf(const QRect& cell, Qt::LayoutDirection direction) {
  const int width = std::min(kGrooveWidth, cell.width() - 2 * kPadding - kHandle);
  const QRect groove(cell.left() + kPadding + kHandle / 2, cell.center().y() - kGrooveHeight / 2, std::max(1, width), kGrooveHeight);
  return QStyle::visualRect(direction, cell, groove);
}

double valueAt(const QRect& groove, Qt::LayoutDirection direction, int x) {
  const int from = direction == Qt::RightToLeft ? groove.right() - x : x - groove.left();
  return rateScale().valueAt(std::clamp(from * Scale::kSteps / groove.width(), 0, Scale::kSteps));
}

}  // namespace

void paintLimit(QPainter& painter, const QRect& cell, Qt::LayoutDirection direction, double bytesPerSecond, const Colors& colors) {
  const QRect groove = grooveOf(cell, direction);
  const bool limited = bytesPerSecond > 0;
  const int along = groove.width() * rateScale().stepOf(bytesPerSecond) / Scale::kSteps;
  const int x = direction == Qt::RightToLeft ? groove.right() - along : groove.left() + along;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors.border);
  painter.drawRoundedRect(groove, 1.5, 1.5);
  painter.setBrush(limited ? colors.accent : colors.faint);
  const QRectF filled(QPointF(direction == Qt::RightToLeft ? x : groove.left(), groove.top()), QSizeF(along, groove.height()));
  if (limited) painter.drawRoundedRect(filled, 1.5, 1.5);
  painter.drawEllipse(QPointF(x, groove.center().y() + 0.5), kHandle / 2.0, kHandle / 2.0);
  painter.restore();
  const QRect text = QStyle::visualRect(direction, cell, cell.adjusted(kPadding + kHandle + groove.width() + kGap, 0, -kPadding, 0));
  painter.setPen(limited ? colors.text : colors.muted);
  const QFontMetrics metrics(painter.font());
  QString words = rateScale().text(bytesPerSecond);
  // Both units where there is room for them; the tooltip has them always.
  if (metrics.horizontalAdvance(words) > text.width()) words = words.section(QStringLiteral(" ("), 0, 0);
  painter.drawText(text, Qt::AlignVCenter | Qt::TextSingleLine | int(QStyle::visualAlignment(direction, Qt::AlignLeft)),
                   metrics.elidedText(words, Qt::ElideRight, text.width()));
}

LimitDrag::LimitDrag(QTableView& table, ConnectionModel& model) : QObject(&table), table_(table), model_(model) {
  table.viewport()->installEventFilter(this);
}

bool LimitDrag::eventFilter(QObject* watched, QEvent* event) {
  const auto* mouse = dynamic_cast<const QMouseEvent*>(event);
  if (mouse == nullptr) return QObject::eventFilter(watched, event);
  switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonDblClick: return mouse->button() == Qt::LeftButton && begin(mouse->position().toPoint());
    case QEvent::MouseMove:
      if (dragged_) follow(mouse->position().toPoint().x());
      return dragged_.has_value();
    case QEvent::MouseButtonRelease: return std::exchange(dragged_, std::nullopt).has_value();
    default: return false;
  }
}

bool LimitDrag::begin(const QPoint& at) {
  const QModelIndex index = table_.indexAt(at);
  if (!index.isValid() || index.column() != int(ConnectionColumn::Limit)) return false;
  const QRect groove = grooveOf(table_.visualRect(index), table_.layoutDirection());
  if (at.x() < groove.left() - kHandle || at.x() > groove.right() + kHandle) return false;
  dragged_ = model_.rowAt(index.row()).connection;
  follow(at.x());
  return true;
}

// The row may have moved meanwhile, or be gone.
void LimitDrag::follow(int x) {
  const int row = model_.rowOf(*dragged_);
  if (row < 0) return;
  const QRect cell = table_.visualRect(model_.index(row, int(ConnectionColumn::Limit)));
  emit moved(*dragged_, valueAt(grooveOf(cell, table_.layoutDirection()), table_.layoutDirection(), x));
}

}  // namespace sluice::gui
