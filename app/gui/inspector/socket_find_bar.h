// Steps through the messages of a WebSocket that have a text. GUI thread.
#pragma once

#include "app/gui/inspector/socket_search.h"
#include "app/gui/text/find_bar.h"

namespace sluice::gui {

class SocketFindBar : public FindBar {
  Q_OBJECT
 public:
  SocketFindBar(History& history, QWidget* parent);

  // Of this exchange from now on; none: of nothing.
  void setExchange(ExchangeId exchange);
  // More messages have come.
  void goOn();
  void close() override;
  void step(int direction) override;
  SocketSearch& search() { return *search_; }

 signals:
  void found(std::int64_t message);
  void closed();

 protected:
  void lookFor(const QString& text) override;

 private:
  void showFound();

  SocketSearch* search_;
  ExchangeId exchange_;
  qint64 current_ = -1;  // among the hits; -1: none yet
};

}  // namespace sluice::gui
