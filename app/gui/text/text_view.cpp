#include "app/gui/text/text_view.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QScrollBar>
#include <QStatusTipEvent>
#include <algorithm>
#include <cmath>

#include "app/gui/text/text_metrics.h"

namespace sluice::gui {
namespace {

// Laid out at once: some milliseconds. What is longer is laid out in the background after its first screen.
constexpr qint64 kBytesAtOnce = 192 * 1024;
constexpr qint64 kFirstBytes = 64 * 1024;
constexpr qint64 kPieceBytes = 1024 * 1024;
constexpr qint64 kRowsCopiedAtOnce = 500;  // more of them are put together off the GUI thread
constexpr std::size_t kFoldsAtOnce = 10'000;

}  // namespace

TextView::TextView(QWidget* parent) : QAbstractScrollArea(parent), walking_(this), folding_(this), copying_(this) {
  setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  viewport()->setCursor(Qt::IBeamCursor);
  viewport()->setBackgroundRole(QPalette::Base);
  viewport()->setAutoFillBackground(true);
  // A captured text says nothing about how our own window runs: rows always begin at the left.
  setLayoutDirection(Qt::LeftToRight);
  connect(&search_, &TextSearch::changed, viewport(), qOverload<>(&QWidget::update));
}

void TextView::setDocument(DocumentPtr document, Keep keep) {
  QScrollBar* bar = verticalScrollBar();
  const bool atEnd = bar->maximum() > 0 && bar->value() == bar->maximum();
  const auto releasing = qScopeGuard([before = this->document()]() mutable { letGo(std::move(before)); });
  walking_.cancel();
  folding_.cancel();
  pending_.reset();
  revealFrom_ = -1;
  if (keep == Keep::Top) folded_.reset();
  if (document == nullptr) {
    index_.reset();
    anchor_ = caret_ = {};
    search_.start(nullptr, {});
    updateScrollBars();
    emit progressChanged();
    return viewport()->update();
  }
  layOut(document, index_ == nullptr ? Keep::Top : keep);
  if (keep == Keep::Top) {
    horizontalScrollBar()->setValue(0);
  } else if (atEnd) {
    bar->setValue(bar->maximum());  // who reads the end of a stream goes on reading its end
  }
  if (!search_.text().isEmpty()) search_.start(document, search_.text());
}

// The window has a Find of its own; here it is the one within this text.
bool TextView::event(QEvent* event) {
  const bool find = event->type() == QEvent::ShortcutOverride &&
                    static_cast<QKeyEvent*>(event)->matches(QKeySequence::Find);
  if (find) event->accept();
  return QAbstractScrollArea::event(event);
}

// --- rows -------------------------------------------------------------------------------------------------------

Layout TextView::wantedLayout() const {
  const auto room = viewport()->width() - gutterWidth() - 2 * kTextMargin;
  return {std::max<qsizetype>(20, qsizetype(room / columnWidth(*this))), folded_};
}

void TextView::layOut(const DocumentPtr& document, Keep keep) {
  const Layout layout = wantedLayout();
  auto index = std::make_unique<RowIndex>(document, layout);
  RowMark from;
  const bool grown = keep == Keep::Position && index_ != nullptr && index_->document() != document &&
                     index_->layout().columns == layout.columns && index_->layout().folded == layout.folded;
  if (grown) from = index->takeUnchanged(*index_);
  RowWalk walk(document, layout, from);
  const qint64 rest = document->bytes().size() - from.place.at;
  index->take(walk.step(rest <= kBytesAtOnce ? rest + 1 : kFirstBytes));
  const bool whole = index->isWhole();
  if (whole || keep == Keep::Top || isFarEnough(*index)) {
    pending_.reset();
    adopt(std::move(index), keep);
  } else {
    pending_ = std::move(index);
  }
  whole ? walking_.cancel() : walkOn(std::move(walk));
  emit progressChanged();
}

void TextView::walkOn(RowWalk walk) {
  walking_.start([this, walk = std::move(walk)]() mutable -> Background::Piece {
    Walked walked = walk.step(kPieceBytes);
    const bool more = !walked.whole;
    return {[this, walked = std::move(walked)] { takeWalked(walked); }, more};
  });
}

void TextView::takeWalked(const Walked& walked) {
  (pending_ != nullptr ? pending_ : index_)->take(walked);
  if (pending_ != nullptr && (walked.whole || isFarEnough(*pending_))) adopt(std::move(pending_), Keep::Position);
  updateScrollBars();
  revealNow();
  emit progressChanged();
}

// Whether all that is on view now could be shown by it.
bool TextView::isFarEnough(const RowIndex& index) const {
  if (index.rowCount() == 0) return false;
  if (rowCount() == 0) return true;
  const QScrollBar* bar = verticalScrollBar();
  const qint64 last = std::min<qint64>(rowCount() - 1, bar->value() + bar->pageStep());
  return index.walkedBytes() > byteOf({last, 0});
}

// What stood at the top stays at the top, and what was selected stays selected.
void TextView::adopt(std::unique_ptr<RowIndex> index, Keep keep) {
  viewport()->update();
  if (keep == Keep::Top || rowCount() == 0 || index->rowCount() == 0) {
    index_ = std::move(index);
    anchor_ = caret_ = {};
    updateScrollBars();
    return verticalScrollBar()->setValue(0);
  }
  if (index->document()->fixedColumns() > 0) {  // its rows stay what they are
    index_ = std::move(index);
    return updateScrollBars();
  }
  const qint64 top = byteOf({verticalScrollBar()->value(), 0});
  const qint64 anchor = byteOf(anchor_), caret = byteOf(caret_);
  const bool selected = hasSelection();
  index_ = std::move(index);
  updateScrollBars();
  verticalScrollBar()->setValue(int(index_->rowAtByte(top)));
  caret_ = positionOfByte(caret);
  anchor_ = selected ? positionOfByte(anchor) : caret_;
}

void TextView::updateScrollBars() {
  const int page = std::max(1, (viewport()->height() - kTextMargin) / rowHeight());
  verticalScrollBar()->setPageStep(page);
  verticalScrollBar()->setRange(0, int(std::max<qint64>(0, rowCount() - page)));
  const qsizetype widest = index_ == nullptr ? 0 : index_->document()->fixedColumns();
  const int need = int(std::ceil(double(widest) * columnWidth(*this))) + gutterWidth() + 2 * kTextMargin;
  horizontalScrollBar()->setPageStep(viewport()->width());
  horizontalScrollBar()->setSingleStep(int(columnWidth(*this)) * 4);
  horizontalScrollBar()->setRange(0, widest == 0 ? 0 : std::max(0, need - viewport()->width()));
}

int TextView::progressPercent() const {
  const RowIndex* index = pending_ != nullptr ? pending_.get() : index_.get();
  if (index == nullptr || index->isWhole()) return 100;
  const auto bytes = std::max<qint64>(1, index->document()->bytes().size());
  return int(std::min<qint64>(99, index->walkedBytes() * 100 / bytes));
}

int TextView::heightForAllRows() const { return int(std::min<qint64>(rowCount(), 10'000)) * rowHeight() + kTextMargin; }

qint64 TextView::lengthOf(qint64 row) const { return index_->row(row).length; }

qint64 TextView::byteOf(Position position) const {
  const Row& row = index_->row(std::clamp<qint64>(position.row, 0, rowCount() - 1));
  if (index_->document()->fixedColumns() > 0) return row.line.from;
  return row.byteOf(std::clamp<qint64>(position.column, 0, row.length));
}

TextView::Position TextView::positionOfByte(qint64 byte) const {
  const qint64 index = index_->rowAtByte(byte);
  const Row& row = index_->row(index);
  for (qint64 column = 0; column < row.length; ++column) {
    if (row.built->byteOf[std::size_t(row.start + column)] >= 0 && row.byteOf(column) >= byte) return {index, column};
  }
  return {index, row.length};
}

// --- folds ------------------------------------------------------------------------------------------------------

void TextView::setFolded(std::shared_ptr<const FoldSet> folded) {
  folded_ = std::move(folded);
  layOut(index_->document(), Keep::Position);
}

void TextView::toggleFold(qint64 opener) {
  if (!canFold()) return;
  auto changed = folded_ == nullptr ? std::make_shared<FoldSet>() : std::make_shared<FoldSet>(*folded_);
  if (changed->erase(opener) > 0) return setFolded(changed);
  // What it hides may be the whole document.
  folding_.start([this, opener, changed, document = index_->document()]() -> Background::Piece {
    if (const auto fold = document->foldFrom(opener)) changed->emplace(opener, *fold);
    return {[this, changed] { setFolded(changed); }, false};
  });
}

void TextView::foldAll() {
  if (!canFold()) return;
  // The outermost stays open, or nothing would be left to see.
  folding_.start([this, document = index_->document(), layout = index_->layout()]() -> Background::Piece {
    auto folds = std::make_shared<FoldSet>();
    Layout folded{layout.columns, folds};
    Place place;
    while (const auto line = document->lineAt(place, folded)) {
      const bool fold = line->fold == Line::Fold::Open && place.depth > 0 && folds->size() < kFoldsAtOnce;
      const auto hidden = fold ? document->foldFrom(line->foldAt) : std::nullopt;
      if (hidden) folds->emplace(line->foldAt, *hidden);
      if (!hidden) place = line->next;
    }
    return {[this, folds] { setFolded(folds); }, false};
  });
}

void TextView::unfoldAll() {
  if (folded_ != nullptr) setFolded(nullptr);
}

// --- finding ----------------------------------------------------------------------------------------------------

void TextView::reveal(qint64 from, qint64 to) {
  if (index_ == nullptr) return;
  revealFrom_ = from;
  revealTo_ = to;
  if (folded_ != nullptr) {
    auto open = std::make_shared<FoldSet>(*folded_);
    std::erase_if(*open, [from](const auto& fold) { return fold.first < from && from < fold.second.end; });
    if (open->size() < folded_->size()) setFolded(open);
  }
  revealNow();
}

void TextView::revealNow() {
  if (revealFrom_ < 0 || pending_ != nullptr || rowCount() == 0) return;
  if (!index_->isWhole() && index_->walkedBytes() <= revealTo_) return;
  anchor_ = positionOfByte(revealFrom_);
  caret_ = positionOfByte(revealTo_);
  revealFrom_ = -1;
  QScrollBar* bar = verticalScrollBar();
  const auto row = int(anchor_.row);
  if (row < bar->value() || row >= bar->value() + bar->pageStep()) bar->setValue(row - bar->pageStep() / 3);
  viewport()->update();
}

qint64 TextView::searchOrigin() const {
  if (rowCount() == 0) return 0;
  if (hasSelection()) return byteOf(std::min(anchor_, caret_));
  return byteOf({verticalScrollBar()->value(), 0});
}

// --- selection --------------------------------------------------------------------------------------------------

QString TextView::selectedText(qsizetype charactersMax) const {
  if (rowCount() == 0) return {};
  const auto [from, to] = std::minmax(anchor_, caret_);
  return textOf(*index_, from, to, charactersMax);
}

QString TextView::textOf(const RowIndex& index, Position from, Position to, qsizetype charactersMax) {
  QString text;
  for (qint64 i = from.row; i <= to.row && i < index.rowCount() && text.size() < charactersMax; ++i) {
    const Row& row = index.row(i);
    if (i > from.row && (row.beginsLine || index.document()->fixedColumns() > 0)) text += u'\n';
    const auto start = i == from.row ? from.column : 0;
    const auto end = i == to.row ? to.column : row.length;
    if (start == 0 && row.beginsLine && end > 0) text += QString(row.line.indent, u' ');
    text += row.text().mid(start, end - start);
  }
  text.truncate(charactersMax);
  return text;
}

void TextView::copy() { copyTo(QClipboard::Clipboard); }

void TextView::copyTo(QClipboard::Mode clipboard) {
  copying_.cancel();
  if (!hasSelection()) return;
  const auto [from, to] = std::minmax(anchor_, caret_);
  if (to.row - from.row <= kRowsCopiedAtOnce) {
    QGuiApplication::clipboard()->setText(selectedText(), clipboard);
    return emit copied();
  }
  copying_.start([this, clipboard, from, to, index = *index_]() -> Background::Piece {
    return {[this, clipboard, text = textOf(index, from, to, kCopyCharactersMax)] {
              QGuiApplication::clipboard()->setText(text, clipboard);
              if (text.size() >= kCopyCharactersMax) say(tr("Only the first %L1 characters were copied").arg(text.size()));
              emit copied();
            },
            false};
  });
}

// In the status bar of whatever window this is in.
void TextView::say(const QString& message) {
  QStatusTipEvent event(message);
  QCoreApplication::sendEvent(this, &event);
}

void TextView::selectAll() {
  if (rowCount() == 0) return;
  anchor_ = {};
  caret_ = {rowCount() - 1, lengthOf(rowCount() - 1)};
  viewport()->update();
}

}  // namespace sluice::gui
