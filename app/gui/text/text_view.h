// A read-only view of a Document in a fixed-width font. Lays out and paints only the rows on view; where the rows of a
// large document begin is found in the background, so that its first screen is there at once, and a hundred megabytes
// on one line scroll like any other text. Folds, search hits, selection by mouse and keyboard, copy; never rich text.
// GUI thread.
#pragma once

#include <QAbstractScrollArea>
#include <QClipboard>
#include <QTextLayout>
#include <memory>
#include <vector>

#include "app/gui/text/background.h"
#include "app/gui/text/document.h"
#include "app/gui/text/row_index.h"
#include "app/gui/text/text_search.h"

namespace sluice::gui {

class TextView : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit TextView(QWidget* parent = nullptr);

  // Copied at once: more than anybody pastes on purpose; keeps a slip of the finger from filling the clipboard.
  static constexpr qsizetype kCopyCharactersMax = 16 * 1024 * 1024;

  enum class Keep { Top, Position };
  // Position keeps scroll, selection and folds, for a document that has grown at its end.
  void setDocument(DocumentPtr document, Keep keep = Keep::Top);
  DocumentPtr document() const { return index_ == nullptr ? nullptr : index_->document(); }

  // How much of the document has its rows; 100 when all has. progressChanged() follows it.
  int progressPercent() const;
  qint64 rowCount() const { return index_ == nullptr ? 0 : index_->rowCount(); }
  // What would show the document without scrolling.
  int heightForAllRows() const;
  bool hasSelection() const { return anchor_ != caret_; }
  // More than this is cut.
  QString selectedText(qsizetype charactersMax = kCopyCharactersMax) const;

  bool canFold() const { return index_ != nullptr && index_->document()->canFold(); }
  // Opens or closes what begins at this byte.
  void toggleFold(qint64 opener);
  void foldAll();
  void unfoldAll();

  // The hits of its search are marked. Scrolls to these bytes, opens what hides them, and selects them.
  TextSearch& search() { return search_; }
  void reveal(qint64 from, qint64 to);
  // Where a search that starts now begins: the selection, or what is on view.
  qint64 searchOrigin() const;

 signals:
  void progressChanged();
  void copied();  // it lies on the clipboard
  void findRequested();

 public slots:
  void copy();
  void selectAll();

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent*) override;
  void resizeEvent(QResizeEvent*) override;
  void changeEvent(QEvent*) override;
  void keyPressEvent(QKeyEvent*) override;
  void mousePressEvent(QMouseEvent*) override;
  void mouseMoveEvent(QMouseEvent*) override;
  void mouseReleaseEvent(QMouseEvent*) override;
  void mouseDoubleClickEvent(QMouseEvent*) override;
  void timerEvent(QTimerEvent*) override;
  void contextMenuEvent(QContextMenuEvent*) override;

 private:
  struct Position {
    qint64 row = 0;
    qint64 column = 0;  // characters of the row
    friend auto operator<=>(const Position&, const Position&) = default;
  };

  // Any thread.
  static QString textOf(const RowIndex& index, Position from, Position to, qsizetype charactersMax);
  void copyTo(QClipboard::Mode clipboard);
  void say(const QString& message);

  // text_view.cpp: rows
  Layout wantedLayout() const;
  void layOut(const DocumentPtr& document, Keep keep);
  void walkOn(RowWalk walk);
  void takeWalked(const Walked& walked);
  void adopt(std::unique_ptr<RowIndex> index, Keep keep);
  bool isFarEnough(const RowIndex& index) const;
  void setFolded(std::shared_ptr<const FoldSet> folded);
  void updateScrollBars();
  void revealNow();
  Position positionOfByte(qint64 byte) const;
  qint64 byteOf(Position position) const;
  qint64 lengthOf(qint64 row) const;

  // text_view_paint.cpp
  int gutterWidth() const;
  int rowHeight() const;
  int indentWidth(const Row& row) const;
  void paintRow(QPainter& painter, const Row& row, int y) const;
  void paintGutter(QPainter& painter, const Row& row, int y) const;
  std::unique_ptr<QTextLayout> layoutOf(const Row& row) const;
  QList<QTextLayout::FormatRange> formatsOf(const Row& row) const;
  QList<QTextLayout::FormatRange> marksOf(const Row& row) const;

  // text_view_input.cpp
  Position positionAt(QPoint point) const;
  bool pressFold(QPoint point);
  void moveCaret(Position to, bool keepAnchor);
  void moveCaretByRows(qint64 rows);
  Position stepped(Position from, int columns) const;
  void ensureCaretVisible();
  bool extendSelection(QKeyEvent* event);
  bool scrollByKey(QKeyEvent* event);

  std::unique_ptr<RowIndex> index_;    // null: there is nothing to show
  std::unique_ptr<RowIndex> pending_;  // takes its place once it has come as far as what is on view
  std::shared_ptr<const FoldSet> folded_;
  Background walking_;
  Background folding_;
  Background copying_;
  TextSearch search_;
  qint64 revealFrom_ = -1, revealTo_ = -1;  // as soon as its rows are known
  Position anchor_, caret_;
  QPoint dragPoint_;
  int dragTimer_ = 0;
};

}  // namespace sluice::gui
