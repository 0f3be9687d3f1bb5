#include "app/gui/inspector/message_page.h"

#include <QVBoxLayout>

#include "app/gui/inspector/head_fields.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

constexpr int kHeadForms = 4;

// Head bytes as a document. The empty line that ends the head says nothing to a reader.
DocumentPtr headDocument(const std::string& head, const std::string& trailers) {
  QByteArray text(head.data(), qsizetype(head.size()));
  while (text.endsWith("\n\r\n") || text.endsWith("\n\n")) text.chop(text.endsWith("\r\n") ? 2 : 1);
  if (!trailers.empty()) text += '\n' + QByteArray(trailers.data(), qsizetype(trailers.size()));
  return std::make_shared<HeadDocument>(text);
}

}  // namespace

MessagePage::MessagePage(capture::Direction direction, QWidget* parent) : QWidget(parent), direction_(direction) {
  const bool request = direction == capture::Direction::Request;
  body_ = new BodyPane(request ? tr("Request body") : tr("Response body"), this);
  splitter_ = new QSplitter(Qt::Vertical, this);
  splitter_->setHandleWidth(1);
  splitter_->setChildrenCollapsible(false);
  splitter_->addWidget(makeHead());
  splitter_->addWidget(body_);
  connect(splitter_, &QSplitter::splitterMoved, this, [this] { movedByUser_ = true; });
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(splitter_);
}

QWidget* MessagePage::makeHead() {
  const bool request = direction_ == capture::Direction::Request;
  auto* pane = new QWidget(this);
  startLine_ = elidedLabel(pane);
  headForms_ = new QTabBar(pane);
  headForms_->setExpanding(false);
  headForms_->setDrawBase(false);
  headForms_->setObjectName(QStringLiteral("small"));
  headForms_->setAccessibleName(request ? tr("Parts of the request head") : tr("Parts of the response head"));
  for (int i = 0; i < kHeadForms; ++i) headForms_->addTab({});
  connect(headForms_, &QTabBar::currentChanged, this, [this] {
    showHeadForm();
    arrange();
  });
  connect(headForms_, &QTabBar::tabBarClicked, this, [this](int tab) { emit headFormChosen(HeadForm(tab)); });

  headAbsent_ = hintLabel(pane);
  head_ = new TextView(pane);
  head_->setAccessibleName(request ? tr("Request head") : tr("Response head"));
  headPages_ = new QStackedWidget(pane);
  const QString names[] = {request ? tr("Request headers") : tr("Response headers"), tr("Query"),
                           request ? tr("Request cookies") : tr("Response cookies")};
  for (int i = 0; i < 3; ++i) headPages_->addWidget(tables_[i] = new PairTable(names[i], pane));
  headPages_->addWidget(head_);
  headPages_->addWidget(headAbsent_);

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(12, 0, 6, 0);
  bar->setSpacing(8);
  bar->addWidget(startLine_, 1);
  bar->addWidget(headForms_);
  auto* layout = new QVBoxLayout(pane);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(bar);
  layout->addWidget(separatorLine(pane));
  layout->addWidget(headPages_, 1);
  return pane;
}

PairTable& MessagePage::table(HeadForm form) { return *tables_[std::min(int(form), 2)]; }

MessagePage::HeadForm MessagePage::headForm() const { return HeadForm(headForms_->currentIndex()); }

void MessagePage::setHeadForm(HeadForm form) {
  headForms_->setCurrentIndex(headForms_->isTabVisible(int(form)) ? int(form) : int(HeadForm::Fields));
}

void MessagePage::setHead(const std::string& head, const std::string& trailers, const QString& absent) {
  const bool request = direction_ == capture::Direction::Request;
  auto fields = headFields(head);
  for (auto& trailer : headFields('\n' + trailers)) {
    trailer.note = tr("trailer");
    fields.push_back(std::move(trailer));
  }
  auto query = request ? queryFields(head) : std::vector<NamedValue>();
  auto cookies = cookieFields(head, request);
  headForms_->setTabText(int(HeadForm::Fields), tr("Headers %L1").arg(fields.size()));
  headForms_->setTabText(int(HeadForm::Query), tr("Query %L1").arg(query.size()));
  headForms_->setTabText(int(HeadForm::Cookies), tr("Cookies %L1").arg(cookies.size()));
  headForms_->setTabText(int(HeadForm::Raw), tr("Raw"));
  headForms_->setTabVisible(int(HeadForm::Query), !query.empty());
  headForms_->setTabVisible(int(HeadForm::Cookies), !cookies.empty());
  headForms_->setVisible(!head.empty());
  startLine_->setText(visibleLine(std::string_view(head).substr(0, head.find_first_of("\r\n"))));
  tables_[0]->setPairs(std::move(fields));
  tables_[1]->setPairs(std::move(query));
  tables_[2]->setPairs(std::move(cookies));
  headAbsent_->setText(absent);
  head_->setDocument(head.empty() ? nullptr : headDocument(head, trailers));
  showHeadForm();
  arrange();
}

void MessagePage::showHeadForm() {
  if (head_->document() == nullptr) return headPages_->setCurrentWidget(headAbsent_);
  headPages_->setCurrentIndex(headForms_->currentIndex());
}

void MessagePage::clear() {
  setHead({}, {}, {});
  body_->clear();
}

QWidget& MessagePage::content() {
  return *(headPages_->currentWidget() == headAbsent_ ? static_cast<QWidget*>(&body_->view()) : headPages_->currentWidget());
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
    const bool raw = headForm() == HeadForm::Raw;
    const int need = (raw ? head_->heightForAllRows() : table(headForm()).heightForAllRows()) + headForms_->sizeHint().height() + 4;
    const int head = std::clamp(need, 80, std::max(80, height() * 9 / 20));
    splitter_->setSizes({head, std::max(1, height() - head)});
  }
}

}  // namespace sluice::gui
