// The exchange table: rows of one height, keyboard throughout, columns as the user likes them, and the newest row kept
// in view until the user looks elsewhere. A click on a header sorts by it, another one the other way, a third one returns to
// the order of arrival; only in that are the newest followed. GUI thread.
#pragma once

#include <QTableView>
#include <QTimer>
#include <vector>

#include "app/gui/exchanges/exchange_model.h"
#include "app/gui/preferences/preferences.h"

namespace sluice::gui {

class ExchangeTable : public QTableView {
  Q_OBJECT
 public:
  explicit ExchangeTable(ExchangeModel& model, QWidget* parent = nullptr);

  bool isFollowing() const { return following_; }
  bool isSorted() const { return model_.order().has_value(); }
  // As a click on a header does it; nothing: the order of arrival.
  void sort(std::optional<Column> by, Qt::SortOrder order);
  std::optional<Column> sortedBy() const;
  ExchangeId currentId() const;
  // At most `countMax`, in table order.
  std::vector<ExchangeId> selectedIds(std::size_t countMax) const;
  int selectedCount() const;
  void select(int row);
  void step(int rows);

  // Widths, order and visibility, and what is sorted by; a state of another version of the columns is ignored.
  QByteArray columnsState() const;
  void restoreColumnsState(const QByteArray& state);
  void resetColumns();
  void setDensity(Density density);
  // Said where rows would be; empty: there are some, or nobody knows yet.
  QString emptyText() const;
  bool isColumnShown(Column column) const { return !isColumnHidden(int(column)); }
  void setColumnShown(Column column, bool shown);

 public slots:
  // Following ends sorting.
  void setFollowing(bool following);
  void clearChoice();

 signals:
  void followingChanged(bool following);
  void currentIdChanged(sluice::ExchangeId id);  // none when nothing is chosen
  void selectionCountChanged();
  void openRequested();  // Enter or double click
  void copyRequested();
  void columnsMenuRequested(const QPoint& globalPosition);
  void rowMenuRequested(const QPoint& globalPosition);

 protected:
  void focusInEvent(QFocusEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyboardSearch(const QString&) override {}  // would read every row of the database
  QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
  void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
  void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void setUpHeaders();
  void sortBy(int section, Qt::SortOrder order);
  void reselect();
  void updateRowHeight();
  void userScrolled();
  void fillWidth();
  void repaintRunning();
  std::pair<int, int> rowsOnView() const;  // first and last; the last is before the first when there are none
  void updateSpan();

  ExchangeModel& model_;
  Density density_ = Density::Comfortable;
  class ExchangeDelegate* delegate_;
  QTimer runningTimer_;  // durations of rows that run grow on view
  bool following_ = true;
  bool followsUnsorted_ = true;  // what `following_` is to be when sorting ends
  ExchangeId toReselect_;        // the current one from before the rows were sorted
  bool filling_ = false;
  bool takingFocus_ = false;
};

}  // namespace sluice::gui
