#include "app/gui/exchanges/exchange_model.h"

#include <QDateTime>
#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/format.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

// About a kilobyte each: fifty screens, and well under the memory that a user would notice.
constexpr int kRowsCached = 4096;
// One reading of rows: a screen and its neighbours. Aligned, so that scrolling by a row reads nothing new.
constexpr int kRowsBlock = 64;
constexpr int kBlocksARead = 8;
constexpr std::size_t kWantedMax =
    512;  // rows painted without content while a reading is under way; older ones have scrolled off
// Ids in one update; a million at the start arrive in some twenty, with events handled in between.
constexpr std::size_t kIdsAnUpdate = 50'000;
// Changed ids in one update of a sorted list: each of them looks for its place.
constexpr std::size_t kSortedAnUpdate = 500;
// Of those whose place is looked for again; more than that would be a history that changes faster than it can be sorted.
constexpr std::size_t kUnsureMax = 2000;
// A filter that reads bodies gives way after this long, so that rows on view are not kept waiting.
constexpr auto kReadAtMost = std::chrono::milliseconds(8);
// Rows that come along with an update: what is on view while the newest are followed.
constexpr std::size_t kRowsAnUpdate = 256;

WallTime now() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

Qt::Alignment alignmentOf(Column column) {
  const bool number = column == Column::Number || column == Column::Size || column == Column::Duration;
  return (number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
}

}  // namespace

std::optional<store::SortColumn> sortColumnOf(Column column) {
  switch (column) {
    case Column::Number: return {};
    case Column::State: return store::SortColumn::State;
    case Column::Method: return store::SortColumn::Method;
    case Column::Host: return store::SortColumn::Host;
    case Column::Path: return store::SortColumn::Path;
    case Column::Status: return store::SortColumn::Status;
    case Column::Type: return store::SortColumn::Type;
    case Column::Size: return store::SortColumn::Size;
    case Column::Duration: return store::SortColumn::Duration;
    case Column::Waterfall:
    case Column::Started: return store::SortColumn::Started;
    case Column::Program: return store::SortColumn::Program;
    case Column::Protocol:
    case Column::Profile:
    case Column::Comment: return {};
  }
  return {};
}

ExchangeModel::ExchangeModel(History& history, QObject* parent)
    : QAbstractTableModel(parent), history_(history), rows_(kRowsCached) {
  readTimer_.setSingleShot(true);
  connect(&readTimer_, &QTimer::timeout, this, &ExchangeModel::readWanted);
}

int ExchangeModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ids_.size()); }

int ExchangeModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumnCount; }

QVariant ExchangeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const auto column = Column(index.column());
  if (role == Qt::TextAlignmentRole) return int(alignmentOf(column));
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole) return {};
  if (column == Column::Number) return QString::number(idAt(index.row()).value);
  const store::ExchangeRow* row = rowAt(index.row());
  if (row == nullptr) return {};
  if (role == Qt::ToolTipRole) return plainTip(tipText(column, *row));
  // Who does not see colours hears of them.
  if (role == Qt::AccessibleTextRole && column == Column::State && row->mark != Mark::None) {
    return tr("%1, marked: %2").arg(stateText(*row), markText(row->mark));
  }
  return displayText(column, *row);
}

QString ExchangeModel::tipText(Column column, const store::ExchangeRow& row) const {
  if (column == Column::Status && row.status != 0) return QStringLiteral("%1 %2").arg(row.status).arg(phraseOf(row.status));
  if (column == Column::Type) return visibleLine(row.contentType);
  if (column == Column::Program) return visibleLine(row.clientProgram);
  if (column == Column::Profile) return profileTip(row.profile);
  if (column == Column::Comment) return visibleLine(row.comment);
  if (column == Column::Started) return formatDateTime(row.startedAt);
  if (column == Column::State && row.error.code != Code::None) return errorText(row.error);
  return displayText(column, row);
}

QString ExchangeModel::displayText(Column column, const store::ExchangeRow& row) const {
  switch (column) {
    case Column::Number: return QString::number(row.id.value);
    case Column::State: return stateText(row);
    case Column::Method: return visibleLine(row.method, 64);
    case Column::Host: return hostText(row);
    case Column::Path: return visibleLine(row.path);
    case Column::Status: return row.status == 0 ? QString() : QString::number(row.status);
    case Column::Type: return typeText(row);
    case Column::Size: return formatBytes(sizeOf(row));
    case Column::Duration: return formatDuration(durationUs(row, now()));
    case Column::Waterfall: return {};
    case Column::Program: return programText(row.clientProgram);
    case Column::Protocol: return protocolText(row);
    case Column::Profile: return profileText(row.profile);
    case Column::Started: return formatTimeOfDay(row.startedAt);
    case Column::Comment: return visibleLine(row.comment, 256);
  }
  return {};
}

QVariant ExchangeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumnCount) return {};
  const auto column = Column(section);
  // As its cells, whose text runs from left to right whatever the window does.
  if (role == Qt::TextAlignmentRole) return int(alignmentOf(column) | Qt::AlignAbsolute);
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
  const bool tip = role == Qt::ToolTipRole;
  switch (column) {
    case Column::Number: return tip ? tr("Number of the exchange, in the order in which they began") : tr("#");
    case Column::State: return tip ? tr("Running, complete, failed or cut off") : tr("State");
    case Column::Method: return tip ? tr("Request method") : tr("Method");
    case Column::Host: return tip ? tr("Host that was asked") : tr("Host");
    case Column::Path: return tip ? tr("Path and query; a tunnel has none") : tr("Path");
    case Column::Status: return tip ? tr("Status of the response") : tr("Status");
    case Column::Type: return tip ? tr("Content type of the response, or the kind of the row") : tr("Type");
    case Column::Size: return tip ? tr("Bytes of the response body; of a tunnel, both ways") : tr("Size");
    case Column::Duration: return tip ? tr("From the first byte of the request to the end") : tr("Duration");
    case Column::Waterfall:
      return tip ? tr("When each of the rows on view began and ended: waiting pale, receiving full") : tr("Waterfall");
    case Column::Program: return tip ? tr("The program that sent the request") : tr("Program");
    case Column::Protocol: return tip ? tr("What was spoken with the server") : tr("Protocol");
    case Column::Profile: return tip ? tr("The network profile that slowed it down") : tr("Profile");
    case Column::Started: return tip ? tr("When the request began, local time") : tr("Started");
    case Column::Comment: return tip ? tr("What somebody wrote about the exchange") : tr("Comment");
  }
  return {};
}

const store::ExchangeRow* ExchangeModel::rowAt(int row) const {
  const Entry* entry = rows_.object(idAt(row).value);
  if (entry == nullptr || entry->stale) wantRow(row);
  return entry == nullptr ? nullptr : &entry->row;
}

// --- what changed -----------------------------------------------------------------------------------------------

void ExchangeModel::refresh() {
  if (refreshing_) {
    refreshAgain_ = true;
    return;
  }
  refreshing_ = true;
  refreshAgain_ = false;
  const auto done = [this, generation = generation_](Result<Update> update) {
    if (generation == generation_) return take(std::move(update));
    refreshing_ = false;
    refresh();
  };
  const Shown shown{filter_, order_};
  if (phase_ != Phase::Changes) {
    history_.ask(
        this,
        [after = readUpTo_, afterSorted = sortedUpTo_, places = places_, shown](store::Reader& reader) {
          return readIds(reader, shown, after, afterSorted, *places);
        },
        done);
  } else if (order_) {
    history_.ask(
        this,
        [version = version_, places = places_, unsure = unsure_, shown](store::Reader& reader) {
          return readSortedChanges(reader, shown, version, *places, unsure);
        },
        done);
  } else {
    history_.ask(
        this, [version = version_, shown](store::Reader& reader) { return readChanges(reader, shown, version); }, done);
  }
}

void ExchangeModel::setFilter(filter::Node filter) {
  if (filter == filter_) return;
  filter_ = std::move(filter);
  startOver();
  refresh();
}

void ExchangeModel::setOrder(std::optional<store::SortOrder> order) {
  if (order == order_) return;
  order_ = order;
  readAnew();
  refresh();
}

void ExchangeModel::reopen() {
  history_.reopen();
  refresh();
}

Result<ExchangeModel::Update> ExchangeModel::begin(store::Reader& reader, const Shown& shown) {
  if (auto done = reader.show(shown.filter); !done) return fail(done.error());
  auto totals = reader.totals();
  if (!totals) return fail(totals.error());
  Update update;
  update.totals = *totals;
  return update;
}

Result<ExchangeModel::Update> ExchangeModel::readIds(store::Reader& reader, const Shown& shown, ExchangeId after,
                                                     const std::optional<store::SortEntry>& afterSorted, IdList& list) {
  auto update = begin(reader, shown);
  if (!update) return update;
  update->changes.version = update->totals.version;
  if (shown.order) {
    auto page = reader.sorted(*shown.order, afterSorted, kIdsAnUpdate, kReadAtMost);
    if (!page) return fail(page.error());
    update->changes.more = page->more;
    update->sortedUpTo = std::move(page->upTo);
    // One that changed meanwhile comes twice. Neither place need be right; it is among the changes that follow.
    std::erase_if(page->ids, [&list](ExchangeId id) { return list.contains(id); });
    list.append(page->ids);
    update->changes.ids = std::move(page->ids);
    return update;
  }
  auto ids = reader.ids(after, kIdsAnUpdate, kReadAtMost);
  if (!ids) return fail(ids.error());
  update->changes.more = ids->more;
  update->readUpTo = ids->upTo;
  update->changes.ids = std::move(ids->ids);
  return update;
}

Result<ExchangeModel::Update> ExchangeModel::readSortedChanges(store::Reader& reader, const Shown& shown, std::uint64_t sinceVersion,
                                                               IdList& list, const std::vector<ExchangeId>& unsure) {
  auto update = begin(reader, shown);
  if (!update || (update->totals.version == sinceVersion && unsure.empty())) return update;
  auto changes = reader.changesSince(sinceVersion, kSortedAnUpdate, kReadAtMost);
  if (!changes) return fail(changes.error());
  const auto isHidden = [&](ExchangeId id) { return std::binary_search(changes->hidden.begin(), changes->hidden.end(), id); };
  std::copy_if(unsure.begin(), unsure.end(), std::back_inserter(changes->ids), [&](ExchangeId id) { return !isHidden(id); });
  std::sort(changes->ids.begin(), changes->ids.end());
  changes->ids.erase(std::unique(changes->ids.begin(), changes->ids.end()), changes->ids.end());
  auto sorted = keepSorted(reader, *shown.order, list, *changes, update->totals.oldest);
  if (!sorted) return fail(sorted.error());
  const auto after = reader.totals();
  update->unsure = !after || after->version != update->totals.version;
  update->sorted = std::move(*sorted);
  update->changes = std::move(*changes);
  return update;
}

Result<ExchangeModel::Update> ExchangeModel::readChanges(store::Reader& reader, const Shown& shown, std::uint64_t sinceVersion) {
  auto begun = begin(reader, shown);
  if (!begun) return begun;
  Update update = std::move(*begun);
  auto changes = reader.changesSince(sinceVersion, kIdsAnUpdate, kReadAtMost);
  if (!changes) return fail(changes.error());
  update.changes = std::move(*changes);
  const std::span ids(update.changes.ids);
  auto rows = reader.rows(ids.last(std::min(ids.size(), kRowsAnUpdate)));
  if (!rows) return fail(rows.error());
  update.rows = std::move(*rows);
  return update;
}

void ExchangeModel::take(Result<Update> update) {
  refreshing_ = false;
  if (!update) {
    // Nothing recorded yet is an empty table, no problem; anything else keeps what is shown.
    const bool nothingYet = update.error().code == Code::NotFound;
    setProblem(nothingYet ? Error{} : update.error());
    if (nothingYet && phase_ == Phase::FirstIds) emit loaded();
    if (refreshAgain_) refresh();
    return;
  }
  setProblem({});
  if (isOtherDatabase(update->totals)) {
    startOver();
    return refresh();
  }
  historyShown_ = update->totals.history;
  const store::Changes& changes = update->changes;
  if (phase_ != Phase::Changes) return takeFirstIds(*update);
  if (!order_) {
    version_ = changes.version;
    dropOlderThan(update->totals.oldest);
    drop(changes.hidden);
    markStale(changes.ids);
    takeIds(changes.ids);
    putRows(std::move(update->rows));
  } else if (update->sorted) {
    // What was given up is known as of the totals, what changed perhaps as of later: what lies between is asked for again.
    version_ = std::min(changes.version, update->totals.version);
    unsure_ = update->unsure && changes.ids.size() <= kUnsureMax ? changes.ids : std::vector<ExchangeId>();
    takeSorted(*update->sorted);
    markStale(changes.ids);
  }
  if (!changes.ids.empty()) emit exchangesChanged(changes.ids);
  if (changes.more || refreshAgain_) refresh();
}

void ExchangeModel::takeFirstIds(const Update& update) {
  const bool first = phase_ == Phase::FirstIds;
  if (first) version_ = update.changes.version;
  readUpTo_ = update.readUpTo;
  sortedUpTo_ = update.sortedUpTo;
  if (first && (order_ || isSorted())) beginAnew(update.changes.ids);
  else if (order_) append(update.changes.ids);
  else takeIds(update.changes.ids);
  phase_ = update.changes.more ? Phase::MoreIds : Phase::Changes;
  if (phase_ == Phase::Changes) emit loaded();
  refresh();
}

// --- in the order of a column -----------------------------------------------------------------------------------

void ExchangeModel::beginAnew(const std::vector<ExchangeId>& ids) {
  beginResetModel();
  ids_.clear();
  ids_.append(ids);
  listOrder_ = order_;
  wanted_.clear();
  endResetModel();
}

void ExchangeModel::append(std::span<const ExchangeId> ids) {
  if (ids.empty()) return;
  beginInsertRows({}, rowCount(), rowCount() + int(ids.size()) - 1);
  ids_.append(ids);
  endInsertRows();
}

// Rows go from the end and come at the end; what lies between is one change of the layout. However many there are, a view has
// few things to do.
void ExchangeModel::takeSorted(const SortedRows& rows) {
  if (!rows.removed.empty()) {
    arrange([&](IdList& list) {
      for (const ExchangeId id : rows.removed) list.erase(std::size_t(list.rowOf(id)), 1);
      list.append(rows.removed);
    });
    const int removed = int(rows.removed.size());
    dropRows(rowCount() - removed, removed);
  }
  const auto isThere = [this](const SortedRows::Place& place) { return rowOf(place.id) == int(place.row); };
  append(rows.added);
  if (!std::all_of(rows.places.begin(), rows.places.end(), isThere)) arrange([&](IdList& list) { putInPlace(list, rows); });
}

// `change` gives the same ids another order.
template <class Change>
void ExchangeModel::arrange(Change change) {
  emit layoutAboutToBeChanged({}, VerticalSortHint);
  const QModelIndexList from = persistentIndexList();
  std::vector<ExchangeId> held;  // by views: few
  for (const QModelIndex& index : from) held.push_back(idAt(index.row()));
  change(ids_);
  QModelIndexList to;
  for (qsizetype i = 0; i < from.size(); ++i) to << index(rowOf(held[std::size_t(i)]), from[i].column());
  changePersistentIndexList(from, to);
  emit layoutChanged({}, VerticalSortHint);
}

bool ExchangeModel::isOtherDatabase(const store::Totals& totals) const {
  return historyShown_ != 0 && totals.history != historyShown_;
}

// --- what went away ---------------------------------------------------------------------------------------------

void ExchangeModel::dropRows(int first, int count) {
  if (count == 0) return;
  beginRemoveRows({}, first, first + count - 1);
  ids_.erase(std::size_t(first), std::size_t(count));
  endRemoveRows();
}

// The history gives up its oldest exchanges when it has grown too large.
void ExchangeModel::dropOlderThan(ExchangeId oldest) {
  dropRows(0, oldest ? int(ids_.lowerBound(oldest)) : rowCount());
}

void ExchangeModel::drop(std::span<const ExchangeId> ids) {
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    if (const int row = rowOf(*id); row >= 0) dropRows(row, 1);
  }
}

void ExchangeModel::startOver() {
  beginResetModel();
  ids_.clear();
  listOrder_ = order_;
  rows_.clear();
  wanted_.clear();
  historyShown_ = 0;
  readAnew();
  endResetModel();
}

void ExchangeModel::readAnew() {
  phase_ = Phase::FirstIds;
  version_ = 0;
  readUpTo_ = {};
  sortedUpTo_.reset();
  places_ = std::make_shared<IdList>();
  unsure_.clear();
  ++generation_;
}

void ExchangeModel::takeIds(const std::vector<ExchangeId>& ids) {
  const ExchangeId last = ids_.empty() ? ExchangeId{} : ids_.at(ids_.size() - 1);
  const auto firstNew = std::upper_bound(ids.begin(), ids.end(), last);
  // Two connections can be recorded in another order than that in which their requests began.
  for (auto id = ids.begin(); id != firstNew; ++id) insertLate(*id);
  append(std::span(firstNew, ids.end()));
}

void ExchangeModel::insertLate(ExchangeId id) {
  if (ids_.contains(id)) return;
  const int row = int(ids_.lowerBound(id));
  beginInsertRows({}, row, row);
  ids_.insert(std::size_t(row), id);
  endInsertRows();
}

void ExchangeModel::markStale(const std::vector<ExchangeId>& changed) {
  std::vector<ExchangeId> known;
  for (const ExchangeId id : changed) {
    Entry* entry = rows_.object(id.value);
    if (entry == nullptr) continue;
    entry->stale = true;
    known.push_back(id);
  }
  tellChanged(known);
}

// One range that holds them all: of what lies in it, a view paints what is on view.
void ExchangeModel::tellChanged(const std::vector<ExchangeId>& ids) {
  int first = rowCount(), last = -1;
  for (const ExchangeId id : ids) {
    const int row = rowOf(id);
    if (row < 0) continue;
    first = std::min(first, row);
    last = std::max(last, row);
  }
  if (last >= 0) emit dataChanged(index(first, 0), index(last, kColumnCount - 1));
}

// --- content of rows --------------------------------------------------------------------------------------------

void ExchangeModel::putRows(std::vector<store::ExchangeRow> rows) {
  std::vector<ExchangeId> ids;
  for (auto& content : rows) {
    const ExchangeId id = content.id;
    rows_.insert(id.value, new Entry{std::move(content), false});
    ids.push_back(id);
  }
  tellChanged(ids);
}

void ExchangeModel::putWanted(const std::vector<ExchangeId>& asked, std::vector<store::ExchangeRow> rows) {
  std::vector<ExchangeId> gone = asked;
  std::erase_if(gone, [&](ExchangeId id) {
    return std::any_of(rows.begin(), rows.end(), [id](const store::ExchangeRow& row) { return row.id == id; });
  });
  putRows(std::move(rows));
  if (!isSorted()) drop(gone);
  else if (!gone.empty()) refresh();
}

void ExchangeModel::wantRow(int row) const {
  if (wanted_.size() >= kWantedMax) wanted_.erase(wanted_.begin(), wanted_.begin() + kWantedMax / 2);
  if (wanted_.empty() || wanted_.back() != row) wanted_.push_back(row);
  if (!reading_ && !readTimer_.isActive()) readTimer_.start(0);
}

void ExchangeModel::readWanted() {
  if (reading_ || wanted_.empty()) return;
  std::vector<ExchangeId> ids;
  std::vector<int> blocks;
  for (auto row = wanted_.rbegin(); row != wanted_.rend() && blocks.size() < kBlocksARead; ++row) {
    const int block = *row / kRowsBlock;
    if (*row >= rowCount() || std::find(blocks.begin(), blocks.end(), block) != blocks.end()) continue;
    blocks.push_back(block);
    for (int i = block * kRowsBlock; i < std::min((block + 1) * kRowsBlock, rowCount()); ++i) {
      const Entry* entry = rows_.object(idAt(i).value);
      if (entry == nullptr || entry->stale) ids.push_back(idAt(i));
    }
  }
  wanted_.clear();
  if (ids.empty()) return;
  reading_ = true;
  history_.ask(
      this, [ids](store::Reader& reader) { return reader.rows(ids); },
      [this, ids, generation = generation_](Result<std::vector<store::ExchangeRow>> rows) {
        reading_ = false;
        if (!rows) return setProblem(rows.error());
        if (generation == generation_) putWanted(ids, std::move(*rows));
        if (!wanted_.empty()) readTimer_.start(0);
      });
}

void ExchangeModel::setProblem(const Error& error) {
  const QString problem = errorText(error);
  if (problem == problem_) return;
  problem_ = problem;
  emit problemChanged(problem_);
}

}  // namespace sluice::gui
