#include "app/gui/connections/connection_model.h"

#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/format.h"
#include "app/gui/text/visible_text.h"
#include "app/gui/throttle/scale.h"
#include "core/throttle/profile_json.h"

namespace sluice::gui {
namespace {

bool byId(const control::ConnectionRow& one, const control::ConnectionRow& other) {
  return one.connection < other.connection;
}

bool isNumber(ConnectionColumn column) {
  switch (column) {
    case ConnectionColumn::Number:
    case ConnectionColumn::Age:
    case ConnectionColumn::Exchanges:
    case ConnectionColumn::Down:
    case ConnectionColumn::Up:
    case ConnectionColumn::DownRate:
    case ConnectionColumn::UpRate: return true;
    case ConnectionColumn::State:
    case ConnectionColumn::Program:
    case ConnectionColumn::Client:
    case ConnectionColumn::Target:
    case ConnectionColumn::History:
    case ConnectionColumn::Limit: return false;
  }
  return false;
}

QString stateText(control::ConnectionState state) {
  switch (state) {
    case control::ConnectionState::Idle: return ConnectionModel::tr("Idle");
    case control::ConnectionState::Exchange: return ConnectionModel::tr("Exchange");
    case control::ConnectionState::Tunnel: return ConnectionModel::tr("Tunnel");
  }
  return {};
}

double limitOf(const control::ConnectionRow& row) {
  if (row.limit.empty()) return 0;
  const auto own = throttle::profileFromJson(row.limit);
  return own ? double(own->perConnection.bytesPerSecond) : 0;
}

}  // namespace

int ConnectionModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(entries_.size()); }
int ConnectionModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kConnectionColumnCount;
}

void ConnectionModel::note(Entry& entry, const control::ConnectionRow& row, qint64 sinceMs) {
  const auto rate = [sinceMs](std::uint64_t before, std::uint64_t now) {
    return now <= before ? 0 : (now - before) * 1000 / std::uint64_t(std::max<qint64>(1, sinceMs));
  };
  entry.downRate = rate(entry.row.bytesDown, row.bytesDown);
  entry.upRate = rate(entry.row.bytesUp, row.bytesUp);
  auto& history = entry.history.bytesPerSecond;
  std::rotate(history.begin(), history.begin() + 1, history.end());
  history.back() = std::uint32_t(std::min<std::uint64_t>(entry.downRate + entry.upRate, ~std::uint32_t(0)));
  entry.row = row;
}

void ConnectionModel::removeClosed(const std::vector<control::ConnectionRow>& open) {
  for (int row = rowCount() - 1; row >= 0; --row) {
    if (std::binary_search(open.begin(), open.end(), rowAt(row), byId)) continue;
    beginRemoveRows({}, row, row);
    entries_.erase(entries_.begin() + row);
    endRemoveRows();
  }
}

void ConnectionModel::take(const control::ConnectionsReply& reply, qint64 nowMs) {
  const qint64 sinceMs = toldAtMs_ == 0 ? 0 : nowMs - toldAtMs_;
  toldAtMs_ = nowMs;
  total_ = reply.total;
  std::vector<control::ConnectionRow> open = reply.rows;
  std::sort(open.begin(), open.end(), byId);
  removeClosed(open);
  // What is left is a subset, in the same order: walk both, and put the new ones where they belong.
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (i < entries_.size() && entries_[i].row.connection == open[i].connection) {
      if (sinceMs > 0) note(entries_[i], open[i], sinceMs);
      continue;
    }
    beginInsertRows({}, int(i), int(i));
    entries_.insert(entries_.begin() + std::ptrdiff_t(i), Entry{open[i], 0, 0, {}});
    endInsertRows();
  }
  if (!entries_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, kConnectionColumnCount - 1));
}

void ConnectionModel::clear() {
  beginResetModel();
  entries_.clear();
  total_ = 0;
  toldAtMs_ = 0;
  endResetModel();
}

int ConnectionModel::rowOf(ConnectionId connection) const {
  control::ConnectionRow wanted;
  wanted.connection = connection;
  const auto less = [](const Entry& entry, const control::ConnectionRow& row) { return byId(entry.row, row); };
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), wanted, less);
  return found == entries_.end() || found->row.connection != connection ? -1 : int(found - entries_.begin());
}

void ConnectionModel::noteLimit(int row, const std::string& profile) {
  entries_[std::size_t(row)].row.limit = profile;
  emit dataChanged(index(row, int(ConnectionColumn::Limit)), index(row, int(ConnectionColumn::Limit)));
}

double ConnectionModel::limitAt(int row) const { return limitOf(rowAt(row)); }

QString ConnectionModel::text(ConnectionColumn column, const Entry& entry) const {
  const control::ConnectionRow& row = entry.row;
  const auto rateText = [](std::uint64_t rate) { return rate == 0 ? QString() : formatRate(rate); };
  switch (column) {
    case ConnectionColumn::Number: return QString::number(row.connection.value);
    case ConnectionColumn::State: return stateText(row.state);
    case ConnectionColumn::Program: return programText(row.program);
    case ConnectionColumn::Client: return visibleLine(row.clientAddress, 128);
    case ConnectionColumn::Target: return visibleLine(row.target);
    case ConnectionColumn::Age: {
      const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
      // Whole seconds: a clock that shivers is harder to read.
      return formatDuration(std::max<std::int64_t>(0, (now - row.openedAt).count()) / 1'000'000 * 1'000'000);
    }
    case ConnectionColumn::Exchanges: return QString::number(row.exchanges);
    case ConnectionColumn::Down: return formatBytes(row.bytesDown);
    case ConnectionColumn::Up: return formatBytes(row.bytesUp);
    case ConnectionColumn::DownRate: return rateText(entry.downRate);
    case ConnectionColumn::UpRate: return rateText(entry.upRate);
    case ConnectionColumn::History: return {};
    case ConnectionColumn::Limit: return rateScale().text(limitOf(row));
  }
  return {};
}

QVariant ConnectionModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const auto column = ConnectionColumn(index.column());
  if (role == Qt::TextAlignmentRole) return int((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  const Entry& entry = entries_[std::size_t(index.row())];
  if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) return text(column, entry);
  if (role == Qt::ToolTipRole && column == ConnectionColumn::Limit) {
    return tr("%1 each way for this connection alone; drag to change it").arg(text(column, entry));
  }
  return {};
}

QVariant ConnectionModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kConnectionColumnCount) return {};
  const auto column = ConnectionColumn(section);
  if (role == Qt::TextAlignmentRole) return int((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case ConnectionColumn::Number: return tr("#");
    case ConnectionColumn::State: return tr("State");
    case ConnectionColumn::Program: return tr("Program");
    case ConnectionColumn::Client: return tr("Client");
    case ConnectionColumn::Target: return tr("Target");
    case ConnectionColumn::Age: return tr("Age");
    case ConnectionColumn::Exchanges: return tr("Exchanges");
    case ConnectionColumn::Down: return tr("Down");
    case ConnectionColumn::Up: return tr("Up");
    case ConnectionColumn::DownRate: return tr("Down now");
    case ConnectionColumn::UpRate: return tr("Up now");
    case ConnectionColumn::History: return tr("Last minute");
    case ConnectionColumn::Limit: return tr("Limit");
  }
  return {};
}

}  // namespace sluice::gui
