// The slider in a row of the connections table: how it lies in its cell, how it is painted, and what a place on it means. A widget for each
// of hundreds of rows would cost more than all the rest of the table. GUI thread.
#pragma once

#include <QObject>
#include <QPainter>
#include <QTableView>
#include <optional>

#include "app/gui/look/colors.h"
#include "core/base/id.h"

namespace sluice::gui {

class ConnectionModel;

// In `cell`, which is of a table that lies in this direction. `bytesPerSecond`: 0 is no limit.
void paintLimit(QPainter& painter, const QRect& cell, Qt::LayoutDirection direction, double bytesPerSecond, const Colors& colors);

// Drags of the mouse and turns of the wheel in that column. The chosen rows stay as they are.
class LimitDrag : public QObject {
  Q_OBJECT
 public:
  // Owned by the table, whose model is `model`.
  LimitDrag(QTableView& table, ConnectionModel& model);

 signals:
  void moved(sluice::ConnectionId connection, double bytesPerSecond);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  bool begin(const QPoint& at);
  void follow(int x);

  QTableView& table_;
  ConnectionModel& model_;
  std::optional<ConnectionId> dragged_;
};

}  // namespace sluice::gui
