#include "app/gui/inspector/message_page.h"

#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

// Head bytes as a document. The empty line that ends the head says nothing to a reader.
DocumentPtr headDocument(const std::string& head, const std::string& trailers) {
  QString text = visible(decodeText({head.data(), qsizetype(head.size())}), LineBreaks::Keep);
  while (text.endsWith(QLatin1String("\n\n"))) text.chop(1);
  if (!trailers.empty()) {
    text += u'\n' + visible(decodeText({trailers.data(), qsizetype(trailers.size())}), LineBreaks::Keep);
  }
  return std::make_shared<HeadDocument>(text);
}

}  // namespace

MessagePage::MessagePage(capture::Direction direction, QWidget* parent) : QWidget(parent), direction_(direction) {
  const bool request = direction == capture::Direction::Request;
  head_ = new TextView(this);
  head_->setAccessibleName(request ? tr("Request head") : tr("Response head"));
  headAbsent_ = hintLabel(this);
  headPages_ = new QStackedWidget(this);
  headPages_->addWidget(headAbsent_);
  headPages_->addWidget(head_);
  body_ = new BodyPane(request ? tr("Request body") : tr("Response body"), this);

  splitter_ = new QSplitter(Qt::Vertical, this);
  splitter_->setHandleWidth(1);
  splitter_->setChildrenCollapsible(false);
  splitter_->addWidget(headPages_);
  splitter_->addWidget(body_);
  connect(splitter_, &QSplitter::splitterMoved, this, [this] { movedByUser_ = true; });

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(splitter_);
}

void MessagePage::setHead(const std::string& head, const std::string& trailers, const QString& absent) {
  headAbsent_->setText(absent);
  headPages_->setCurrentWidget(head.empty() ? static_cast<QWidget*>(headAbsent_) : head_);
  head_->setDocument(headDocument(head, trailers));
  arrange();
}

void MessagePage::clear() {
  head_->setDocument(nullptr);
  body_->clear();
}

void MessagePage::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

// A head takes what it needs and no more than its share, until the user moves the border.
void MessagePage::arrange() {
  const auto orientation = width() > height() * 2 ? Qt::Horizontal : Qt::Vertical;
  if (splitter_->orientation() != orientation) {
    splitter_->setOrientation(orientation);
    movedByUser_ = false;
  }
  if (movedByUser_) return;
  if (orientation == Qt::Horizontal) {
    splitter_->setSizes({width() * 2 / 5, width() * 3 / 5});
  } else {
    const int need = head_->heightForAllRows();
    const int head = std::clamp(need, 60, std::max(60, height() * 9 / 20));
    splitter_->setSizes({head, std::max(1, height() - head)});
  }
}

}  // namespace sluice::gui
