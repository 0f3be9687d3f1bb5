#include "app/gui/inspector/socket_page.h"

#include <QHeaderView>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/look/rows.h"

namespace sluice::gui {
namespace {

constexpr int kMessagesMax = 100'000;  // shown of one exchange; the command line gives the rest
constexpr int kRowPadding = 6;

// The list holds of each payload no more than it shows.
Result<std::vector<store::MessageRow>> beginnings(store::Reader& reader, ExchangeId id, std::int64_t after) {
  auto messages = reader.messages(id, after, kMessagesAtOnce);
  if (!messages) return messages;
  for (auto& message : *messages) {
    message.payload.resize(std::min(message.payload.size(), SocketModel::kShownPayloadBytes));
    message.payload.shrink_to_fit();
  }
  return messages;
}

}  // namespace

SocketPage::SocketPage(History& history, QWidget* parent) : QWidget(parent), history_(history) {
  model_ = new SocketModel(this);
  table_ = new QTableView(this);
  table_->setModel(model_);
  dressTable(*table_, kRowPadding);
  table_->setItemDelegate(new RowDelegate(this));
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->setAccessibleName(tr("Messages of the WebSocket"));
  table_->setToolTip(tr("Messages of the WebSocket; choose one to see all of it"));
  const int digit = table_->fontMetrics().horizontalAdvance(u'0');
  const int widths[] = {13, 11, 11, 11};
  for (int i = 0; i < int(std::size(widths)); ++i) table_->setColumnWidth(i, widths[i] * digit);
  payload_ = new PayloadPane(tr("The whole message"), this);
  finder_ = new SocketFindBar(history, this);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setHandleWidth(1);
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(table_);
  splitter->addWidget(payload_);
  splitter->setStretchFactor(0, 2);
  splitter->setStretchFactor(1, 1);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(finder_);
  layout->addWidget(splitter, 1);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& current) { showPayload(current.isValid() ? current.row() : -1); });
  connect(finder_, &SocketFindBar::found, this, &SocketPage::select);
  connect(finder_, &SocketFindBar::closed, this, [this] {
    payload_->view().search().start(nullptr, {});
    table_->setFocus(Qt::OtherFocusReason);
  });
}

void SocketPage::follow(ExchangeId id, WallTime startedAt) {
  if (id != id_) {
    clear();
    id_ = id;
    model_->clear(startedAt);
    finder_->setExchange(id);
  }
  load();
}

void SocketPage::clear() {
  ++generation_;
  id_ = {};
  wanted_ = 0;
  loading_ = again_ = false;
  model_->clear({});
  payload_->clear();
  finder_->setExchange({});
}

void SocketPage::load() {
  again_ = loading_;
  if (loading_ || model_->rowCount() >= kMessagesMax) return;
  loading_ = true;
  history_.ask(
      this,
      [id = id_, after = model_->lastId()](store::Reader& reader) { return beginnings(reader, id, after); },
      [this, generation = generation_](Result<std::vector<store::MessageRow>> messages) {
        if (generation != generation_) return;
        loading_ = false;
        messages ? take(std::move(*messages)) : showProblem(messages.error());
      });
}

void SocketPage::take(std::vector<store::MessageRow> messages) {
  const bool came = !messages.empty();
  const bool more = came || again_;  // large ones come a few at a time
  model_->append(std::move(messages));
  if (came) emit messagesCame();
  if (came) finder_->goOn();
  if (wanted_ != 0) select(wanted_);
  if (more) load();
}

// One that is not listed yet is chosen once it is.
void SocketPage::select(std::int64_t message) {
  const int row = model_->rowOf(message);
  wanted_ = row < 0 && model_->rowCount() < kMessagesMax ? message : 0;
  if (row < 0) return;
  if (table_->currentIndex().row() == row) return showPayload(row);
  table_->selectRow(row);
}

void SocketPage::showPayload(int row) {
  if (row < 0) return payload_->clear();
  const auto message = model_->at(row).id;
  history_.ask(
      this,
      [id = id_, message](store::Reader& reader) -> Result<DocumentPtr> {
        const auto messages = reader.messages(id, message - 1, 1);
        if (!messages) return fail(messages.error());
        if (messages->empty()) return DocumentPtr();
        const std::string& payload = messages->front().payload;
        return payloadDocument(QByteArray(payload.data(), qsizetype(payload.size())));
      },
      [this, generation = generation_, row](Result<DocumentPtr> document) {
        const bool stale = generation != generation_ || table_->currentIndex().row() != row;
        if (stale) return;
        if (!document) return showProblem(document.error());
        payload_->show(*document, finder_->isHidden() ? QString() : finder_->search().text());
      });
}

// Where the message would be.
void SocketPage::showProblem(const Error& error) {
  payload_->show(std::make_shared<PlainDocument>(tr("Messages cannot be read: %1").arg(errorText(error))), {});
  emit messagesCame();
}

}  // namespace sluice::gui
