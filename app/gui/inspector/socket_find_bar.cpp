#include "app/gui/inspector/socket_find_bar.h"

namespace sluice::gui {

SocketFindBar::SocketFindBar(History& history, QWidget* parent)
    : FindBar(tr("Find in all messages"), parent), search_(new SocketSearch(history, this)) {
  connect(search_, &SocketSearch::changed, this, &SocketFindBar::showFound);
}

void SocketFindBar::setExchange(ExchangeId exchange) {
  exchange_ = exchange;
  current_ = -1;
  search_->start(exchange, isHidden() ? QString() : field().text());
}

void SocketFindBar::goOn() {
  if (!isHidden()) search_->goOn();
}

void SocketFindBar::close() {
  FindBar::close();
  search_->start({}, {});
  emit closed();
}

void SocketFindBar::lookFor(const QString& text) {
  current_ = -1;
  search_->start(exchange_, text);
}

void SocketFindBar::step(int direction) {
  const auto count = qint64(search_->hits().size());
  if (count == 0) return;
  current_ = (std::max<qint64>(current_, 0) + direction + count) % count;
  emit found(search_->hits()[std::size_t(current_)]);
  showFound();
}

void SocketFindBar::showFound() {
  const auto& hits = search_->hits();
  if (current_ >= qint64(hits.size())) current_ = -1;
  if (current_ < 0 && !hits.empty()) {
    current_ = 0;
    emit found(hits.front());
  }
  search_->problem().isEmpty() ? showCount(current_, qint64(hits.size()), search_->isWhole()) : showProblem(search_->problem());
}

}  // namespace sluice::gui
