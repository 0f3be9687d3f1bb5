#include "app/gui/exchanges/exchange_table.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <utility>

#include "app/gui/exchanges/exchange_delegate.h"
#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

constexpr int kHeaderRoom = 18;  // beside its text, as the style sheet has it
// Raised when columns are added or change their meaning: a state saved before is then not restored.
constexpr int kColumnsVersion = 4;
constexpr int kRunningRepaintMs = 250;
constexpr int kRowPadding = 7;
constexpr int kCompactPadding = 1;
constexpr int kPathDigitsMin = 24;

// In widths of the digit 0, so that every font gets columns that fit.
int defaultWidth(Column column) {
  switch (column) {
    case Column::Number: return 7;
    case Column::State: return 6;
    case Column::Method: return 11;
    case Column::Host: return 18;
    case Column::Path: return 40;
    case Column::Status: return 8;
    case Column::Type: return 11;
    case Column::Size: return 10;
    case Column::Duration: return 11;
    case Column::Waterfall: return 14;
    case Column::Program: return 12;
    case Column::Protocol: return 9;
    case Column::Profile: return 18;
    case Column::Started: return 14;
    case Column::Comment: return 24;
  }
  return 10;
}

// The others are for who asks for them: what everybody looks at fits a window of usual size.
bool isUsual(Column column) { return column < Column::Protocol; }

}  // namespace

ExchangeTable::ExchangeTable(ExchangeModel& model, QWidget* parent) : QTableView(parent), model_(model) {
  setModel(&model);
  delegate_ = new ExchangeDelegate(this);
  setItemDelegate(delegate_);
  setSelectionBehavior(SelectRows);
  setSelectionMode(ExtendedSelection);
  setEditTriggers(NoEditTriggers);
  setShowGrid(false);
  setWordWrap(false);
  setTabKeyNavigation(false);
  setCornerButtonEnabled(false);
  setVerticalScrollMode(ScrollPerPixel);
  setHorizontalScrollMode(ScrollPerPixel);
  setFrameShape(NoFrame);
  setAccessibleName(tr("Exchanges"));
  setUpHeaders();
  setContextMenuPolicy(Qt::CustomContextMenu);
  connect(this, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& at) { emit rowMenuRequested(viewport()->mapToGlobal(at)); });
  connect(this, &QAbstractItemView::doubleClicked, this, [this] { emit openRequested(); });

  QScrollBar* bar = verticalScrollBar();
  connect(bar, &QScrollBar::actionTriggered, this, &ExchangeTable::userScrolled);
  connect(bar, &QScrollBar::rangeChanged, this, [this, bar](int, int maximum) {
    if (following_) bar->setValue(maximum);
  });
  connect(&runningTimer_, &QTimer::timeout, this, &ExchangeTable::repaintRunning);
  runningTimer_.start(kRunningRepaintMs);
}

void ExchangeTable::setUpHeaders() {
  QHeaderView* header = horizontalHeader();
  header->setHighlightSections(false);
  header->setSectionsMovable(true);
  header->setSectionsClickable(true);
  header->setSortIndicatorShown(true);
  header->setSortIndicatorClearable(true);
  header->setSortIndicator(-1, Qt::AscendingOrder);
  connect(header, &QHeaderView::sortIndicatorChanged, this, &ExchangeTable::sortBy);
  connect(&model_, &ExchangeModel::loaded, this, &ExchangeTable::reselect);
  connect(&model_, &ExchangeModel::loaded, viewport(), qOverload<>(&QWidget::update));  // it may be empty, which is said
  header->setTextElideMode(Qt::ElideRight);
  header->setMinimumSectionSize(36);
  connect(header, &QHeaderView::sectionResized, this, &ExchangeTable::fillWidth);
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this,
          [this, header](const QPoint& at) { emit columnsMenuRequested(header->mapToGlobal(at)); });
  verticalHeader()->hide();
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  updateRowHeight();
  resetColumns();
}

void ExchangeTable::resetColumns() {
  QHeaderView* header = horizontalHeader();
  const int digit = fontMetrics().horizontalAdvance(u'0');
  for (int i = 0; i < kColumnCount; ++i) {
    header->moveSection(header->visualIndex(i), i);
    header->setSectionHidden(i, !isUsual(Column(i)));
    const QString name = model_.headerData(i, Qt::Horizontal, Qt::DisplayRole).toString();
    header->resizeSection(i, std::max(defaultWidth(Column(i)) * digit, header->fontMetrics().horizontalAdvance(name) + kHeaderRoom));
  }
  fillWidth();
}

// The path takes what the others leave, but never so little that it says nothing: then the table scrolls sideways.
void ExchangeTable::fillWidth() {
  const int path = int(Column::Path);
  if (filling_ || isColumnHidden(path)) return;
  filling_ = true;
  QHeaderView* header = horizontalHeader();
  const int others = header->length() - header->sectionSize(path);
  const int least = kPathDigitsMin * fontMetrics().horizontalAdvance(u'0');
  header->resizeSection(path, std::max(least, viewport()->width() - others));
  filling_ = false;
}

void ExchangeTable::resizeEvent(QResizeEvent* event) {
  const QModelIndex current = currentIndex();
  const QRect before = visualRect(current);
  const bool wasShown = current.isValid() && before.top() >= 0 && before.bottom() <= event->oldSize().height();
  QTableView::resizeEvent(event);
  fillWidth();
  // What is looked at does not vanish behind the inspector that opens below it.
  if (wasShown) scrollTo(current);
}

QByteArray ExchangeTable::columnsState() const {
  return QByteArray::number(kColumnsVersion) + ':' + horizontalHeader()->saveState();
}

void ExchangeTable::restoreColumnsState(const QByteArray& state) {
  const QByteArray prefix = QByteArray::number(kColumnsVersion) + ':';
  QHeaderView* header = horizontalHeader();
  if (state.startsWith(prefix)) header->restoreState(state.mid(prefix.size()));
  header->setSectionsMovable(true);
  header->setSectionsClickable(true);
  header->setSortIndicatorShown(true);
  header->setSortIndicatorClearable(true);
  fillWidth();
}

void ExchangeTable::setColumnShown(Column column, bool shown) {
  // A table without columns could not be mended by its own header's menu.
  if (!shown && horizontalHeader()->hiddenSectionCount() + 1 >= kColumnCount) return;
  setColumnHidden(int(column), !shown);
  fillWidth();
}

void ExchangeTable::updateRowHeight() {
  verticalHeader()->setMinimumSectionSize(1);
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + (density_ == Density::Compact ? kCompactPadding : kRowPadding));
}

void ExchangeTable::setDensity(Density density) {
  density_ = density;
  updateRowHeight();
}

void ExchangeTable::changeEvent(QEvent* event) {
  QTableView::changeEvent(event);
  if (event->type() == QEvent::FontChange) updateRowHeight();
}

// --- sorting ----------------------------------------------------------------------------------------------------

void ExchangeTable::sort(std::optional<Column> by, Qt::SortOrder order) {
  horizontalHeader()->setSortIndicator(by ? int(*by) : -1, order);
}

std::optional<Column> ExchangeTable::sortedBy() const {
  const int section = horizontalHeader()->sortIndicatorSection();
  return section < 0 ? std::nullopt : std::optional(Column(section));
}

void ExchangeTable::sortBy(int section, Qt::SortOrder order) {
  const auto column = section < 0 ? std::nullopt : sortColumnOf(Column(section));
  // The order of arrival is what there is without sorting, and shows no arrow.
  if (section >= 0 && !column) return horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  const bool was = isSorted();
  const auto wanted = column ? std::optional(store::SortOrder{*column, order == Qt::DescendingOrder}) : std::nullopt;
  if (wanted == model_.order()) return;
  if (!was) followsUnsorted_ = following_;
  toReselect_ = currentId();
  model_.setOrder(wanted);
  if (wanted) setFollowing(false);
  else if (followsUnsorted_) setFollowing(true);
}

// The rows begin anew when the order changes; the chosen exchange stays chosen.
void ExchangeTable::reselect() {
  const ExchangeId id = std::exchange(toReselect_, {});
  if (id && !currentId()) select(model_.rowOf(id));
  else if (following_) scrollToBottom();
}

// --- following --------------------------------------------------------------------------------------------------

void ExchangeTable::setFollowing(bool following) {
  if (following && isSorted()) {
    followsUnsorted_ = true;
    return horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  }
  if (following) scrollToBottom();
  if (following == following_) return;
  following_ = following;
  emit followingChanged(following_);
}

void ExchangeTable::userScrolled() {
  if (isSorted()) return;
  const QScrollBar* bar = verticalScrollBar();
  setFollowing(bar->sliderPosition() >= bar->maximum());
}

void ExchangeTable::repaintRunning() {
  if (!isVisible() || isColumnHidden(int(Column::Duration))) return;
  const auto [first, last] = rowsOnView();
  for (int row = first; row <= last; ++row) {
    const store::ExchangeRow* content = model_.rowAt(row);
    if (content == nullptr || content->state != store::State::Running) continue;
    if (!isColumnHidden(int(Column::Waterfall))) return viewport()->update();  // the span of all rows grows with it
    update(model_.index(row, int(Column::Duration)));
  }
}

std::pair<int, int> ExchangeTable::rowsOnView() const {
  const int first = std::max(0, rowAt(0));
  const int below = rowAt(viewport()->height() - 1);
  return {first, below < 0 ? model_.rowCount() - 1 : below};
}

// The waterfall spans what is on view, from the first beginning to the last end.
void ExchangeTable::updateSpan() {
  ExchangeDelegate::Span span{WallTime::max(), WallTime::min()};
  const auto [first, last] = rowsOnView();
  for (int row = first; row <= last; ++row) {
    const store::ExchangeRow* content = model_.rowAt(row);
    if (content == nullptr) continue;
    const auto lasted = Micros(std::max<std::int64_t>(0, content->phases.finishedUs));
    const bool running = content->state == store::State::Running;
    span.from = std::min(span.from, content->startedAt);
    span.to = std::max(span.to, running ? std::chrono::floor<Micros>(std::chrono::system_clock::now()) : content->startedAt + lasted);
  }
  if (span.to < span.from) span = {};
  if (delegate_->setSpan(span)) viewport()->update();
}

void ExchangeTable::paintEvent(QPaintEvent* event) {
  if (!isColumnHidden(int(Column::Waterfall))) updateSpan();
  QTableView::paintEvent(event);
  const QString empty = emptyText();
  if (empty.isEmpty()) return;
  QPainter painter(viewport());
  painter.setPen(colorsOf(palette()).muted);
  painter.drawText(viewport()->rect(), Qt::AlignCenter, empty);
}

QString ExchangeTable::emptyText() const {
  if (model_.rowCount() > 0 || !model_.isWhole()) return {};
  return model_.filter().kind == filter::Node::Kind::Everything ? tr("No exchanges") : tr("No exchange matches what is chosen and typed");
}

// --- choosing ---------------------------------------------------------------------------------------------------

ExchangeId ExchangeTable::currentId() const {
  const QModelIndex current = currentIndex();
  return current.isValid() ? model_.idAt(current.row()) : ExchangeId{};
}

std::vector<ExchangeId> ExchangeTable::selectedIds(std::size_t countMax) const {
  std::vector<std::pair<int, int>> ranges;
  for (const auto& range : selectionModel()->selection()) ranges.emplace_back(range.top(), range.bottom());
  std::sort(ranges.begin(), ranges.end());
  std::vector<ExchangeId> ids;
  int next = 0;  // ranges may overlap
  for (const auto& [top, bottom] : ranges) {
    for (int row = std::max(top, next); row <= bottom && ids.size() < countMax; ++row) ids.push_back(model_.idAt(row));
    next = std::max(next, bottom + 1);
  }
  return ids;
}

int ExchangeTable::selectedCount() const {
  int count = 0;
  for (const auto& range : selectionModel()->selection()) count += range.height();
  return count;
}

void ExchangeTable::select(int row) {
  if (row < 0 || row >= model_.rowCount()) return;
  const QModelIndex index = model_.index(row, std::max(0, horizontalHeader()->logicalIndex(0)));
  selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  scrollTo(index);
}

void ExchangeTable::step(int rows) {
  const int from = currentIndex().isValid() ? currentIndex().row() : rows > 0 ? -1 : model_.rowCount();
  select(std::clamp(from + rows, 0, std::max(0, model_.rowCount() - 1)));
}

void ExchangeTable::clearChoice() {
  selectionModel()->clear();
  emit currentIdChanged({});
}

void ExchangeTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
  QTableView::currentChanged(current, previous);
  if (current.row() == previous.row() && current.isValid() == previous.isValid()) return;
  // Who looks at a row does not want it to run away; who goes to the last one wants what comes next.
  if (current.isValid() && !isSorted()) setFollowing(current.row() == model_.rowCount() - 1);
  emit currentIdChanged(currentId());
}

void ExchangeTable::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
  QTableView::selectionChanged(selected, deselected);
  emit selectionCountChanged();
}

// A view that gets the focus asks for its first row and makes it the current one. Nobody chose that row: it would end
// following and fill the inspector, whenever the window is activated again.
void ExchangeTable::focusInEvent(QFocusEvent* event) {
  takingFocus_ = true;
  QTableView::focusInEvent(event);
  takingFocus_ = false;
}

QModelIndex ExchangeTable::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
  if (takingFocus_) return {};
  const int column = currentIndex().isValid() ? currentIndex().column() : horizontalHeader()->logicalIndex(0);
  if (model_.rowCount() > 0 && action == MoveHome) return model_.index(0, column);
  if (model_.rowCount() > 0 && action == MoveEnd) return model_.index(model_.rowCount() - 1, column);
  return QTableView::moveCursor(action, modifiers);
}

void ExchangeTable::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return emit copyRequested();
  switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter: return emit openRequested();
    case Qt::Key_Escape: return clearChoice();
    case Qt::Key_Left: return horizontalScrollBar()->triggerAction(QScrollBar::SliderSingleStepSub);
    case Qt::Key_Right: return horizontalScrollBar()->triggerAction(QScrollBar::SliderSingleStepAdd);
    default: QTableView::keyPressEvent(event);
  }
}

}  // namespace sluice::gui
