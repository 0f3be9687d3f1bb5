// The messages of one WebSocket as a table: when, from whom, what kind, how long, how they begin. Holds of each payload what
// it is given, which should be its beginning; rows are appended as they come. GUI thread.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/store/rows.h"

namespace sluice::gui {

class SocketModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum class Column { Time, From, Kind, Size, Content };
  static constexpr int kColumns = 5;
  static constexpr std::size_t kShownPayloadBytes = 256;  // of each row: a line of the widest window

  using QAbstractTableModel::QAbstractTableModel;

  void clear(WallTime startedAt);
  void append(std::vector<store::MessageRow> messages);
  // 0 when there is none.
  std::int64_t lastId() const { return rows_.empty() ? 0 : rows_.back().id; }
  // -1 when it is not listed.
  int rowOf(std::int64_t id) const;
  const store::MessageRow& at(int row) const { return rows_[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString text(const store::MessageRow& row, Column column) const;

  std::vector<store::MessageRow> rows_;
  WallTime startedAt_{};
};

}  // namespace sluice::gui
