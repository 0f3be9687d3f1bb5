#include "app/gui/connections/throughput_chart.h"

#include <QDateTime>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "app/gui/look/colors.h"
#include "app/gui/text/format.h"

namespace sluice::gui {
namespace {

constexpr int kMargin = 12;
constexpr int kPointsAColumn = 2;
constexpr int kStripMargin = 2;  // a line at the edge is as wide as any other
constexpr int kFrameMs = 16;
constexpr std::int64_t kStepMs = 1000;  // between two samples
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::uint64_t kLeastScale = 10'000;  // below it the noise of a few heads would fill the chart

QColor translucent(QColor color, int alpha) {
  color.setAlpha(alpha);
  return color;
}

}  // namespace

ThroughputChart::ThroughputChart(const Throughput& throughput, QWidget* parent)
    : QWidget(parent), throughput_(throughput) {
  setMouseTracking(true);
  setAccessibleName(tr("Throughput"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ThroughputChart::sizeHint() const { return {600, 150}; }
QSize ThroughputChart::minimumSizeHint() const { return {200, 110}; }

void ThroughputChart::setZoom(Zoom zoom) {
  zoom_ = zoom;
  redraw();
}

void ThroughputChart::setLimits(std::uint64_t down, std::uint64_t up) {
  downLimit_ = down;
  upLimit_ = up;
  update();
}

void ThroughputChart::refresh() {
  sinceSample_.start();
  redraw();
  const bool moves = isVisible() && zoom_ == Zoom::Minute && throughput_.samples().size() > 1;
  if (moves) frames_.start(kFrameMs, Qt::PreciseTimer, this);
}

void ThroughputChart::redraw() {
  strip_ = {};
  if (zoom_ != Zoom::Minute) frames_.stop();
  update();
}

std::int64_t ThroughputChart::behindMs() const {
  if (zoom_ != Zoom::Minute || !sinceSample_.isValid()) return 0;
  return std::max<std::int64_t>(0, kStepMs - sinceSample_.elapsed());
}

void ThroughputChart::timerEvent(QTimerEvent*) {
  update();
  if (behindMs() == 0) frames_.stop();  // until the next sample there is nothing to move
}

void ThroughputChart::resizeEvent(QResizeEvent*) { redraw(); }

void ThroughputChart::showEvent(QShowEvent*) { redraw(); }

void ThroughputChart::hideEvent(QHideEvent*) { frames_.stop(); }

void ThroughputChart::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) redraw();
}

QRect ThroughputChart::plot() const {
  const int scaleWidth = fontMetrics().horizontalAdvance(QStringLiteral("888 MB/s")) + 8;
  return rect().adjusted(kMargin, 8, -kMargin - scaleWidth, -fontMetrics().height() - 8);
}

std::int64_t ThroughputChart::newestMs() const {
  return throughput_.samples().empty() ? QDateTime::currentMSecsSinceEpoch() : throughput_.samples().back().atMs;
}

std::int64_t ThroughputChart::spanMs() const {
  switch (zoom_) {
    case Zoom::Minute: return kMinuteMs;
    case Zoom::TenMinutes: return 10 * kMinuteMs;
    case Zoom::Session: break;
  }
  const auto& samples = throughput_.samples();
  return samples.empty() ? kMinuteMs : std::max(kMinuteMs, newestMs() - samples.front().atMs);
}

ThroughputChart::Columns ThroughputChart::columns() const {
  // A second more than is on view, which goes out at the left while the newest comes in.
  const std::int64_t span = spanMs() + (zoom_ == Zoom::Minute ? kStepMs : 0), end = newestMs();
  const double width = double(plot().width()) * double(span) / double(spanMs());
  const auto count = std::size_t(std::max(1.0, std::ceil(width / kPointsAColumn)));
  Columns columns;
  columns.down.assign(count, 0);
  columns.up.assign(count, 0);
  const auto& samples = throughput_.samples();
  const auto first = std::lower_bound(samples.begin(), samples.end(), end - span,
                                      [](const ThroughputSample& sample, std::int64_t at) { return sample.atMs < at; });
  std::size_t filledTo = 0;
  for (auto sample = first; sample != samples.end(); ++sample) {
    const auto column = std::size_t(double(sample->atMs - (end - span)) / double(span) * double(count - 1));
    // A sample stands for its second: all columns since the one before.
    const std::size_t from = sample == first || column - filledTo > count / 10 ? column : std::min(filledTo + 1, column);
    for (std::size_t i = from; i <= column; ++i) {
      columns.down[i] = std::max(columns.down[i], sample->down);
      columns.up[i] = std::max(columns.up[i], sample->up);
    }
    filledTo = column;
    columns.most = std::max({columns.most, sample->down, sample->up});
  }
  return columns;
}

// The next of 1, 2, 5, 10 ... that holds the most that is on view.
std::uint64_t ThroughputChart::scaleFor(std::uint64_t most) const {
  std::uint64_t scale = kLeastScale;
  while (scale < most) {
    const auto digit = scale / std::uint64_t(std::pow(10, std::floor(std::log10(double(scale)))));
    scale = digit == 2 ? scale / 2 * 5 : scale * 2;
  }
  return scale;
}

// Once a sample: the lines on one picture, what stands still on another.
void ThroughputChart::drawStrip() {
  const Columns shown = columns();
  scale_ = scaleFor(shown.most);
  const QRect area = plot();
  const double ratio = devicePixelRatioF();
  ground_ = QPixmap(size() * ratio);
  ground_.setDevicePixelRatio(ratio);
  ground_.fill(palette().color(QPalette::Base));
  QPainter ground(&ground_);
  ground.setFont(font());
  paintGrid(ground, scale_);
  strip_ = QPixmap(QSize(int(shown.down.size()) * kPointsAColumn, area.height() + 2 * kStripMargin) * ratio);
  strip_.setDevicePixelRatio(ratio);
  strip_.fill(Qt::transparent);
  QPainter strip(&strip_);
  strip.setRenderHint(QPainter::Antialiasing);
  paintSide(strip, shown.down, scale_, true);
  paintSide(strip, shown.up, scale_, false);
}

void ThroughputChart::paintEvent(QPaintEvent*) {
  ++paintCount_;
  if (strip_.isNull()) drawStrip();
  QPainter painter(this);
  painter.drawPixmap(0, 0, ground_);
  const QRect area = plot();
  const double pushed = double(behindMs()) / double(spanMs()) * area.width();
  const double left = area.right() + 1 - strip_.width() / strip_.devicePixelRatio() + pushed;
  painter.setClipRect(area.adjusted(0, -kStripMargin, 1, kStripMargin));
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.drawPixmap(QPointF(left, area.top() - kStripMargin), strip_);
  painter.setClipping(false);
  paintLimit(painter, downLimit_, scale_, true);
  paintLimit(painter, upLimit_, scale_, false);
  paintReadout(painter);
}

void ThroughputChart::paintSide(QPainter& painter, const std::vector<std::uint64_t>& values, std::uint64_t scale,
                                bool down) const {
  const QRect area(0, kStripMargin, int(values.size()) * kPointsAColumn, plot().height());
  const double middle = area.center().y(), half = area.height() / 2.0;
  const Colors& colors = colorsOf(palette());
  const QColor color = down ? colors.accent : colors.good;
  QPainterPath line;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double height = half * std::min(1.0, double(values[i]) / double(scale));
    const QPointF point(area.left() + double(i) * kPointsAColumn, down ? middle - height : middle + height);
    i == 0 ? line.moveTo(point) : line.lineTo(point);
  }
  QPainterPath fill = line;
  fill.lineTo(area.left() + double(values.size() - 1) * kPointsAColumn, middle);
  fill.lineTo(area.left(), middle);
  fill.closeSubpath();
  painter.fillPath(fill, translucent(color, 48));
  painter.setPen(QPen(color, 1.3));
  painter.setBrush(Qt::NoBrush);
  painter.drawPath(line);
}

void ThroughputChart::paintGrid(QPainter& painter, std::uint64_t scale) const {
  const QRect area = plot();
  const Colors& colors = colorsOf(palette());
  painter.setPen(colors.border);
  for (const double part : {0.0, 0.5, 1.0}) {
    const int y = area.top() + int(area.height() * part);
    painter.drawLine(area.left(), y, area.right(), y);
  }
  painter.setPen(colors.muted);
  const int left = area.right() + 8, height = fontMetrics().height();
  const auto label = [&](int y, const QString& text) {
    painter.drawText(QRect(left, y - height / 2, width() - left, height), Qt::AlignLeft | Qt::AlignVCenter, text);
  };
  label(area.top(), formatRate(scale));
  label(area.center().y(), QStringLiteral("0"));
  label(area.bottom(), formatRate(scale));
  const auto at = [](std::int64_t ms) {
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(ms).time(), QStringLiteral("HH:mm:ss"));
  };
  const QRect times(area.left(), area.bottom() + 2, area.width(), height + 4);
  painter.drawText(times, Qt::AlignLeft | Qt::AlignVCenter, at(newestMs() - spanMs()));
  painter.drawText(times, Qt::AlignHCenter | Qt::AlignVCenter, at(newestMs() - spanMs() / 2));
  painter.drawText(times, Qt::AlignRight | Qt::AlignVCenter, at(newestMs()));
}

void ThroughputChart::paintLimit(QPainter& painter, std::uint64_t limit, std::uint64_t scale, bool down) const {
  if (limit == 0 || limit > scale) return;
  const QRect area = plot();
  const int height = int(area.height() / 2.0 * double(limit) / double(scale));
  const int y = area.center().y() + (down ? -height : height);
  painter.setPen(QPen(colorsOf(palette()).warning, 1, Qt::DashLine));
  painter.drawLine(area.left(), y, area.right(), y);
}

const ThroughputSample* ThroughputChart::sampleAtMouse() const {
  const auto& samples = throughput_.samples();
  if (!mouse_ || samples.empty() || !plot().adjusted(0, -8, 0, 8).contains(*mouse_)) return nullptr;
  const double part = double(mouse_->x() - plot().left()) / std::max(1, plot().width());
  const std::int64_t at = newestMs() - behindMs() - spanMs() + std::int64_t(part * double(spanMs()));
  const auto after = std::lower_bound(samples.begin(), samples.end(), at,
                                      [](const ThroughputSample& sample, std::int64_t ms) { return sample.atMs < ms; });
  return after == samples.end() ? &samples.back() : &*after;
}

QString ThroughputChart::readout() const {
  const ThroughputSample* sample = sampleAtMouse();
  if (sample == nullptr) return {};
  const QString time = QLocale().toString(QDateTime::fromMSecsSinceEpoch(sample->atMs).time(), QStringLiteral("HH:mm:ss"));
  return QStringLiteral("%1   ↓ %2   ↑ %3").arg(time, formatRate(sample->down), formatRate(sample->up));
}

void ThroughputChart::paintReadout(QPainter& painter) const {
  const QString text = readout();
  if (text.isEmpty()) return;
  const Colors& colors = colorsOf(palette());
  const QRect area = plot();
  painter.setPen(QPen(colors.faint, 1, Qt::DotLine));
  painter.drawLine(mouse_->x(), area.top(), mouse_->x(), area.bottom());
  QRect box(0, 0, fontMetrics().horizontalAdvance(text) + 16, fontMetrics().height() + 8);
  box.moveTopLeft({std::clamp(mouse_->x() + 8, area.left(), std::max(area.left(), area.right() - box.width())), area.top()});
  painter.setPen(colors.border);
  painter.setBrush(colors.window);
  painter.drawRect(box);
  painter.setPen(colors.text);
  painter.drawText(box, Qt::AlignCenter, text);
}

void ThroughputChart::mouseMoveEvent(QMouseEvent* event) {
  mouse_ = event->position().toPoint();
  update();
}

void ThroughputChart::leaveEvent(QEvent*) {
  mouse_.reset();
  update();
}

}  // namespace sluice::gui
