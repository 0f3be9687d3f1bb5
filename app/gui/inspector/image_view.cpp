#include "app/gui/inspector/image_view.h"

#include <QPainter>

namespace sluice::gui {
namespace {
constexpr int kMargin = 16;
constexpr int kSquare = 8;
constexpr int kSettledMs = 120;  // without a further change of size
}  // namespace

ImageView::ImageView(QWidget* parent) : QWidget(parent), scaling_(this) {
  settled_.setSingleShot(true);
  settled_.setInterval(kSettledMs);
  connect(&settled_, &QTimer::timeout, this, &ImageView::scale);
}

void ImageView::setImage(QImage image) {
  image_ = std::move(image);
  shown_ = {};
  fit();
}

void ImageView::resizeEvent(QResizeEvent*) { fit(); }

QSize ImageView::sizeInView() const {
  const QSize room = size() - QSize(2 * kMargin, 2 * kMargin);
  QSize shown = image_.size() / image_.devicePixelRatio();
  if (shown.width() > room.width() || shown.height() > room.height()) shown.scale(room, Qt::KeepAspectRatio);
  return shown.isValid() ? shown : QSize();
}

void ImageView::fit() {
  settled_.stop();
  scaling_.cancel();
  update();
  if (image_.isNull()) return void(shown_ = {});
  // While somebody drags an edge, what there is is stretched.
  shown_.isNull() ? scale() : settled_.start();
}

void ImageView::scale() {
  const QSize pixels = sizeInView() * devicePixelRatioF();
  if (pixels.isEmpty() || pixels == shown_.size()) return;
  if (pixels.width() >= image_.width()) return void(shown_ = image_);
  scaling_.start([this, image = image_, pixels]() -> Background::Piece {
    return {[this, scaled = image.scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)] {
              shown_ = scaled;
              update();
            },
            false};
  });
}

void ImageView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), palette().color(QPalette::Base));
  const QSize shown = sizeInView();
  if (shown_.isNull() || shown.isEmpty()) return;
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
  painter.drawImage(area, shown_);
}

}  // namespace sluice::gui
