#include "app/gui/sources/source_model.h"

#include <QFileInfo>
#include <QFont>
#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

// A group's own index has no parent; an item's carries its group, counted from 1.
constexpr quintptr kGroupItself = 0;

QString utf8(const std::string& text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

}  // namespace

SourceModel::SourceModel(QObject* parent) : QAbstractItemModel(parent) {}

QModelIndex SourceModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  return createIndex(row, column, parent.isValid() ? quintptr(parent.row() + 1) : kGroupItself);
}

QModelIndex SourceModel::parent(const QModelIndex& index) const {
  if (!index.isValid() || index.internalId() == kGroupItself) return {};
  return createIndex(int(index.internalId() - 1), 0, kGroupItself);
}

int SourceModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return kGroups;
  return isGroup(parent) && parent.column() == 0 ? int(items(groupOf(parent)).size()) : 0;
}

SourceModel::Group SourceModel::groupOf(const QModelIndex& index) const {
  return Group(index.internalId() == kGroupItself ? index.row() : int(index.internalId() - 1));
}

std::string SourceModel::keyOf(const QModelIndex& index) const {
  if (!index.isValid() || isGroup(index)) return {};
  return items(groupOf(index))[std::size_t(index.row())].key;
}

QString SourceModel::textOf(Group group, const std::string& key) const {
  switch (group) {
    case Group::Programs: return programText(key);
    case Group::Sessions: return visibleLine(QFileInfo(utf8(key)).fileName().toStdString());
    case Group::All:
    case Group::Hosts:
    case Group::Filters: break;
  }
  return visibleLine(key);
}

QVariant SourceModel::groupData(Group group, int role) const {
  if (role == CountRole) return group == Group::All ? QVariant::fromValue(total_) : QVariant();
  if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole && role != Qt::ToolTipRole) return {};
  switch (group) {
    case Group::All: return role == Qt::ToolTipRole ? tr("Every exchange that is recorded") : tr("All exchanges");
    case Group::Hosts: return role == Qt::ToolTipRole ? tr("Whom clients asked") : tr("Hosts");
    case Group::Programs: return role == Qt::ToolTipRole ? tr("Who asked, on this machine") : tr("Programs");
    case Group::Filters: return role == Qt::ToolTipRole ? tr("Filters that you kept") : tr("Saved filters");
    case Group::Sessions: return role == Qt::ToolTipRole ? tr("Session files that were opened or saved lately") : tr("Sessions");
  }
  return {};
}

QVariant SourceModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (isGroup(index)) return groupData(groupOf(index), role);
  const Group group = groupOf(index);
  const Item& item = items(group)[std::size_t(index.row())];
  switch (role) {
    case Qt::DisplayRole: return textOf(group, item.key);
    case Qt::ToolTipRole: return plainTip(visibleLine(item.key));
    case Qt::AccessibleTextRole:
      return item.count == 0 ? textOf(group, item.key) : tr("%1, %L2 exchanges").arg(textOf(group, item.key)).arg(item.count);
    case CountRole: return item.count == 0 ? QVariant() : QVariant::fromValue(item.count);
    default: return {};
  }
}

Qt::ItemFlags SourceModel::flags(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  if (isGroup(index) && groupOf(index) != Group::All) return Qt::ItemIsEnabled;
  return Qt::ItemIsEnabled | Qt::ItemIsSelectable | (isGroup(index) ? Qt::NoItemFlags : Qt::ItemNeverHasChildren);
}

void SourceModel::showCounts(const SourceCounter& counter) {
  put(Group::Hosts, counter.hosts());
  SourceCounter::Counts known = counter.programs();
  known.erase(std::string());
  put(Group::Programs, known);
  if (total_ == counter.total()) return;
  total_ = counter.total();
  emit dataChanged(groupIndex(Group::All), groupIndex(Group::All), {CountRole});
}

// Both in order: rows come and go one by one, so that what is chosen stays chosen.
void SourceModel::put(Group group, const SourceCounter::Counts& counts) {
  auto& now = items(group);
  const QModelIndex parent = groupIndex(group);
  for (std::size_t row = now.size(); row-- > 0;) {
    if (counts.contains(now[row].key)) continue;
    beginRemoveRows(parent, int(row), int(row));
    now.erase(now.begin() + std::ptrdiff_t(row));
    endRemoveRows();
  }
  std::size_t row = 0;
  int firstChanged = -1, lastChanged = -1;
  for (const auto& [key, count] : counts) {
    if (row == now.size() || now[row].key != key) {
      beginInsertRows(parent, int(row), int(row));
      now.insert(now.begin() + std::ptrdiff_t(row), Item{key, count});
      endInsertRows();
    } else if (now[row].count != count) {
      now[row].count = count;
      if (firstChanged < 0) firstChanged = int(row);
      lastChanged = int(row);
    }
    ++row;
  }
  if (firstChanged >= 0) emit dataChanged(index(firstChanged, 0, parent), index(lastChanged, 0, parent), {CountRole});
}

void SourceModel::replace(Group group, const QStringList& keys) {
  auto& now = items(group);
  const QModelIndex parent = groupIndex(group);
  if (!now.empty()) {
    beginRemoveRows(parent, 0, int(now.size()) - 1);
    now.clear();
    endRemoveRows();
  }
  if (keys.isEmpty()) return;
  beginInsertRows(parent, 0, int(keys.size()) - 1);
  for (const QString& key : keys) now.push_back({key.toStdString()});
  endInsertRows();
}

void SourceModel::setFilters(const QStringList& filters) { replace(Group::Filters, filters); }
void SourceModel::setSessions(const QStringList& files) { replace(Group::Sessions, files); }

}  // namespace sluice::gui
