// The open client connections, as the engine told them last, with the rates that follow from one telling to the next.
// GUI thread.
#pragma once

#include <QAbstractTableModel>
#include <array>
#include <vector>

#include "core/control/messages.h"

namespace sluice::gui {

enum class ConnectionColumn { Number, State, Program, Client, Target, Age, Exchanges, Down, Up, DownRate, UpRate, History, Limit };
inline constexpr int kConnectionColumnCount = int(ConnectionColumn::Limit) + 1;

// The last minute of one connection, oldest first.
struct RateHistory {
  static constexpr std::size_t kSamples = 60;
  std::array<std::uint32_t, kSamples> bytesPerSecond{};  // both directions together
};

class ConnectionModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  explicit ConnectionModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

  // `nowMs`: when it was told, on a clock that only rises.
  void take(const control::ConnectionsReply& reply, qint64 nowMs);
  void clear();
  // Bytes a second each way that this connection alone is held to; 0: none. For what was just asked for: the engine tells of it later.
  void noteLimit(int row, const std::string& profile);
  double limitAt(int row) const;
  int rowOf(ConnectionId connection) const;  // -1: it is gone
  // More than the rows: some did not fit.
  std::uint64_t total() const { return total_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  const control::ConnectionRow& rowAt(int row) const { return entries_[std::size_t(row)].row; }
  const RateHistory& historyAt(int row) const { return entries_[std::size_t(row)].history; }
  std::uint64_t downRateAt(int row) const { return entries_[std::size_t(row)].downRate; }

 private:
  struct Entry {
    control::ConnectionRow row;
    std::uint64_t downRate = 0, upRate = 0;
    RateHistory history;
  };
  static void note(Entry& entry, const control::ConnectionRow& row, qint64 sinceMs);
  void removeClosed(const std::vector<control::ConnectionRow>& open);
  QString text(ConnectionColumn column, const Entry& entry) const;

  std::vector<Entry> entries_;  // rising in id
  std::uint64_t total_ = 0;
  qint64 toldAtMs_ = 0;
};

}  // namespace sluice::gui
