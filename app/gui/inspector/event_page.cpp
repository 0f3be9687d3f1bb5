#include "app/gui/inspector/event_page.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/look/rows.h"
#include "app/gui/text/background.h"
#include "app/gui/text/format.h"

namespace sluice::gui {
namespace {
constexpr int kRowPadding = 6;
}  // namespace

void EventModel::set(EventStreamPtr stream) {
  const auto countOf = [](const EventStreamPtr& each) { return each == nullptr ? 0 : int(each->events.size()); };
  const int before = countOf(stream_), now = countOf(stream);
  // A stream only grows at its end, where its last event may have been cut: what begins at the same byte is the same stream.
  const auto last = std::size_t(std::max(0, before - 1));
  const bool grown = before > 0 && now >= before && stream->events[last].from == stream_->events[last].from;
  if (!grown) {
    beginResetModel();
    letGo(std::exchange(stream_, std::move(stream)));
    endResetModel();
    return;
  }
  if (now > before) beginInsertRows({}, before, now - 1);
  letGo(std::exchange(stream_, std::move(stream)));
  if (now > before) endInsertRows();
  emit dataChanged(index(before - 1, 0), index(before - 1, kColumns - 1));
}

int EventModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || stream_ == nullptr ? 0 : int(stream_->events.size());
}

int EventModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant EventModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const StreamEvent& event = at(index.row());
  const auto column = Column(index.column());
  const bool number = column == Column::Number || column == Column::Size;
  if (role == Qt::TextAlignmentRole) return int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case Column::Number: return QString::number(index.row() + 1);
    case Column::Type:
      if (!event.isWhole) return tr("incomplete");
      if (event.kind == StreamEvent::Kind::Comment) return tr("comment");
      return event.kind == StreamEvent::Kind::Field ? tr("field") : event.type;
    case Column::Id: return event.id;
    case Column::Size: return formatBytes(std::uint64_t(event.dataBytes));
    case Column::Data: return event.data;
  }
  return {};
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  const auto column = Column(section);
  const bool number = column == Column::Number || column == Column::Size;
  if (role == Qt::TextAlignmentRole) return int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case Column::Number: return tr("#");
    case Column::Type: return tr("Event");
    case Column::Id: return tr("Id");
    case Column::Size: return tr("Size");
    case Column::Data: return tr("Data");
  }
  return {};
}

EventPage::EventPage(QWidget* parent) : QWidget(parent) {
  model_ = new EventModel(this);
  table_ = new QTableView(this);
  table_->setModel(model_);
  table_->setAccessibleName(tr("Events of the stream"));
  dressTable(*table_, kRowPadding);
  table_->setItemDelegate(new RowDelegate(this));
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->horizontalHeader()->setStretchLastSection(true);
  const int digit = table_->fontMetrics().horizontalAdvance(u'0');
  const int widths[] = {8, 14, 10, 11};
  for (int i = 0; i < int(std::size(widths)); ++i) table_->setColumnWidth(i, widths[i] * digit);
  payload_ = new PayloadPane(tr("Data of the event"), this);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setHandleWidth(1);
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(table_);
  splitter->addWidget(payload_);
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 2);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(splitter);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& current) { showData(current.isValid() ? current.row() : -1); });
  connect(model_, &QAbstractItemModel::modelReset, this, [this] { showData(-1); });
}

void EventPage::setStream(EventStreamPtr stream) {
  QScrollBar* bar = table_->verticalScrollBar();
  const bool atEnd = bar->value() >= bar->maximum();
  const bool hadAny = model_->rowCount() > 0;
  model_->set(std::move(stream));
  table_->setColumnHidden(int(EventModel::Column::Id), !model_->hasIds());
  if (atEnd && hadAny && !table_->currentIndex().isValid()) table_->scrollToBottom();
}

// An event can be as large as its stream.
void EventPage::showData(int row) {
  if (row < 0) return payload_->clear();
  payload_->show([stream = model_->stream(), event = model_->at(row)] { return dataOf(*stream, event); });
}

}  // namespace sluice::gui
