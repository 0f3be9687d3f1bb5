#include "app/gui/exchanges/exchange_delegate.h"

#include <QAbstractItemView>
#include <QPainter>
#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"

namespace sluice::gui {
namespace {

constexpr int kPadding = 8;
constexpr double kSignSide = 8;
constexpr int kMarkTint = 34;  // of 255: text keeps its contrast
constexpr int kMarkStripe = 4;

QColor textColorOf(Column column, const store::ExchangeRow& row, const Colors& colors) {
  const bool running = row.state == store::State::Running;
  switch (column) {
    case Column::Status: return colorOf(row, colors);
    case Column::Number:
    case Column::Type:
    case Column::Waterfall:
    case Column::Program:
    case Column::Protocol:
    case Column::Profile:
    case Column::Started: return colors.muted;
    case Column::Duration: return running ? colors.running : colors.text;
    case Column::Size: return sizeOf(row) == 0 ? colors.faint : colors.text;
    case Column::Method: return row.kind == capture::Kind::Tunnel ? colors.tunnel : colors.text;
    case Column::State:
    case Column::Host:
    case Column::Comment:
    case Column::Path: return colors.text;
  }
  return colors.text;
}

void fillBackground(QPainter& painter, const QStyleOptionViewItem& option, const Colors& colors) {
  if (!option.state.testFlag(QStyle::State_Selected)) return;
  const bool active =
      option.state.testFlag(QStyle::State_Active) && option.widget != nullptr && option.widget->hasFocus();
  painter.fillRect(option.rect, active ? colors.selection : colors.selectionIdle);
}

}  // namespace

QColor colorOf(const store::ExchangeRow& row, const Colors& colors) {
  if (row.state == store::State::Failed || row.state == store::State::CutOff) return colors.bad;
  if (row.kind == capture::Kind::Tunnel) return colors.tunnel;
  if (row.status == 0) return colors.running;
  if (row.status < 200) return colors.muted;
  if (row.status < 300) return colors.good;
  if (row.status < 400) return colors.redirect;
  return row.status < 500 ? colors.warning : colors.bad;
}

void paintStateSign(QPainter& painter, const QRectF& area, const store::ExchangeRow& row, const Colors& colors) {
  QRectF sign(0, 0, kSignSide, kSignSide);
  sign.moveCenter(area.center());
  const QColor color = row.state == store::State::Running ? colors.running : colorOf(row, colors);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(color, 1.6, Qt::SolidLine, Qt::RoundCap));
  painter.setBrush(Qt::NoBrush);
  if (row.state == store::State::Running) {
    painter.drawArc(sign, 60 * 16, 270 * 16);
  } else if (row.state != store::State::Complete) {
    const QRectF cross = sign.adjusted(1, 1, -1, -1);
    painter.drawLine(cross.topLeft(), cross.bottomRight());
    painter.drawLine(cross.topRight(), cross.bottomLeft());
  } else if (row.kind == capture::Kind::Tunnel) {
    const double middle = sign.center().y();
    painter.drawLine(QPointF(sign.left() - 1, middle - 2), QPointF(sign.right() + 1, middle - 2));
    painter.drawLine(QPointF(sign.left() - 1, middle + 2), QPointF(sign.right() + 1, middle + 2));
  } else {
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(sign.adjusted(0.5, 0.5, -0.5, -0.5));
  }
  painter.restore();
}

void ExchangeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const auto* model = qobject_cast<const ExchangeModel*>(index.model());
  if (model == nullptr) return;
  const Colors& colors = colorsOf(option.palette);
  fillBackground(*painter, option, colors);
  const store::ExchangeRow* row = model->rowAt(index.row());
  const auto column = Column(index.column());
  const QRect area = option.rect.adjusted(kPadding, 0, -kPadding, 0);
  painter->setFont(option.font);
  if (row == nullptr) {
    // Being read: the number is known, the rest comes with the next frame.
    if (column != Column::Number) return;
    painter->setPen(colors.muted);
    texts_.draw(*painter, area, Qt::AlignRight, index.data().toString());
    return;
  }
  if (row->mark != Mark::None) paintMark(*painter, option, row->mark, colors);
  if (column == Column::State) return paintStateSign(*painter, option.rect, *row, colors);
  if (column == Column::Waterfall) return paintWaterfall(*painter, area, *row, colors);
  const QString text = index.data().toString();
  if (column == Column::Path) return paintPath(*painter, area, text, colors);
  painter->setPen(textColorOf(column, *row, colors));
  texts_.draw(*painter, area, Qt::Alignment(index.data(Qt::TextAlignmentRole).toInt()), text);
}

// The whole row in a breath of the colour, and a stripe of it where the row begins.
void ExchangeDelegate::paintMark(QPainter& painter, const QStyleOptionViewItem& option, Mark mark, const Colors& colors) const {
  const QColor color = colors.marks[std::size_t(mark)];
  QColor tint = color;
  tint.setAlpha(kMarkTint);
  if (!option.state.testFlag(QStyle::State_Selected)) painter.fillRect(option.rect, tint);
  const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
  if (view == nullptr) return;
  const int edge = option.direction == Qt::RightToLeft ? view->viewport()->width() - kMarkStripe : 0;
  const QRect stripe(edge, option.rect.top(), kMarkStripe, option.rect.height());
  painter.fillRect(stripe.intersected(option.rect), color);
}

void ExchangeDelegate::paintWaterfall(QPainter& painter, QRect area, const store::ExchangeRow& row,
                                      const Colors& colors) const {
  const double span = double((span_.to - span_.from).count());
  if (span <= 0) return;
  const auto at = [&](WallTime time) {
    return area.left() + std::clamp(double((time - span_.from).count()) / span, 0.0, 1.0) * area.width();
  };
  const bool running = row.state == store::State::Running;
  const WallTime end = running ? span_.to : row.startedAt + Micros(std::max<std::int64_t>(0, row.phases.finishedUs));
  const auto firstUs = row.phases.responseFirstUs >= 0 ? row.phases.responseFirstUs : row.phases.responseHeadUs;
  const double from = at(row.startedAt), to = std::max(at(end), from + 2);
  const double answered = firstUs < 0 ? to : std::clamp(at(row.startedAt + Micros(firstUs)), from, to);
  const QColor color = running ? colors.running : colorOf(row, colors);
  QColor pale = color;
  pale.setAlpha(80);
  const double height = std::max(4.0, area.height() * 0.36), top = area.center().y() - height / 2 + 0.5;
  painter.fillRect(QRectF(from, top, answered - from, height), pale);
  painter.fillRect(QRectF(answered, top, std::max(to - answered, 1.0), height), color);
}

// The query is quieter than the path: what tells rows apart stands out.
void ExchangeDelegate::paintPath(QPainter& painter, QRect area, const QString& text, const Colors& colors) const {
  const auto query = text.indexOf(u'?');
  painter.setPen(colors.text);
  const int width = texts_.draw(painter, area, Qt::AlignLeft, query < 0 ? text : text.left(query));
  if (query < 0) return;
  painter.setPen(colors.muted);
  area.setLeft(area.left() + width);
  texts_.draw(painter, area, Qt::AlignLeft, text.mid(query));
}

}  // namespace sluice::gui
