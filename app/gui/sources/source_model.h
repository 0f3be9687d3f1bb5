// The tree of the sidebar: all exchanges, hosts and client programs with their counts, saved filters, and session files that
// were opened lately. GUI thread.
#pragma once

#include <QAbstractItemModel>
#include <array>
#include <string>
#include <vector>

#include "app/gui/sources/source_counter.h"

namespace sluice::gui {

class SourceModel : public QAbstractItemModel {
  Q_OBJECT
 public:
  enum class Group { All, Hosts, Programs, Filters, Sessions };
  static constexpr int kGroups = 5;
  enum Role { CountRole = Qt::UserRole };

  explicit SourceModel(QObject* parent = nullptr);

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex&) const override { return 1; }
  QVariant data(const QModelIndex& index, int role) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;

  void showCounts(const SourceCounter& counter);
  void setFilters(const QStringList& filters);
  void setSessions(const QStringList& files);

  Group groupOf(const QModelIndex& index) const;
  bool isGroup(const QModelIndex& index) const { return index.isValid() && !index.parent().isValid(); }
  // What traffic or the user calls it: a host, a path, a filter's text, a file.
  std::string keyOf(const QModelIndex& index) const;
  QModelIndex groupIndex(Group group) const { return index(int(group), 0); }

 private:
  struct Item {
    std::string key;
    std::uint64_t count = 0;
  };
  void put(Group group, const SourceCounter::Counts& counts);
  void replace(Group group, const QStringList& keys);
  QString textOf(Group group, const std::string& key) const;
  QVariant groupData(Group group, int role) const;
  std::vector<Item>& items(Group group) { return items_[std::size_t(group)]; }
  const std::vector<Item>& items(Group group) const { return items_[std::size_t(group)]; }

  std::array<std::vector<Item>, kGroups> items_;  // in order of key
  std::uint64_t total_ = 0;
};

}  // namespace sluice::gui
