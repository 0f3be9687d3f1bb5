#include "app/gui/sources/sources_panel.h"

#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>

#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

constexpr auto kFiltersKey = "sources/filters";
constexpr auto kSessionsKey = "sources/sessions";
constexpr auto kFoldedKey = "sources/folded";
constexpr int kSessionsMax = 10;
constexpr int kRowPadding = 9;
constexpr int kPadding = 8;

// The name, and its count at the right edge; names give way to counts.
class SourceDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(option.fontMetrics.height() + kRowPadding);
    return size;
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Colors& colors = colorsOf(option.palette);
    const bool selectable = index.flags().testFlag(Qt::ItemIsSelectable);
    const bool active = option.widget != nullptr && option.widget->hasFocus();
    if (option.state.testFlag(QStyle::State_Selected)) painter->fillRect(option.rect, active ? colors.selection : colors.selectionIdle);
    QFont font = option.font;
    if (!selectable) font.setWeight(QFont::DemiBold);
    painter->setFont(font);
    const auto placed = [&option](const QRect& rect) { return QStyle::visualRect(option.direction, option.rect, rect); };
    QRect area = option.rect.adjusted(2, 0, -kPadding, 0);
    const QVariant count = index.data(SourceModel::CountRole);
    if (count.isValid()) {
      const QString text = QLocale().toString(count.toULongLong());
      painter->setPen(colors.muted);
      painter->drawText(placed(area), Qt::AlignRight | Qt::AlignVCenter, text);
      area.setRight(area.right() - option.fontMetrics.horizontalAdvance(text) - kPadding);
    }
    painter->setPen(selectable ? colors.text : colors.muted);
    const Qt::TextElideMode elide = index.parent().isValid() ? Qt::ElideMiddle : Qt::ElideRight;
    painter->drawText(placed(area), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                      QFontMetrics(font).elidedText(index.data().toString(), elide, area.width()));
  }
};

filter::Node equals(filter::Field field, const std::string& text) {
  return filter::Node::of({field, filter::Op::Equals, text, 0});
}

// Any of these; Everything when there is none.
filter::Node anyOf(std::vector<filter::Node> nodes) {
  if (nodes.empty()) return {};
  if (nodes.size() == 1) return std::move(nodes.front());
  return {filter::Node::Kind::Or, {}, std::move(nodes)};
}

}  // namespace

SourcesPanel::SourcesPanel(History& history, QWidget* parent)
    : QTreeView(parent), counter_(new SourceCounter(history, this)), model_(new SourceModel(this)) {
  setModel(model_);
  setItemDelegate(new SourceDelegate(this));
  setHeaderHidden(true);
  setFrameShape(NoFrame);
  setUniformRowHeights(true);
  setIndentation(14);
  setSelectionMode(ExtendedSelection);
  setEditTriggers(NoEditTriggers);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setExpandsOnDoubleClick(false);
  setAccessibleName(tr("Sources"));
  setStatusTip(tr("Hosts and programs to look at; with Ctrl several; Escape: all"));
  setContextMenuPolicy(Qt::CustomContextMenu);
  for (int group = 0; group < SourceModel::kGroups; ++group) setExpanded(model_->index(group, 0), true);
  connect(counter_, &SourceCounter::counted, this, [this] { model_->showCounts(*counter_); });
  connect(this, &QTreeView::clicked, this, [this](const QModelIndex& index) {
    const bool foldable = model_->isGroup(index) && !index.flags().testFlag(Qt::ItemIsSelectable);
    if (foldable) setExpanded(index, !isExpanded(index));
    else if (model_->groupOf(index) == SourceModel::Group::Filters) pick(index);
  });
  connect(this, &QTreeView::doubleClicked, this, &SourcesPanel::pick);
  connect(this, &QWidget::customContextMenuRequested, this, &SourcesPanel::showMenu);
}

filter::Node SourcesPanel::chosen() const {
  std::vector<filter::Node> hosts, programs;
  for (const QModelIndex& index : selectionModel()->selectedIndexes()) {
    if (model_->isGroup(index)) continue;
    if (model_->groupOf(index) == SourceModel::Group::Hosts) hosts.push_back(equals(filter::Field::Host, model_->keyOf(index)));
    if (model_->groupOf(index) == SourceModel::Group::Programs) programs.push_back(equals(filter::Field::Program, model_->keyOf(index)));
  }
  filter::Node host = anyOf(std::move(hosts)), program = anyOf(std::move(programs));
  if (host.kind == filter::Node::Kind::Everything) return program;
  if (program.kind == filter::Node::Kind::Everything) return host;
  return filter::Node::both(std::move(host), std::move(program));
}

void SourcesPanel::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
  QTreeView::selectionChanged(selected, deselected);
  filter::Node now = chosen();
  if (now == told_) return;
  told_ = std::move(now);
  emit chosenChanged(told_);
}

// A host or a program is chosen by being selected; the others do something.
void SourcesPanel::pick(const QModelIndex& index) {
  if (!index.isValid() || model_->isGroup(index)) return;
  const QString key = QString::fromStdString(model_->keyOf(index));
  if (model_->groupOf(index) == SourceModel::Group::Filters) emit filterPicked(key);
  if (model_->groupOf(index) == SourceModel::Group::Sessions) emit sessionPicked(key);
}

void SourcesPanel::forget(const QModelIndex& index) {
  if (!index.isValid() || model_->isGroup(index)) return;
  const QString key = QString::fromStdString(model_->keyOf(index));
  if (model_->groupOf(index) == SourceModel::Group::Filters && filters_.removeAll(key) > 0) model_->setFilters(filters_);
  if (model_->groupOf(index) == SourceModel::Group::Sessions && sessions_.removeAll(key) > 0) model_->setSessions(sessions_);
}

void SourcesPanel::keepFilter(const QString& text) {
  if (text.isEmpty() || filters_.contains(text)) return;
  filters_ << text;
  filters_.sort(Qt::CaseInsensitive);
  model_->setFilters(filters_);
  setExpanded(model_->groupIndex(SourceModel::Group::Filters), true);
}

void SourcesPanel::keepSession(const QString& file) {
  sessions_.removeAll(file);
  sessions_.prepend(file);
  sessions_ = sessions_.mid(0, kSessionsMax);
  model_->setSessions(sessions_);
  setExpanded(model_->groupIndex(SourceModel::Group::Sessions), true);
}

void SourcesPanel::showMenu(const QPoint& at) {
  const QModelIndex index = indexAt(at);
  if (!index.isValid() || model_->isGroup(index)) return;
  const SourceModel::Group group = model_->groupOf(index);
  QMenu menu(this);
  if (group == SourceModel::Group::Sessions) menu.addAction(tr("Open"), this, [this, index] { pick(index); });
  if (group == SourceModel::Group::Sessions || group == SourceModel::Group::Filters) {
    menu.addAction(tr("Remove from the list"), this, [this, index] { forget(index); });
  } else {
    menu.addAction(tr("Show all exchanges"), this, &QAbstractItemView::clearSelection);
  }
  menu.exec(viewport()->mapToGlobal(at));
}

// As the delegate fills the rest of the row: the style would take the color of a selected text.
void SourcesPanel::drawBranches(QPainter* painter, const QRect& area, const QModelIndex& index) const {
  if (!selectionModel()->isSelected(index)) return QTreeView::drawBranches(painter, area, index);
  const Colors& colors = colorsOf(palette());
  painter->fillRect(area, hasFocus() ? colors.selection : colors.selectionIdle);
}

void SourcesPanel::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter: return pick(currentIndex());
    case Qt::Key_Delete: return forget(currentIndex());
    case Qt::Key_Escape: return clearSelection();
    default: QTreeView::keyPressEvent(event);
  }
}

void SourcesPanel::showEvent(QShowEvent* event) {
  QTreeView::showEvent(event);
  counter_->setWatched(true);
}

void SourcesPanel::hideEvent(QHideEvent* event) {
  QTreeView::hideEvent(event);
  counter_->setWatched(false);
}

void SourcesPanel::saveState(QSettings& settings) const {
  settings.setValue(QLatin1String(kFiltersKey), filters_);
  settings.setValue(QLatin1String(kSessionsKey), sessions_);
  QStringList folded;
  for (int group = 0; group < SourceModel::kGroups; ++group) {
    if (!isExpanded(model_->index(group, 0))) folded << QString::number(group);
  }
  settings.setValue(QLatin1String(kFoldedKey), folded);
}

void SourcesPanel::restoreState(const QSettings& settings) {
  filters_ = settings.value(QLatin1String(kFiltersKey)).toStringList();
  sessions_ = settings.value(QLatin1String(kSessionsKey)).toStringList();
  model_->setFilters(filters_);
  model_->setSessions(sessions_);
  const QStringList folded = settings.value(QLatin1String(kFoldedKey)).toStringList();
  for (int group = 0; group < SourceModel::kGroups; ++group) {
    setExpanded(model_->index(group, 0), !folded.contains(QString::number(group)));
  }
}

}  // namespace sluice::gui
