// A strip chart of both directions: down above, up below a common middle line, so that neither hides the other. Hover
// reads values. Moves 60 times a second while it is visible and there is something new to move in; what moves is drawn once a sample and
// only pushed along in between. Does nothing while it is hidden. GUI thread.
#pragma once

#include <QBasicTimer>
#include <QElapsedTimer>
#include <QPixmap>
#include <QWidget>
#include <optional>

#include "app/gui/connections/throughput.h"

namespace sluice::gui {

class ThroughputChart : public QWidget {
  Q_OBJECT
 public:
  enum class Zoom { Minute, TenMinutes, Session };

  explicit ThroughputChart(const Throughput& throughput, QWidget* parent = nullptr);

  void setZoom(Zoom zoom);
  Zoom zoom() const { return zoom_; }
  // Bytes a second that are let through; 0: as many as come.
  void setLimits(std::uint64_t down, std::uint64_t up);
  // There is something new to draw.
  void refresh();
  // What the readout says at the mouse; empty without it.
  QString readout() const;
  int paintCount() const { return paintCount_; }  // for tests
  bool isMoving() const { return frames_.isActive(); }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent*) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent*) override;
  void timerEvent(QTimerEvent*) override;
  void resizeEvent(QResizeEvent*) override;
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent*) override;
  void hideEvent(QHideEvent*) override;

 private:
  // The loudest sample of each column of points: a peak of a second is seen in a session of hours.
  struct Columns {
    std::vector<std::uint64_t> down, up;
    std::uint64_t most = 0;
  };

  QRect plot() const;
  std::int64_t spanMs() const;
  std::int64_t newestMs() const;
  Columns columns() const;
  std::uint64_t scaleFor(std::uint64_t most) const;
  // How far behind the newest sample the right edge is: it comes to it within the second until the next one.
  std::int64_t behindMs() const;
  void drawStrip();
  void redraw();
  const ThroughputSample* sampleAtMouse() const;
  void paintGrid(QPainter& painter, std::uint64_t scale) const;
  void paintSide(QPainter& painter, const std::vector<std::uint64_t>& values, std::uint64_t scale, bool down) const;
  void paintLimit(QPainter& painter, std::uint64_t limit, std::uint64_t scale, bool down) const;
  void paintReadout(QPainter& painter) const;

  const Throughput& throughput_;
  Zoom zoom_ = Zoom::Minute;
  std::uint64_t downLimit_ = 0, upLimit_ = 0;
  std::optional<QPoint> mouse_;
  QPixmap strip_;   // the lines, as wide as what is on view and a second more; null: to be drawn
  QPixmap ground_;  // all that does not move
  std::uint64_t scale_ = 0;  // of the two
  QElapsedTimer sinceSample_;
  QBasicTimer frames_;
  int paintCount_ = 0;
};

}  // namespace sluice::gui
