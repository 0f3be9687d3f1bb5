#include "app/gui/look/icons.h"

#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

// Glyphs are drawn on a grid of 16 x 16.
constexpr double kGrid = 16;

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
  QPainterPath path;
  path.arcMoveTo(QRectF(3, 3, 10, 10), 40);
  path.arcTo(QRectF(3, 3, 10, 10), 40, 290);
  path.moveTo(12.4, 1.9);
  path.lineTo(12.2, 5.1);
  path.lineTo(9, 4.9);
  return path;
}

QPainterPath followPath() {
  QPainterPath path;
  path.moveTo(8, 2.5);
  path.lineTo(8, 10.5);
  path.moveTo(4.5, 7.2);
  path.lineTo(8, 10.7);
  path.lineTo(11.5, 7.2);
  path.moveTo(3, 13.5);
  path.lineTo(13, 13.5);
  return path;
}

QPainterPath crossPath(double margin) {
  QPainterPath path;
  path.moveTo(margin, margin);
  path.lineTo(kGrid - margin, kGrid - margin);
  path.moveTo(kGrid - margin, margin);
  path.lineTo(margin, kGrid - margin);
  return path;
}

QPainterPath arrowPath(bool up) {
  QPainterPath path;
  path.moveTo(3.5, up ? 10 : 6);
  path.lineTo(8, up ? 5.5 : 10.5);
  path.lineTo(12.5, up ? 10 : 6);
  return path;
}

// A gauge with its needle.
QPainterPath throttlePath() {
  QPainterPath path;
  path.arcMoveTo(QRectF(2, 3.5, 12, 12), -20);
  path.arcTo(QRectF(2, 3.5, 12, 12), -20, 220);
  path.moveTo(8, 9.5);
  path.lineTo(11, 6.2);
  return path;
}

QPainterPath trashPath() {
  QPainterPath path;
  path.moveTo(3, 4.5);
  path.lineTo(13, 4.5);
  path.moveTo(6, 4.5);
  path.lineTo(6.5, 2.5);
  path.lineTo(9.5, 2.5);
  path.lineTo(10, 4.5);
  path.moveTo(4.3, 4.5);
  path.lineTo(5, 13.5);
  path.lineTo(11, 13.5);
  path.lineTo(11.7, 4.5);
  return path;
}

QPainterPath chartPath() {
  QPainterPath path;
  path.moveTo(2.5, 2.5);
  path.lineTo(2.5, 13.5);
  path.lineTo(13.5, 13.5);
  path.moveTo(4.5, 10.5);
  path.lineTo(7, 7);
  path.lineTo(9, 9);
  path.lineTo(13, 4);
  return path;
}

// Two ends and what goes both ways between them.
QPainterPath connectionsPath() {
  QPainterPath path;
  path.moveTo(2.5, 5.5);
  path.lineTo(13, 5.5);
  path.lineTo(10.5, 3);
  path.moveTo(13.5, 10.5);
  path.lineTo(3, 10.5);
  path.lineTo(5.5, 13);
  return path;
}

QPainterPath filterPath() {
  QPainterPath path;
  path.moveTo(2.5, 3.5);
  path.lineTo(13.5, 3.5);
  path.lineTo(9.5, 8.5);
  path.lineTo(9.5, 13);
  path.lineTo(6.5, 11.5);
  path.lineTo(6.5, 8.5);
  path.closeSubpath();
  return path;
}

QPainterPath globePath() {
  QPainterPath path;
  path.addEllipse(QRectF(2, 2, 12, 12));
  path.addEllipse(QRectF(5.5, 2, 5, 12));
  path.moveTo(2, 8);
  path.lineTo(14, 8);
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
  QPainterPath path;
  path.moveTo(2.5, 10);
  path.lineTo(2.5, 13.5);
  path.lineTo(13.5, 13.5);
  path.lineTo(13.5, 10);
  path.moveTo(8, 2.5);
  path.lineTo(8, 10);
  const double tip = into ? 10 : 2.5, back = into ? 7 : 5.5;
  path.moveTo(5, back);
  path.lineTo(8, tip);
  path.lineTo(11, back);
  return path;
}

// A dashed frame with a small cross: the selection goes away.
QPainterPath deselectPath() {
  QPainterPath path;
  for (const double at : {2.5, 8.0, 13.5}) {
    for (const double edge : {2.5, 13.5}) {
      path.moveTo(at - (at > 2.5 ? 1.2 : 0), edge);
      path.lineTo(at + (at < 13.5 ? 1.2 : 0), edge);
      path.moveTo(edge, at - (at > 2.5 ? 1.2 : 0));
      path.lineTo(edge, at + (at < 13.5 ? 1.2 : 0));
    }
  }
  path.moveTo(6, 6);
  path.lineTo(10, 10);
  path.moveTo(10, 6);
  path.lineTo(6, 10);
  return path;
}

QPainterPath framePath() {
  QPainterPath path;
  path.addRoundedRect(QRectF(2, 2.5, 12, 11), 1.5, 1.5);
  return path;
}

QPainterPath inspectorPath(Glyph glyph) {
  QPainterPath path = framePath();
  if (glyph == Glyph::InspectorBelow) {
    path.moveTo(2, 8.5);
    path.lineTo(14, 8.5);
  } else if (glyph == Glyph::Sidebar) {
    path.moveTo(6, 2.5);
    path.lineTo(6, 13.5);
  } else {
    path.moveTo(9, 2.5);
    path.lineTo(9, 13.5);
    if (glyph == Glyph::Columns) {
      path.moveTo(5.5, 2.5);
      path.lineTo(5.5, 13.5);
    }
  }
  return path;
}

QPainterPath signPath(Glyph glyph) {
  QPainterPath path;
  if (glyph == Glyph::Warning) {
    path.moveTo(8, 2.2);
    path.lineTo(14.4, 13.5);
    path.lineTo(1.6, 13.5);
    path.closeSubpath();
  } else {
    path.addEllipse(QRectF(1.8, 1.8, 12.4, 12.4));
  }
  const bool info = glyph == Glyph::Info;
  path.moveTo(8, info ? 7.4 : glyph == Glyph::Warning ? 6.2 : 4.8);
  path.lineTo(8, info ? 11.2 : glyph == Glyph::Warning ? 9.4 : 8.8);
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
    path.moveTo(4.5, 2.8);
    path.lineTo(13, 8);
    path.lineTo(4.5, 13.2);
    path.closeSubpath();
  }
  return path;
}

QPainterPath terminalPath() {
  QPainterPath path;
  path.addRoundedRect(QRectF(1.75, 2.75, 12.5, 10.5), 1.5, 1.5);
  path.moveTo(4.5, 6);
  path.lineTo(6.75, 8);
  path.lineTo(4.5, 10);
  path.moveTo(8.25, 10.25);
  path.lineTo(11.25, 10.25);
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
    case Glyph::Sidebar: return inspectorPath(glyph);
    case Glyph::Restart: return restartPath();
    case Glyph::Follow: return followPath();
    case Glyph::Copy: return copyPath();
    case Glyph::Deselect: return deselectPath();
    case Glyph::InspectorBelow:
    case Glyph::InspectorRight:
    case Glyph::Columns: return inspectorPath(glyph);
    case Glyph::Info:
    case Glyph::Warning:
    case Glyph::Error: return signPath(glyph);
    case Glyph::Close: return crossPath(4.5);
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

class DrawnEngine : public QIconEngine {
 public:
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return pixmap;
  }
};

class MarkEngine : public DrawnEngine {
 public:
  explicit MarkEngine(Mark mark) : mark_(mark) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode, QIcon::State) override {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(colorsOf(QGuiApplication::palette()).marks[std::size_t(mark_)]);
    const double radius = std::min(rect.width(), rect.height()) * 0.32;
    painter->drawEllipse(QRectF(rect).center(), radius, radius);
    painter->restore();
  }

  QIconEngine* clone() const override { return new MarkEngine(*this); }

 private:
  Mark mark_;
};

class GlyphEngine : public DrawnEngine {
 public:
  explicit GlyphEngine(Glyph glyph) : glyph_(glyph) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const double side = std::min(rect.width(), rect.height());
    painter->translate(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2);
    painter->scale(side / kGrid, side / kGrid);
    const QColor color = colorOf(glyph_, mode, state);
    painter->setPen(QPen(color, isSolid(glyph_) ? 1.0 : 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(isSolid(glyph_) ? QBrush(color) : QBrush(Qt::NoBrush));
    painter->drawPath(outline(glyph_));
    painter->restore();
  }

  QIconEngine* clone() const override { return new GlyphEngine(*this); }

 private:
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
