// What a person says of the chosen exchanges: colours and comments. The engine keeps them; rows change when the history says so.
// GUI thread.
#pragma once

#include <QObject>

#include "app/gui/engine/engine_keeper.h"
#include "app/gui/exchanges/exchange_table.h"
#include "core/base/annotation.h"

namespace sluice::gui {

class Annotations : public QObject {
  Q_OBJECT
 public:
  Annotations(EngineKeeper& keeper, ExchangeModel& model, ExchangeTable& table, QWidget* window);

  // Marks all that are chosen; where the current one has this mark already, takes it away.
  void toggle(Mark mark);
  // Shows the dialog.
  void askForComment();
  void comment(const QString& text);

 signals:
  // Words have been written about the chosen ones.
  void commented();
  void said(const QString& message);  // for the status bar

 private:
  void annotate(const Annotation& annotation);
  const store::ExchangeRow* currentRow() const;

  EngineKeeper& keeper_;
  ExchangeModel& model_;
  ExchangeTable& table_;
  QWidget* window_;
};

}  // namespace sluice::gui
