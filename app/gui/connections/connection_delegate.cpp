#include "app/gui/connections/connection_delegate.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "app/gui/connections/connection_model.h"
#include "app/gui/connections/limit_cell.h"
#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

constexpr int kPadding = 8;

QColor colorOf(ConnectionColumn column, const control::ConnectionRow& row, const Colors& colors) {
  switch (column) {
    case ConnectionColumn::State:
      return row.state == control::ConnectionState::Idle       ? colors.muted
             : row.state == control::ConnectionState::Exchange ? colors.running
                                                               : colors.tunnel;
    case ConnectionColumn::Number:
    case ConnectionColumn::Client:
    case ConnectionColumn::Age:
    case ConnectionColumn::Exchanges: return colors.muted;
    case ConnectionColumn::DownRate: return colors.accent;
    case ConnectionColumn::UpRate: return colors.good;
    case ConnectionColumn::Program:
    case ConnectionColumn::Target:
    case ConnectionColumn::Down:
    case ConnectionColumn::Up:
    case ConnectionColumn::History:
    case ConnectionColumn::Limit: break;
  }
  return colors.text;
}

void paintSparkline(QPainter& painter, const QRect& area, const RateHistory& history, const Colors& colors) {
  const auto& rates = history.bytesPerSecond;
  const std::uint32_t most = *std::max_element(rates.begin(), rates.end());
  const double step = double(area.width()) / double(rates.size() - 1);
  QPainterPath line;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const double part = most == 0 ? 0 : double(rates[i]) / double(most);
    const QPointF point(area.left() + double(i) * step, area.bottom() - part * (area.height() - 1));
    i == 0 ? line.moveTo(point) : line.lineTo(point);
  }
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(most == 0 ? colors.border : colors.running, 1.2));
  painter.drawPath(line);
  painter.restore();
}

}  // namespace

void ConnectionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const auto* model = qobject_cast<const ConnectionModel*>(index.model());
  if (model == nullptr) return;
  const Colors& colors = colorsOf(option.palette);
  if (option.state.testFlag(QStyle::State_Selected)) {
    const bool active = option.widget != nullptr && option.widget->hasFocus();
    painter->fillRect(option.rect, active ? colors.selection : colors.selectionIdle);
  }
  const auto column = ConnectionColumn(index.column());
  const QRect area = option.rect.adjusted(kPadding, 0, -kPadding, 0);
  if (column == ConnectionColumn::History) {
    return paintSparkline(*painter, area.adjusted(0, 4, 0, -4), model->historyAt(index.row()), colors);
  }
  painter->setFont(option.font);
  if (column == ConnectionColumn::Limit) {
    return paintLimit(*painter, option.rect, option.direction, model->limitAt(index.row()), colors);
  }
  painter->setPen(colorOf(column, model->rowAt(index.row()), colors));
  const QString text = QFontMetrics(option.font).elidedText(index.data().toString(), Qt::ElideRight, area.width());
  painter->drawText(area, Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt()) | Qt::TextSingleLine, text);
}

}  // namespace sluice::gui
