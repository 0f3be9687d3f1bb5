// A table over a history that the real recorder writes, shown and laid out. GUI thread.
#pragma once

#include <QPoint>
#include <string>

#include "app/gui/exchanges/exchange_table.h"
#include "tests/gui/support/recording.h"

namespace sluice::gui::test {

struct TableFixture {
  Recording recording;
  History history{recording.dataDir(), QStringLiteral("test-history")};
  ExchangeModel model{history};
  ExchangeTable table{model};

  explicit TableFixture(int rows);
  // Adds whole exchanges of different status and size, and waits until they are rows, laid out.
  void add(int rows);
  bool atBottom() const;
  void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
  void clickHeader(Column column);
};

}  // namespace sluice::gui::test
