#include "app/gui/look/rows.h"

#include <QHeaderView>

#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

// The style adds a margin of its own.
constexpr int kInset = 5;
constexpr int kFirstInset = 9;
constexpr int kPadding = 8;

}  // namespace

QSize RowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QSize size = QStyledItemDelegate::sizeHint(option, index);
  size.setHeight(std::max(size.height(), option.fontMetrics.height() + kPadding));
  return size;
}

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem row = option;
  initStyleOption(&row, index);
  option.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &row, painter, option.widget);
  const int inset = index.column() == 0 ? kFirstInset : kInset;
  QStyleOptionViewItem text = option;
  const bool mirrored = option.direction == Qt::RightToLeft;
  text.rect.adjust(mirrored ? kInset : inset, 0, mirrored ? -inset : -kInset, 0);
  QStyledItemDelegate::paint(painter, text, index);
}

void RowDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  const Colors& colors = colorsOf(option->palette);
  const bool active = option->widget != nullptr && option->widget->hasFocus();
  option->palette.setColor(QPalette::Highlight, active ? colors.selection : colors.selectionIdle);
  option->palette.setColor(QPalette::HighlightedText, colors.text);
  option->state.setFlag(QStyle::State_HasFocus, false);
}

void dressTable(QTableView& table, int padding) {
  table.setFrameShape(QFrame::NoFrame);
  table.setShowGrid(false);
  table.setWordWrap(false);
  table.setSelectionBehavior(QAbstractItemView::SelectRows);
  table.setEditTriggers(QAbstractItemView::NoEditTriggers);
  table.setTabKeyNavigation(false);
  table.setCornerButtonEnabled(false);
  table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  table.verticalHeader()->hide();
  table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table.verticalHeader()->setMinimumSectionSize(1);
  table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + padding);
  table.horizontalHeader()->setHighlightSections(false);
  table.horizontalHeader()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
}

}  // namespace sluice::gui
