#include "app/gui/inspector/image_view.h"

#include <QPainter>

namespace sluice::gui {
namespace {
constexpr int kMargin = 16;
constexpr int kSquare = 8;
}  // namespace

void ImageView::setImage(QImage image) {
  image_ = std::move(image);
  update();
}

void ImageView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), palette().color(QPalette::Base));
  if (image_.isNull()) return;
  const QSize room = size() - QSize(2 * kMargin, 2 * kMargin);
  QSize shown = image_.size();
  if (shown.width() > room.width() || shown.height() > room.height()) shown.scale(room, Qt::KeepAspectRatio);
  if (shown.isEmpty()) return;
  QRect area(QPoint(), shown);
  area.moveCenter(rect().center());
  if (image_.hasAlphaChannel()) {
    painter.save();
    painter.setClipRect(area);
    for (int y = area.top(); y <= area.bottom(); y += kSquare) {
      for (int x = area.left(); x <= area.right(); x += kSquare) {
        const bool odd = ((x - area.left()) / kSquare + (y - area.top()) / kSquare) % 2 != 0;
        painter.fillRect(x, y, kSquare, kSquare, palette().color(odd ? QPalette::Midlight : QPalette::Base));
      }
    }
    painter.restore();
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.drawImage(area, image_);
}

}  // namespace sluice::gui
