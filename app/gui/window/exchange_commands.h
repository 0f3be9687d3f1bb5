// What can be done with chosen exchanges: copied, saved, opened. Reads on the history's thread. GUI thread.
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
  void openUrl();

  // The URL, if it is one that a browser may be given: http or https, with a host. Invalid otherwise.
  static QUrl browserUrl(const std::string& url);

 signals:
  void said(const QString& message);  // for the status bar

 private:
  History& history_;
  ExchangeTable& table_;
  QWidget* window_;
};

}  // namespace sluice::gui
