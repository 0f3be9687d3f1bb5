// The exchange table's model: ids in memory (some twelve bytes a row, twice that in the order of a column), rows read when they
// are painted and kept while they are likely to be painted again. A million rows open in the time that reading their ids takes.
// In the order in which they arrived, or in that of a column. GUI thread; all reading of the database happens in History.
#pragma once

#include <QAbstractTableModel>
#include <QCache>
#include <QTimer>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "app/gui/exchanges/id_list.h"
#include "app/gui/exchanges/sorted_rows.h"
#include "app/gui/history/history.h"
#include "core/filter/expression.h"
#include "core/store/rows.h"

namespace sluice::gui {

enum class Column { Number, State, Method, Host, Path, Status, Type, Size, Duration, Waterfall, Program, Protocol, Profile,
                    Started, Comment };
inline constexpr int kColumnCount = int(Column::Comment) + 1;

// What a column's rows are sorted by; the number is the order of arrival itself.
std::optional<store::SortColumn> sortColumnOf(Column column);

class ExchangeModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  explicit ExchangeModel(History& history, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  // Reads what is new or changed since the last time. Cheap to call often: at most one reading is under way, and one
  // more follows when there were further calls meanwhile.
  void refresh();
  // Every id was read that there was at first.
  bool isWhole() const { return phase_ == Phase::Changes; }
  // Shows only exchanges that the filter lets through; the table begins anew.
  void setFilter(filter::Node filter);
  const filter::Node& filter() const { return filter_; }
  bool isFiltered() const { return filter_.kind != filter::Node::Kind::Everything; }

  // None: as they arrived. What is shown stays until the first rows in the new order are there.
  void setOrder(std::optional<store::SortOrder> order);
  const std::optional<store::SortOrder>& order() const { return order_; }

  // As refresh(), but the database may be another one by now.
  void reopen();

  ExchangeId idAt(int row) const { return ids_.at(std::size_t(row)); }
  // -1 when there is no such row.
  int rowOf(ExchangeId id) const { return int(ids_.rowOf(id)); }
  // The row's content; null while it is being read (dataChanged follows). The pointer is good until the next event.
  const store::ExchangeRow* rowAt(int row) const;

 signals:
  // Some of these rows have new content (also rows that are not in memory).
  void exchangesChanged(const std::vector<sluice::ExchangeId>& ids);
  // The ids have been read, or there are none yet.
  void loaded();
  // The history cannot be read; empty: it can again.
  void problemChanged(const QString& problem);

 private:
  struct Entry {
    store::ExchangeRow row;
    bool stale = false;  // changed in the database since it was read; still good to show meanwhile
  };
  // One reading of the database.
  struct Update {
    store::Totals totals;
    store::Changes changes;
    std::vector<store::ExchangeRow> rows;  // content of the newest of the changed rows
    ExchangeId readUpTo;                   // while the ids are read: where to go on
    std::optional<store::SortEntry> sortedUpTo;
    std::optional<SortedRows> sorted;  // what becomes of the list in the order of a column
    bool unsure = false;               // the history changed while places were looked for: they may be wrong
  };
  struct Shown {
    filter::Node filter;
    std::optional<store::SortOrder> order;
  };
  static Result<Update> begin(store::Reader& reader, const Shown& shown);
  static Result<Update> readIds(store::Reader& reader, const Shown& shown, ExchangeId after,
                                const std::optional<store::SortEntry>& afterSorted, IdList& list);
  static Result<Update> readChanges(store::Reader& reader, const Shown& shown, std::uint64_t sinceVersion);
  static Result<Update> readSortedChanges(store::Reader& reader, const Shown& shown, std::uint64_t sinceVersion,
                                          IdList& list, const std::vector<ExchangeId>& unsure);

  void take(Result<Update> update);
  bool isOtherDatabase(const store::Totals& totals) const;
  void dropRows(int first, int count);
  void dropOlderThan(ExchangeId oldest);
  void drop(std::span<const ExchangeId> ids);
  void putWanted(const std::vector<ExchangeId>& asked, std::vector<store::ExchangeRow> rows);
  void startOver();
  void readAnew();
  void beginAnew(const std::vector<ExchangeId>& ids);
  void takeFirstIds(const Update& update);
  void takeSorted(const SortedRows& rows);
  template <class Change>
  void arrange(Change change);
  bool isSorted() const { return listOrder_.has_value(); }
  void append(std::span<const ExchangeId> ids);
  void tellChanged(const std::vector<ExchangeId>& ids);
  void takeIds(const std::vector<ExchangeId>& ids);
  void insertLate(ExchangeId id);
  void markStale(const std::vector<ExchangeId>& changed);
  void putRows(std::vector<store::ExchangeRow> rows);
  void wantRow(int row) const;
  void readWanted();
  void setProblem(const Error& error);
  QString tipText(Column column, const store::ExchangeRow& row) const;
  QString displayText(Column column, const store::ExchangeRow& row) const;

  History& history_;
  IdList ids_;  // rising, unless they are in the order of a column
  // The same in that order, for finding places in: of History's thread once it was handed over, one for each order and filter.
  // Shared because Qt copies what it queues.
  std::shared_ptr<IdList> places_ = std::make_shared<IdList>();
  std::optional<store::SortOrder> order_, listOrder_;  // which is wanted, and which `ids_` is in
  std::vector<ExchangeId> unsure_;                     // places to be looked for again
  mutable QCache<quint64, Entry> rows_;
  // First every id is read, then only what changed since `version_`, which is the version at the first of these
  // readings.
  enum class Phase { FirstIds, MoreIds, Changes };
  Phase phase_ = Phase::FirstIds;
  std::uint64_t version_ = 0;
  std::uint64_t historyShown_ = 0;  // Totals::history; 0: not known yet
  ExchangeId readUpTo_;
  std::optional<store::SortEntry> sortedUpTo_;
  filter::Node filter_;
  bool refreshing_ = false, refreshAgain_ = false;
  unsigned generation_ = 0;          // answers of an older one are dropped
  mutable std::vector<int> wanted_;  // rows that were painted without content, in that order
  mutable QTimer readTimer_;
  bool reading_ = false;
  QString problem_;
};

}  // namespace sluice::gui
