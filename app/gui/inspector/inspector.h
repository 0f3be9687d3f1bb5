// Everything about one exchange: overview, request, response. Reads on a history thread of its own, so that a large
// body never keeps the table waiting; follows the exchange while it runs. GUI thread.
#pragma once

#include <QElapsedTimer>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTimer>
#include <optional>

#include "app/gui/history/history.h"
#include "app/gui/inspector/fact_sheet.h"
#include "app/gui/inspector/message_page.h"
#include "app/gui/inspector/phase_chart.h"
#include "app/gui/inspector/socket_page.h"

namespace sluice::gui {

class Inspector : public QWidget {
  Q_OBJECT
 public:
  enum class Tab { Overview, Request, Response, Messages };

  explicit Inspector(History& history, QWidget* parent = nullptr);

  // None: the empty page.
  void inspect(ExchangeId id);
  ExchangeId exchange() const { return id_; }
  // These exchanges have changed in the database.
  void noteChanged(const std::vector<ExchangeId>& ids);
  // The database may be another one.
  void reopen();

  Tab tab() const { return Tab(tabs_->currentIndex()); }
  void setTab(Tab tab) { tabs_->setCurrentIndex(int(tab)); }
  void focusContent();
  void toggleBodyForm();
  void openSearch();
  ~Inspector() override;

  FactSheet& facts() { return *facts_; }
  MessagePage& request() { return *request_; }
  MessagePage& response() { return *response_; }
  SocketPage& messages() { return *messages_; }

 signals:
  void tabChanged();

 private:
  QWidget* makeOverview();
  void load();
  void cancelReading();
  void takeDetails(Result<std::optional<store::ExchangeDetails>> details);
  void forgetBodies();
  void showDetails(const store::ExchangeDetails& details);
  void loadBody(MessagePage& page);
  void readBodyOf(MessagePage& page, bool whole);
  void takeBody(MessagePage& page, const Result<BodyContent>& content);

  // What of a body is shown or being read, to know whether there is anything new.
  struct Loaded {
    std::uint64_t capturedBytes = ~std::uint64_t(0);
    BodyForm wanted = BodyForm::Automatic;
    bool shown = false;
    bool stopped = false;  // by the user; the rest is read when it is asked for
    bool cut = false;      // the last reading ended before it was done: what it was for is read anew
    std::shared_ptr<BodyProgress> reading;  // null: nothing is being read
    QElapsedTimer since;                    // the last reading
  };
  Loaded& loadedOf(const MessagePage& page) {
    return page.direction() == capture::Direction::Request ? requestLoaded_ : responseLoaded_;
  }

  History& history_;
  QStackedWidget* pages_;
  QTabWidget* tabs_;
  FactSheet* facts_;
  PhaseChart* chart_;
  MessagePage* request_;
  MessagePage* response_;
  SocketPage* messages_;  // its tab shows once a WebSocket has said something
  QTimer reloadTimer_;  // changes come up to thirty times a second; nobody reads that fast
  ExchangeId id_;
  unsigned generation_ = 0;  // answers for an exchange that is no longer shown are dropped
  std::optional<store::ExchangeDetails> details_;
  Loaded requestLoaded_, responseLoaded_;
  bool loading_ = false;
};

}  // namespace sluice::gui
