// What can be done with chosen exchanges: copied, saved, opened. Reads on the history's thread, and bodies that are
// saved on one of their own, with progress (FileJob). GUI thread.
#pragma once

#include <QObject>
#include <QUrl>

#include "app/gui/exchanges/exchange_table.h"
#include "app/gui/history/history.h"

namespace sluice::gui {

class ExchangeCommands : public QObject {
  Q_OBJECT
 public:
  ExchangeCommands(History& history, ExchangeTable& table, QWidget* window);

  void copyUrls();
  void copyCurl();
  // Asks where to.
  void saveBody();
  // Unpacked where its coding is known. said() follows.
  void saveBodyTo(ExchangeId id, const QString& path);
  // Each under a name of its own, none in the place of another file. said() follows.
  void saveBodiesTo(const std::vector<ExchangeId>& ids, const QString& folder);
  void openUrl();

  // The URL, if it is one that a browser may be given: http or https, with a host. Invalid otherwise.
  static QUrl browserUrl(const std::string& url);

 signals:
  void said(const QString& message);  // for the status bar

 private:
  void saveBodies();

  History& history_;
  ExchangeTable& table_;
  QWidget* window_;
};

}  // namespace sluice::gui
