#include "app/gui/look/icons.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <initializer_list>

#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

// Glyphs are drawn on a grid of 16 x 16.
constexpr double kGrid = 16;

using Stroke = std::initializer_list<QPointF>;

// Each from point to point.
QPainterPath strokes(std::initializer_list<Stroke> all) {
  QPainterPath path;
  for (const Stroke& stroke : all) path.addPolygon(QPolygonF(QList<QPointF>(stroke)));
  return path;
}

QPainterPath copyPath() {
  QPainterPath path;
  path.addRoundedRect(QRectF(5.5, 5.5, 8, 8), 1.5, 1.5);
  path.moveTo(3.8, 10.5);
  path.arcTo(QRectF(2.5, 7.5, 3, 3), 270, -90);
  path.lineTo(2.5, 4);
  path.arcTo(QRectF(2.5, 2.5, 3, 3), 180, -90);
  path.lineTo(9, 2.5);
  path.arcTo(QRectF(7.5, 2.5, 3, 3), 90, -80);
  return path;
}

QPainterPath restartPath() {
  QPainterPath path = strokes({{{12.4, 1.9}, {12.2, 5.1}, {9, 4.9}}});
  path.arcMoveTo(QRectF(3, 3, 10, 10), 40);
  path.arcTo(QRectF(3, 3, 10, 10), 40, 290);
  return path;
}

QPainterPath followPath() {
  return strokes({{{8, 2.5}, {8, 10.5}}, {{4.5, 7.2}, {8, 10.7}, {11.5, 7.2}}, {{3, 13.5}, {13, 13.5}}});
}

QPainterPath crossPath() {
  return strokes({{{4.5, 4.5}, {11.5, 11.5}}, {{11.5, 4.5}, {4.5, 11.5}}});
}

QPainterPath arrowPath(bool up) {
  const double back = up ? 10 : 6, tip = up ? 5.5 : 10.5;
  return strokes({{{3.5, back}, {8, tip}, {12.5, back}}});
}

// A gauge with its needle.
QPainterPath throttlePath() {
  QPainterPath path = strokes({{{8, 9.5}, {11, 6.2}}});
  path.arcMoveTo(QRectF(2, 3.5, 12, 12), -20);
  path.arcTo(QRectF(2, 3.5, 12, 12), -20, 220);
  return path;
}

QPainterPath trashPath() {
  return strokes({{{3, 4.5}, {13, 4.5}}, {{6, 4.5}, {6.5, 2.5}, {9.5, 2.5}, {10, 4.5}}, {{4.3, 4.5}, {5, 13.5}, {11, 13.5}, {11.7, 4.5}}});
}

QPainterPath chartPath() {
  return strokes({{{2.5, 2.5}, {2.5, 13.5}, {13.5, 13.5}}, {{4.5, 10.5}, {7, 7}, {9, 9}, {13, 4}}});
}

// Two ends and what goes both ways between them.
QPainterPath connectionsPath() {
  return strokes({{{2.5, 5.5}, {13, 5.5}, {10.5, 3}}, {{13.5, 10.5}, {3, 10.5}, {5.5, 13}}});
}

QPainterPath filterPath() {
  return strokes({{{2.5, 3.5}, {13.5, 3.5}, {9.5, 8.5}, {9.5, 13}, {6.5, 11.5}, {6.5, 8.5}, {2.5, 3.5}}});
}

QPainterPath globePath() {
  QPainterPath path = strokes({{{2, 8}, {14, 8}}});
  path.addEllipse(QRectF(2, 2, 12, 12));
  path.addEllipse(QRectF(5.5, 2, 5, 12));
  return path;
}

// A padlock, closed.
QPainterPath lockPath() {
  QPainterPath path;
  path.addRoundedRect(QRectF(3, 7.5, 10, 6.5), 1.5, 1.5);
  path.moveTo(5, 7.5);
  path.lineTo(5, 5.5);
  path.arcTo(QRectF(5, 2.5, 6, 6), 180, -180);
  path.lineTo(11, 7.5);
  return path;
}

// An arrow into a tray, or out of it.
QPainterPath trayPath(bool into) {
  const double tip = into ? 10 : 2.5, back = into ? 7 : 5.5;
  return strokes({{{2.5, 10}, {2.5, 13.5}, {13.5, 13.5}, {13.5, 10}}, {{8, 2.5}, {8, 10}}, {{5, back}, {8, tip}, {11, back}}});
}

// A dashed frame with a small cross: the selection goes away.
QPainterPath deselectPath() {
  QPainterPath path = strokes({{{6, 6}, {10, 10}}, {{10, 6}, {6, 10}}});
  for (const double at : {2.5, 8.0, 13.5}) {
    const double from = at - (at > 2.5 ? 1.2 : 0), to = at + (at < 13.5 ? 1.2 : 0);
    for (const double edge : {2.5, 13.5}) path.addPath(strokes({{{from, edge}, {to, edge}}, {{edge, from}, {edge, to}}}));
  }
  return path;
}

// A window with its parts.
QPainterPath framePath(Glyph glyph) {
  QPainterPath path;
  path.addRoundedRect(QRectF(2, 2.5, 12, 11), 1.5, 1.5);
  const auto upright = [](double x) { return strokes({{{x, 2.5}, {x, 13.5}}}); };
  if (glyph == Glyph::InspectorBelow) path.addPath(strokes({{{2, 8.5}, {14, 8.5}}}));
  if (glyph == Glyph::Sidebar) path.addPath(upright(6));
  if (glyph == Glyph::InspectorRight || glyph == Glyph::Columns) path.addPath(upright(9));
  if (glyph == Glyph::Columns) path.addPath(upright(5.5));
  return path;
}

QPainterPath signPath(Glyph glyph) {
  QPainterPath path;
  if (glyph == Glyph::Warning) {
    path = strokes({{{8, 2.2}, {14.4, 13.5}, {1.6, 13.5}, {8, 2.2}}});
  } else {
    path.addEllipse(QRectF(1.8, 1.8, 12.4, 12.4));
  }
  const bool info = glyph == Glyph::Info;
  const double from = info ? 7.4 : glyph == Glyph::Warning ? 6.2 : 4.8, to = info ? 11.2 : glyph == Glyph::Warning ? 9.4 : 8.8;
  path.addPath(strokes({{{8, from}, {8, to}}}));
  path.addEllipse(QPointF(8, info ? 5.0 : 11.4), 0.35, 0.35);
  return path;
}

QPainterPath solidPath(Glyph glyph) {
  QPainterPath path;
  if (glyph == Glyph::Record) {
    path.addEllipse(QRectF(3.5, 3.5, 9, 9));
  } else if (glyph == Glyph::Stop) {
    path.addRoundedRect(QRectF(3.5, 3.5, 9, 9), 1.5, 1.5);
  } else {
    path = strokes({{{4.5, 2.8}, {13, 8}, {4.5, 13.2}, {4.5, 2.8}}});
  }
  return path;
}

QPainterPath terminalPath() {
  QPainterPath path;
  path.addRoundedRect(QRectF(1.75, 2.75, 12.5, 10.5), 1.5, 1.5);
  path.addPath(strokes({{{4.5, 6}, {6.75, 8}, {4.5, 10}}, {{8.25, 10.25}, {11.25, 10.25}}}));
  return path;
}

QPainterPath outline(Glyph glyph) {
  switch (glyph) {
    case Glyph::Start:
    case Glyph::Record:
    case Glyph::Stop: return solidPath(glyph);
    case Glyph::Up:
    case Glyph::Down: return arrowPath(glyph == Glyph::Up);
    case Glyph::Throttle: return throttlePath();
    case Glyph::Trash: return trashPath();
    case Glyph::Chart: return chartPath();
    case Glyph::Connections: return connectionsPath();
    case Glyph::Filter: return filterPath();
    case Glyph::Globe: return globePath();
    case Glyph::Lock: return lockPath();
    case Glyph::Save:
    case Glyph::Open: return trayPath(glyph == Glyph::Save);
    case Glyph::Restart: return restartPath();
    case Glyph::Follow: return followPath();
    case Glyph::Copy: return copyPath();
    case Glyph::Deselect: return deselectPath();
    case Glyph::Sidebar:
    case Glyph::InspectorBelow:
    case Glyph::InspectorRight:
    case Glyph::Columns: return framePath(glyph);
    case Glyph::Info:
    case Glyph::Warning:
    case Glyph::Error: return signPath(glyph);
    case Glyph::Close: return crossPath();
    case Glyph::Terminal: return terminalPath();
  }
  return {};
}

bool isSolid(Glyph glyph) { return glyph == Glyph::Start || glyph == Glyph::Stop || glyph == Glyph::Record; }

// What can be turned on and off is bright while it is on.
bool isSwitch(Glyph glyph) { return glyph == Glyph::Record || glyph == Glyph::Lock || glyph == Glyph::Throttle || glyph == Glyph::Globe; }

QColor colorOf(Glyph glyph, QIcon::Mode mode, QIcon::State state) {
  const QPalette palette = QGuiApplication::palette();
  const Colors& colors = colorsOf(palette);
  if (mode == QIcon::Disabled) return colors.faint;
  if (isSwitch(glyph) && state == QIcon::Off) return colors.muted;
  switch (glyph) {
    case Glyph::Start: return colors.good;
    case Glyph::Lock:
    case Glyph::Globe:
    case Glyph::Throttle: return colors.accent;
    case Glyph::Stop:
    case Glyph::Record:
    case Glyph::Error: return colors.bad;
    case Glyph::Warning: return colors.warning;
    case Glyph::Info: return colors.accent;
    default: return mode == QIcon::Selected ? palette.color(QPalette::HighlightedText) : colors.muted;
  }
}

// Draws on the grid, in the middle of whatever room there is.
class DrawnEngine : public QIconEngine {
 public:
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) final {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return pixmap;
  }

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) final {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const double side = std::min(rect.width(), rect.height());
    painter->translate(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2);
    painter->scale(side / kGrid, side / kGrid);
    draw(*painter, mode, state);
    painter->restore();
  }

 private:
  virtual void draw(QPainter& painter, QIcon::Mode mode, QIcon::State state) const = 0;
};

class MarkEngine : public DrawnEngine {
 public:
  explicit MarkEngine(Mark mark) : mark_(mark) {}
  QIconEngine* clone() const override { return new MarkEngine(*this); }

 private:
  void draw(QPainter& painter, QIcon::Mode, QIcon::State) const override {
    painter.setPen(Qt::NoPen);
    painter.setBrush(colorsOf(QGuiApplication::palette()).marks[std::size_t(mark_)]);
    painter.drawEllipse(QPointF(kGrid / 2, kGrid / 2), kGrid * 0.32, kGrid * 0.32);
  }

  Mark mark_;
};

class GlyphEngine : public DrawnEngine {
 public:
  explicit GlyphEngine(Glyph glyph) : glyph_(glyph) {}
  QIconEngine* clone() const override { return new GlyphEngine(*this); }

 private:
  void draw(QPainter& painter, QIcon::Mode mode, QIcon::State state) const override {
    const QColor color = colorOf(glyph_, mode, state);
    painter.setPen(QPen(color, isSolid(glyph_) ? 1.0 : 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(isSolid(glyph_) ? QBrush(color) : QBrush(Qt::NoBrush));
    painter.drawPath(outline(glyph_));
  }

  Glyph glyph_;
};

}  // namespace

QIcon icon(Glyph glyph) { return QIcon(new GlyphEngine(glyph)); }

QIcon markIcon(Mark mark) { return QIcon(new MarkEngine(mark)); }

QIcon applicationIcon() {
  QIcon icon;
  for (const int size : {16, 24, 32, 48, 64, 128, 256}) {
    icon.addFile(QStringLiteral(":/icons/sluice-%1.png").arg(size), QSize(size, size));
  }
  return icon;
}

}  // namespace sluice::gui
