#include "app/gui/inspector/body_pane.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QSaveFile>
#include <QVBoxLayout>

#include "app/gui/look/labels.h"
#include "app/gui/text/format.h"

namespace sluice::gui {
namespace {
constexpr int kProgressMs = 100;
}

BodyPane::BodyPane(const QString& name, QWidget* parent) : QWidget(parent) {
  facts_ = elidedLabel(this);
  progress_ = mutedLabel({}, this);
  problem_ = elidedLabel(this);
  problem_->setContentsMargins(12, 3, 12, 3);
  view_ = new TextView(this);
  view_->setAccessibleName(name);
  fields_ = new PairTable(name, this);
  fields_->horizontalHeader()->show();
  events_ = new EventPage(this);
  image_ = new ImageView(this);
  image_->setAccessibleName(name);
  search_ = new SearchBar(*view_, this);

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(12, 2, 6, 2);
  bar->setSpacing(2);
  bar->addWidget(facts_, 1);
  bar->addWidget(progress_);
  bar->addWidget(stop_ = new QToolButton(this));
  stop_->setAutoRaise(true);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(1);
  bar->addLayout(buttons);
  addFormButton(BodyForm::Events, tr("Events"), tr("One event of the stream after the other, as they come"));
  addFormButton(BodyForm::Pretty, tr("Pretty"), tr("Laid out for reading"));
  addFormButton(BodyForm::Text, tr("Text"), tr("As text, unpacked"));
  addFormButton(BodyForm::Raw, tr("Raw"), tr("As it was recorded, packed if it came packed"));
  addFormButton(BodyForm::Hex, tr("Hex"), tr("Byte by byte, as it was recorded (Ctrl+H)"));
  addFormButton(BodyForm::Image, tr("Image"), tr("As a picture"));
  for (const auto& [form, button] : forms_) buttons->addWidget(button);
  bar->addStrut(forms_.begin()->second->sizeHint().height());  // as high without them, since they come and go

  empty_ = hintLabel(this);
  pages_ = new QStackedWidget(this);
  for (QWidget* page : std::initializer_list<QWidget*>{empty_, view_, fields_, events_, image_}) pages_->addWidget(page);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(bar);
  layout->addWidget(separatorLine(this));
  layout->addWidget(search_);
  layout->addWidget(problem_);
  layout->addWidget(pages_, 1);
  connect(fields_, &PairTable::saveRequested, this, &BodyPane::askWhereToSave);
  connect(stop_, &QToolButton::clicked, this, [this] { stopped_ ? emit formWanted() : emit stopRequested(); });
  connect(view_, &TextView::progressChanged, this, &BodyPane::updateProgress);
  connect(&progressTimer_, &QTimer::timeout, this, &BodyPane::updateProgress);
  clear();
}

void BodyPane::addFormButton(BodyForm form, const QString& text, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setText(text);
  button->setToolTip(tip);
  button->setStatusTip(tip);
  button->setCheckable(true);
  button->setAutoRaise(true);
  connect(button, &QToolButton::clicked, this, [this, form] { want(form); });
  forms_[form] = button;
}

void BodyPane::clear() {
  totals_ = {};
  contentType_.clear();
  content_ = {};
  wanted_ = BodyForm::Automatic;
  shown_ = usual_ = BodyForm::Text;
  search_->hide();
  view_->setDocument(nullptr);
  view_->search().start(nullptr, {});
  fields_->setPairs({});
  events_->setStream(nullptr);
  searchNext_ = stopped_ = false;
  image_->setImage({});
  pages_->setCurrentWidget(empty_);
  for (const auto& [form, button] : forms_) button->hide();
  unsaved_.clear();
  showProblems();
  empty_->clear();
  facts_->clear();
  showReading(nullptr, 0);
}

void BodyPane::setFacts(const capture::BodyTotals& totals, const QString& contentType, bool done, bool announced) {
  announced_ = announced;
  totals_ = totals;
  contentType_ = contentType;
  done_ = done;
  updateFacts();
}

void BodyPane::setContent(const BodyContent& content, TextView::Keep keep) {
  shown_ = content.form;
  if (wanted_ == BodyForm::Automatic) usual_ = shown_;
  content_ = content;
  content_.document.reset();
  content_.fields.clear();
  content_.events.reset();
  if (content.isWhole) stopped_ = false;
  events_->setStream(content.events);
  view_->setDocument(content.document, keep);
  fields_->setPairs(content.fields);
  image_->setImage(content.image);
  QWidget* page = content.document != nullptr  ? static_cast<QWidget*>(view_)
                  : !content.fields.empty()    ? static_cast<QWidget*>(fields_)
                  : content.events != nullptr  ? static_cast<QWidget*>(events_)
                  : !content.image.isNull()    ? static_cast<QWidget*>(image_)
                                               : static_cast<QWidget*>(empty_);
  pages_->setCurrentWidget(page);
  if (page != view_) search_->hide();
  if (std::exchange(searchNext_, false) && page == view_) search_->open();
  showProblems();
  updateButtons(content);
  updateFacts();
}

void BodyPane::updateButtons(const BodyContent& content) {
  const bool any = content.storedBytes > 0;
  const bool pretty = content.kind != BodyKind::OtherText && content.kind != BodyKind::Binary && content.kind != BodyKind::Image &&
                      content.kind != BodyKind::EventStream;
  for (const auto& [form, button] : forms_) {
    bool shown = any;
    if (form == BodyForm::Pretty) shown = any && pretty;
    if (form == BodyForm::Events) shown = any && content.kind == BodyKind::EventStream;
    if (form == BodyForm::Image) shown = any && content.kind == BodyKind::Image;
    if (form == BodyForm::Raw) shown = any && (!content.coding.isEmpty() || shown_ == BodyForm::Raw || shown_ == BodyForm::Hex);
    button->setVisible(shown);
    button->setChecked(form == shown_);
  }
}

void BodyPane::setProblem(const QString& problem) {
  clear();
  empty_->setText(problem);
}

void BodyPane::showProblems() {
  QStringList problems;
  if (!content_.problem.isEmpty()) problems << tr("Not unpacked: %1").arg(content_.problem);
  for (const QString& path : unsaved_) problems << tr("Not written: %1").arg(path);
  problem_->setText(problems.join(QStringLiteral("  ·  ")));
  problem_->setVisible(!problems.isEmpty());
}

void BodyPane::updateFacts() {
  QStringList facts{totals_.bytes == 0 ? tr("Body") : tr("Body, %1").arg(formatBytes(totals_.bytes))};
  if (!contentType_.isEmpty() && totals_.bytes > 0) facts << contentType_;
  if (!content_.coding.isEmpty() && content_.shownBytes > 0) {
    const QString size = formatBytes(content_.shownBytes) + (content_.isWhole ? QString() : QStringLiteral("+"));
    facts << tr("%1, %2 unpacked").arg(content_.coding, size);
  }
  if (content_.kind == BodyKind::EventStream && events_->model().rowCount() > 0) {
    const int count = events_->model().rowCount();
    facts << (count == 1 ? tr("1 event") : tr("%L1 events").arg(count));
  }
  if (!content_.image.isNull()) facts << QStringLiteral("%1 × %2").arg(content_.image.width()).arg(content_.image.height());
  if (!done_ && totals_.bytes > 0) facts << tr("still arriving");
  if (totals_.capturedBytes < totals_.bytes) facts << tr("the first %1 recorded").arg(formatBytes(totals_.capturedBytes));
  if (stopped_) facts << tr("stopped after %1").arg(formatBytes(content_.shownBytes));
  if (content_.shownBytes >= kShownBytesMax) facts << tr("the first %1 shown").arg(formatBytes(content_.shownBytes));
  facts_->setText(facts.join(QStringLiteral("  ·  ")));
  if (totals_.bytes > 0 && totals_.capturedBytes == 0) {
    empty_->setText(tr("Nothing of this body was recorded."));
  } else if (content_.storedBytes > 0 && !content_.isWhole) {
    empty_->setText(stopped_ ? tr("The reading was stopped.") : tr("Reading"));
  } else {
    empty_->setText(!done_       ? tr("No body yet")
                    : announced_ ? tr("This body was not read: the exchange ended before.")
                                 : tr("No body"));
  }
}

void BodyPane::showReading(std::shared_ptr<const BodyProgress> progress, std::uint64_t bytes) {
  reading_ = std::move(progress);
  readingBytes_ = bytes;
  if (reading_ != nullptr) stopped_ = false;
  reading_ != nullptr ? progressTimer_.start(kProgressMs) : progressTimer_.stop();
  updateProgress();
}

void BodyPane::showStopped() {
  showReading(nullptr, 0);
  stopped_ = true;
  updateFacts();
  updateProgress();
}

void BodyPane::updateProgress() {
  stop_->setVisible(reading_ != nullptr || stopped_);
  stop_->setText(stopped_ ? tr("Read on") : tr("Stop"));
  stop_->setToolTip(stopped_ ? tr("Read all of this body") : tr("Read no more of this body"));
  if (reading_ != nullptr && readingBytes_ > 0 && reading_->bytes >= readingBytes_) {
    progress_->setText(tr("Preparing"));
  } else if (reading_ != nullptr && readingBytes_ > 0) {
    progress_->setText(tr("Reading %1 %").arg(std::min<std::uint64_t>(99, reading_->bytes * 100 / readingBytes_)));
  } else if (const int percent = view_->progressPercent(); percent < 100) {
    progress_->setText(tr("Laying out %1 %").arg(percent));
  } else {
    progress_->clear();
  }
  progress_->setVisible(!progress_->text().isEmpty());
}

void BodyPane::want(BodyForm form) {
  wanted_ = form;
  emit formWanted();
}

void BodyPane::toggleForm() {
  if (shown_ != BodyForm::Hex) return want(BodyForm::Hex);
  want(usual_ == BodyForm::Hex ? BodyForm::Text : BodyForm::Automatic);
}

// What is no text is searched as text.
void BodyPane::openSearch() {
  QWidget* page = pages_->currentWidget();
  if (page == view_) return search_->open();
  if (page == events_ && events_->table().currentIndex().isValid()) return events_->openSearch();
  if (page != events_ && page != fields_) return;
  searchNext_ = true;
  want(BodyForm::Text);
}

// By value: another body may be on view when the dialog is answered.
void BodyPane::askWhereToSave(NamedValue part) {
  QString name = part.fileName.isEmpty() ? part.name : part.fileName;
  for (QChar& c : name) {
    if (!c.isLetterOrNumber() && c != u'.' && c != u'-' && c != u'_') c = u'_';
  }
  while (name.startsWith(u'.')) name.remove(0, 1);
  const QString path = QFileDialog::getSaveFileName(this, tr("Save part"), name.isEmpty() ? QStringLiteral("part") : name.left(100));
  if (!path.isEmpty()) savePart(part, path);
}

void BodyPane::savePart(const NamedValue& part, const QString& path) {
  if (part.bytes < 0) return;
  unsaved_.removeOne(path);
  showProblems();
  auto* saving = new Background(this);  // of its own: none waits for another one, and none ends another one
  saving->start([this, saving, path, body = part.partOf, from = part.from, bytes = part.bytes]() -> Background::Piece {
    QSaveFile file(path);
    const auto piece = QByteArrayView(body).sliced(from, bytes);
    const bool written = file.open(QIODevice::WriteOnly) && file.write(piece.data(), bytes) == bytes && file.commit();
    return {[this, saving, path, written] {
              saving->deleteLater();
              if (written) return emit saved(path);
              unsaved_ << path;
              showProblems();
            },
            false};
  });
}

}  // namespace sluice::gui
