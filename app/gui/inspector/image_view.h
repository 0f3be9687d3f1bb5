// A picture from a body, on a ground that shows what is transparent; never larger than it is. One that is larger than the view is made
// smaller off the GUI thread, once the view keeps its size. GUI thread.
#pragma once

#include <QImage>
#include <QTimer>
#include <QWidget>

#include "app/gui/text/background.h"

namespace sluice::gui {

class ImageView : public QWidget {
  Q_OBJECT
 public:
  explicit ImageView(QWidget* parent = nullptr);
  void setImage(QImage image);
  const QImage& image() const { return image_; }
  // What is painted; null while it is being made.
  const QImage& shown() const { return shown_; }

 protected:
  void paintEvent(QPaintEvent*) override;
  void resizeEvent(QResizeEvent*) override;

 private:
  QSize sizeInView() const;
  void fit();
  void scale();

  QImage image_;
  QImage shown_;
  QTimer settled_;
  Background scaling_;
};

}  // namespace sluice::gui
