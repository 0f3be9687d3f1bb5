#include "app/gui/inspector/payload_pane.h"

#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/inspector/body_kind.h"
#include "app/gui/text/pretty_json.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {
constexpr qsizetype kSniffBytes = 8 * 1024;
}

DocumentPtr payloadDocument(QByteArray bytes) {
  const auto beginning = QByteArrayView(bytes).first(std::min(bytes.size(), kSniffBytes));
  if (bodyKindOf({}, beginning) == BodyKind::Json) return std::make_shared<JsonDocument>(std::move(bytes));
  if (looksLikeText(beginning)) return std::make_shared<PlainDocument>(std::move(bytes));
  return std::make_shared<HexDocument>(std::move(bytes));
}

PayloadPane::PayloadPane(const QString& name, QWidget* parent) : QWidget(parent), reading_(this) {
  view_ = new TextView(this);
  view_->setAccessibleName(name);
  search_ = new SearchBar(*view_, this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(search_);
  column->addWidget(view_, 1);
}

void PayloadPane::clear() {
  reading_.cancel();
  view_->setDocument(nullptr);
}

void PayloadPane::show(std::function<QByteArray()> read) {
  reading_.start([this, read = std::move(read)]() -> Background::Piece {
    return {[this, document = payloadDocument(read())] { show(document, {}); }, false};
  });
}

void PayloadPane::show(DocumentPtr document, const QString& marked) {
  reading_.cancel();
  view_->setDocument(std::move(document));
  if (!search_->isVisible()) view_->search().start(marked.isEmpty() ? nullptr : view_->document(), marked);
}

}  // namespace sluice::gui
