// A read-only view of a Document in a fixed-width font. Lays out and paints only the rows on view, so a megabyte on one
// line scrolls like any other text. Selection by mouse and keyboard, copy; never rich text. GUI thread.
#pragma once

#include <QAbstractScrollArea>
#include <QTextLayout>
#include <vector>

#include "app/gui/text/document.h"

namespace sluice::gui {

class TextView : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit TextView(QWidget* parent = nullptr);

  enum class Keep { Top, Position };
  // Position keeps scroll and selection, for a document that has grown at its end.
  void setDocument(DocumentPtr document, Keep keep = Keep::Top);
  const DocumentPtr& document() const { return document_; }

  // What would show the document without scrolling.
  int heightForAllRows() const;
  bool hasSelection() const { return anchor_ != caret_; }
  QString selectedText() const;

 public slots:
  void copy();
  void selectAll();

 protected:
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
    qsizetype line = 0;
    qsizetype column = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
  };

  qsizetype rowCount() const;
  TextRow rowAt(qsizetype index) const;
  void wrapLines();
  void updateScrollBars();
  int gutterWidth() const;
  int rowHeight() const;
  std::unique_ptr<QTextLayout> layoutOf(const TextRow& row) const;
  QList<QTextLayout::FormatRange> formatsOf(const TextRow& row) const;
  void paintRow(QPainter& painter, qsizetype index, int y) const;
  void paintLineNumber(QPainter& painter, const TextRow& row, int y) const;
  Position positionAt(QPoint point) const;
  qsizetype rowOf(Position position) const;
  void moveCaret(Position to, bool keepAnchor);
  void moveCaretByRows(qsizetype rows);
  Position stepped(Position from, int columns) const;
  void ensureCaretVisible();
  bool extendSelection(QKeyEvent* event);
  bool scrollByKey(QKeyEvent* event);

  DocumentPtr document_;
  std::vector<TextRow> rows_;  // empty where each line is a row
  qsizetype wrapColumns_ = 0;
  Position anchor_, caret_;
  QPoint dragPoint_;
  int dragTimer_ = 0;
};

}  // namespace sluice::gui
