#include "app/gui/inspector/event_page.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/inspector/body_kind.h"
#include "app/gui/text/document.h"
#include "app/gui/text/format.h"
#include "app/gui/text/pretty_json.h"

namespace sluice::gui {

void EventModel::set(EventStreamPtr stream) {
  const auto countOf = [](const EventStreamPtr& each) { return each == nullptr ? 0 : int(each->events.size()); };
  const int before = countOf(stream_), now = countOf(stream);
  // The last one may have grown; all before it is as it was, or this is another stream.
  const auto kept = std::size_t(std::max(0, before - 1));
  const bool grown = before > 0 && now >= before && std::equal(stream_->events.begin(), stream_->events.begin() + std::ptrdiff_t(kept),
                                                                stream->events.begin()) &&
                     stream->events[kept].from == stream_->events[kept].from;
  if (!grown) {
    beginResetModel();
    stream_ = std::move(stream);
    endResetModel();
    return;
  }
  if (now > before) beginInsertRows({}, before, now - 1);
  stream_ = std::move(stream);
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
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setTabKeyNavigation(false);
  table_->setFrameShape(QFrame::NoFrame);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->verticalHeader()->setMinimumSectionSize(1);
  table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 6);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->horizontalHeader()->setStretchLastSection(true);
  const int digit = table_->fontMetrics().horizontalAdvance(u'0');
  const int widths[] = {7, 14, 10, 9};
  for (int i = 0; i < int(std::size(widths)); ++i) table_->setColumnWidth(i, widths[i] * digit);
  payload_ = new TextView(this);
  payload_->setAccessibleName(tr("Data of the event"));
  search_ = new SearchBar(*payload_, this);
  auto* below = new QWidget(this);
  auto* column = new QVBoxLayout(below);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(search_);
  column->addWidget(payload_, 1);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setHandleWidth(1);
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(table_);
  splitter->addWidget(below);
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
  if (atEnd && hadAny && !table_->currentIndex().isValid()) table_->scrollToBottom();
}

void EventPage::showData(int row) {
  if (row < 0) return payload_->setDocument(nullptr);
  const QByteArray whole = dataOf(*model_->stream(), model_->at(row));
  const bool json = bodyKindOf({}, QByteArrayView(whole).first(std::min<qsizetype>(whole.size(), 8192))) == BodyKind::Json;
  payload_->setDocument(json ? DocumentPtr(std::make_shared<JsonDocument>(whole)) : std::make_shared<PlainDocument>(whole));
}

}  // namespace sluice::gui
