// The events of an event stream as a list that grows as they come, and the whole of the one that is chosen, laid out where it is JSON.
// Follows the newest until the user scrolls up. GUI thread.
#pragma once

#include <QAbstractTableModel>
#include <QTableView>
#include <QWidget>

#include "app/gui/inspector/event_stream.h"
#include "app/gui/inspector/payload_pane.h"

namespace sluice::gui {

class EventModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum class Column { Number, Type, Id, Size, Data };
  static constexpr int kColumns = 5;

  using QAbstractTableModel::QAbstractTableModel;

  // What has been there before stays: rows are only added, unless it is another stream.
  void set(EventStreamPtr stream);
  const EventStreamPtr& stream() const { return stream_; }
  // As the newest one tells: who numbers events numbers all of them.
  bool hasIds() const { return rowCount() > 0 && !at(rowCount() - 1).id.isEmpty(); }
  const StreamEvent& at(int row) const { return stream_->events[std::size_t(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  EventStreamPtr stream_;  // null: none
};

class EventPage : public QWidget {
  Q_OBJECT
 public:
  explicit EventPage(QWidget* parent = nullptr);

  void setStream(EventStreamPtr stream);
  void openSearch() { payload_->openSearch(); }

  EventModel& model() { return *model_; }
  QTableView& table() { return *table_; }
  TextView& payload() { return payload_->view(); }

 private:
  void showData(int row);

  EventModel* model_;
  QTableView* table_;
  PayloadPane* payload_;
};

}  // namespace sluice::gui
