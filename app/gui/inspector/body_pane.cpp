#include "app/gui/inspector/body_pane.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/text/format.h"

namespace sluice::gui {
namespace {

QToolButton* formButton(const QString& text, const QString& tip, QButtonGroup* group, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setText(text);
  button->setToolTip(tip);
  button->setStatusTip(tip);
  button->setCheckable(true);
  button->setAutoRaise(true);
  group->addButton(button);
  return button;
}

}  // namespace

BodyPane::BodyPane(const QString& name, QWidget* parent) : QWidget(parent) {
  facts_ = elidedLabel(this);
  auto* group = new QButtonGroup(this);
  asText_ = formButton(tr("Text"), tr("Show the body as text (Ctrl+H)"), group, this);
  asHex_ = formButton(tr("Hex"), tr("Show the body byte by byte (Ctrl+H)"), group, this);
  connect(asText_, &QToolButton::clicked, this, [this] { want(BodyForm::Text); });
  connect(asHex_, &QToolButton::clicked, this, [this] { want(BodyForm::Hex); });

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(12, 2, 6, 2);
  bar->setSpacing(2);
  bar->addWidget(facts_, 1);
  bar->addWidget(asText_);
  bar->addWidget(asHex_);

  view_ = new TextView(this);
  view_->setAccessibleName(name);
  empty_ = hintLabel(this);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(empty_);
  pages_->addWidget(view_);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(bar);
  layout->addWidget(separatorLine(this));
  layout->addWidget(pages_, 1);
  clear();
}

void BodyPane::clear() {
  totals_ = {};
  contentType_.clear();
  wanted_ = BodyForm::Automatic;
  shown_ = BodyForm::Text;
  shownBytes_ = storedBytes_ = 0;
  view_->setDocument(nullptr);
  pages_->setCurrentWidget(empty_);
  asText_->setVisible(false);
  asHex_->setVisible(false);
  empty_->clear();
  facts_->clear();
}

void BodyPane::setFacts(const capture::BodyTotals& totals, const QString& contentType, bool done) {
  totals_ = totals;
  contentType_ = contentType;
  done_ = done;
  updateFacts();
}

void BodyPane::setContent(const BodyContent& content, TextView::Keep keep) {
  shownBytes_ = content.shownBytes;
  storedBytes_ = content.storedBytes;
  shown_ = content.form;
  const bool any = content.document != nullptr;
  view_->setDocument(content.document, keep);
  pages_->setCurrentWidget(any ? static_cast<QWidget*>(view_) : empty_);
  asText_->setVisible(any);
  asHex_->setVisible(any);
  asText_->setChecked(shown_ == BodyForm::Text);
  asHex_->setChecked(shown_ == BodyForm::Hex);
  updateFacts();
}

void BodyPane::setProblem(const QString& problem) {
  clear();
  empty_->setText(problem);
}

void BodyPane::updateFacts() {
  QStringList facts{totals_.bytes == 0 ? tr("Body") : tr("Body, %1").arg(formatBytes(totals_.bytes))};
  if (!contentType_.isEmpty() && totals_.bytes > 0) facts << contentType_;
  if (!done_ && totals_.bytes > 0) facts << tr("still arriving");
  if (totals_.capturedBytes < totals_.bytes) facts << tr("%1 recorded").arg(formatBytes(totals_.capturedBytes));
  if (shownBytes_ < storedBytes_) facts << tr("the first %1 shown").arg(formatBytes(shownBytes_));
  facts_->setText(facts.join(QStringLiteral("  ·  ")));
  if (totals_.bytes > 0 && totals_.capturedBytes == 0) {
    empty_->setText(tr("Nothing of this body was recorded."));
  } else {
    empty_->setText(done_ ? tr("No body") : tr("No body yet"));
  }
}

void BodyPane::want(BodyForm form) {
  wanted_ = form;
  emit formWanted();
}

void BodyPane::toggleForm() { want(shown_ == BodyForm::Text ? BodyForm::Hex : BodyForm::Text); }

}  // namespace sluice::gui
