#include "app/gui/inspector/socket_page.h"

#include <QHeaderView>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/gui/text/document.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

constexpr std::size_t kPageRows = 500;
constexpr int kMessagesMax = 100'000;  // shown of one exchange; the command line gives the rest

}  // namespace

SocketPage::SocketPage(History& history, QWidget* parent) : QWidget(parent), history_(history) {
  model_ = new SocketModel(this);
  table_ = new QTableView(this);
  table_->setModel(model_);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->horizontalHeader()->setStretchLastSection(true);
  table_->setToolTip(tr("Messages of the WebSocket; choose one to see all of it"));
  payload_ = new TextView(this);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->addWidget(table_);
  splitter->addWidget(payload_);
  splitter->setStretchFactor(0, 2);
  splitter->setStretchFactor(1, 1);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(splitter);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& current) { showPayload(current.isValid() ? current.row() : -1); });
}

void SocketPage::follow(ExchangeId id, WallTime startedAt) {
  if (id != id_) {
    clear();
    id_ = id;
    model_->clear(startedAt);
  }
  load();
}

void SocketPage::clear() {
  ++generation_;
  id_ = {};
  loading_ = again_ = false;
  model_->clear({});
  payload_->setDocument(std::make_shared<PlainDocument>(QString()));
}

void SocketPage::load() {
  again_ = loading_;
  if (loading_ || model_->rowCount() >= kMessagesMax) return;
  loading_ = true;
  history_.ask(
      this, [id = id_, after = model_->lastId()](store::Reader& reader) { return reader.messages(id, after, kPageRows); },
      [this, generation = generation_](Result<std::vector<store::MessageRow>> messages) {
        if (generation != generation_) return;
        loading_ = false;
        if (!messages) return;
        const bool more = !messages->empty() || again_;  // large ones come a few at a time
        const bool came = !messages->empty();
        model_->append(std::move(*messages));
        if (came) emit messagesCame();
        if (more) load();
      });
}

void SocketPage::showPayload(int row) {
  if (row < 0) return payload_->setDocument(std::make_shared<PlainDocument>(QString()));
  const auto message = model_->at(row).id;
  history_.ask(
      this, [id = id_, message](store::Reader& reader) { return reader.messages(id, message - 1, 1); },
      [this, generation = generation_, row](Result<std::vector<store::MessageRow>> messages) {
        const bool stale = generation != generation_ || table_->currentIndex().row() != row;
        if (stale || !messages || messages->empty()) return;
        const auto& whole = messages->front();
        const QByteArrayView bytes(whole.payload.data(), static_cast<qsizetype>(whole.payload.size()));
        const auto ending = whole.payload.size() < whole.bytes ? Ending::Cut : Ending::Whole;
        DocumentPtr document = std::make_shared<HexDocument>(bytes.toByteArray());
        if (looksLikeText(bytes)) document = std::make_shared<PlainDocument>(visible(decodeText(bytes, ending), LineBreaks::Keep));
        payload_->setDocument(std::move(document));
      });
}

}  // namespace sluice::gui
