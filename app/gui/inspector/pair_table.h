// Names and values in a table: headers, a query, cookies, the fields of a form. Each can be chosen and
// copied whole; plain text throughout. GUI thread.
#pragma once

#include <QTableView>
#include <vector>

#include "app/gui/inspector/body_kind.h"

namespace sluice::gui {

class PairTable : public QTableView {
  Q_OBJECT
 public:
  explicit PairTable(const QString& name, QWidget* parent = nullptr);

  void setPairs(std::vector<NamedValue> pairs);
  const std::vector<NamedValue>& pairs() const;
  // "Name: value" a line: of the chosen rows, or of all when none is.
  QString textToCopy() const;
  int heightForAllRows() const;

 signals:
  // This part is to be written to a file. By value: the table may have others by the time that somebody has been asked.
  void saveRequested(NamedValue part);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  class Model;
  void copyValues();

  Model* model_;
};

}  // namespace sluice::gui
