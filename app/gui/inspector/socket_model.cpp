#include "app/gui/inspector/socket_model.h"

#include <algorithm>

#include "app/gui/text/format.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

QString kindText(int opcode) {
  switch (opcode) {
    case 1: return SocketModel::tr("text");
    case 2: return SocketModel::tr("binary");
    case 8: return SocketModel::tr("close");
    case 9: return SocketModel::tr("ping");
    case 10: return SocketModel::tr("pong");
    default: return QString::number(opcode);
  }
}

}  // namespace

void SocketModel::clear(WallTime startedAt) {
  beginResetModel();
  rows_.clear();
  startedAt_ = startedAt;
  endResetModel();
}

void SocketModel::append(std::vector<store::MessageRow> messages) {
  if (messages.empty()) return;
  const int first = rowCount();
  beginInsertRows({}, first, first + static_cast<int>(messages.size()) - 1);
  for (auto& message : messages) rows_.push_back(std::move(message));
  endInsertRows();
}

int SocketModel::rowOf(std::int64_t id) const {
  const auto before = [](const store::MessageRow& row, std::int64_t wanted) { return row.id < wanted; };
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), id, before);
  return found == rows_.end() || found->id != id ? -1 : int(found - rows_.begin());
}

int SocketModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }

int SocketModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString SocketModel::text(const store::MessageRow& row, Column column) const {
  switch (column) {
    case Column::Time: return tr("+%1").arg(formatDuration((row.at - startedAt_).count()));
    case Column::From: return row.direction == capture::Direction::Request ? tr("↑ client") : tr("↓ server");
    case Column::Kind: return row.compressed ? tr("%1, compressed").arg(kindText(row.opcode)) : kindText(row.opcode);
    case Column::Size: return formatBytes(row.bytes);
    case Column::Content:
      return row.fault.empty() ? visibleLine(row.payload, 256) : tr("[%1]").arg(visibleLine(row.fault, 256));
  }
  return {};
}

QVariant SocketModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& row = at(index.row());
  const auto column = static_cast<Column>(index.column());
  if (role == Qt::DisplayRole) return text(row, column);
  if (role == Qt::TextAlignmentRole) return int((column == Column::Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role == Qt::ToolTipRole && !row.fault.empty()) return plainTip(visibleLine(row.fault));
  return {};
}

QVariant SocketModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return int((Column(section) == Column::Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  switch (static_cast<Column>(section)) {
    case Column::Time: return tr("Time");
    case Column::From: return tr("From");
    case Column::Kind: return tr("Kind");
    case Column::Size: return tr("Size");
    case Column::Content: return tr("Content");
  }
  return {};
}

}  // namespace sluice::gui
