// A picture from a body, on a ground that shows what is transparent; never larger than it is. GUI thread.
#pragma once

#include <QImage>
#include <QWidget>

namespace sluice::gui {

class ImageView : public QWidget {
  Q_OBJECT
 public:
  explicit ImageView(QWidget* parent = nullptr) : QWidget(parent) {}
  void setImage(QImage image);
  const QImage& image() const { return image_; }

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  QImage image_;
};

}  // namespace sluice::gui
