#include "app/gui/inspector/socket_search.h"

#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"

namespace sluice::gui {
namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; }

bool contains(const std::string& payload, const QByteArray& needle) {
  const auto same = [](char in, char wanted) { return lowered(in) == wanted; };
  return std::search(payload.begin(), payload.end(), needle.begin(), needle.end(), same) != payload.end();
}

}  // namespace

void SocketSearch::start(ExchangeId exchange, const QString& text) {
  ++generation_;
  exchange_ = exchange;
  text_ = text;
  needle_ = text.toUtf8();
  std::transform(needle_.cbegin(), needle_.cend(), needle_.begin(), lowered);
  hits_.clear();
  problem_.clear();
  after_ = 0;
  asking_ = false;
  goOn();
  emit changed();
}

void SocketSearch::goOn() {
  if (!asking_ && exchange_ && !needle_.isEmpty()) ask();
}

Result<SocketSearch::Page> SocketSearch::look(store::Reader& reader, ExchangeId exchange, std::int64_t after,
                                              const QByteArray& needle) {
  const auto messages = reader.messages(exchange, after, kMessagesAtOnce);
  if (!messages) return fail(messages.error());
  Page page{{}, after, messages->empty()};
  for (const auto& message : *messages) {
    page.last = message.id;
    if (contains(message.payload, needle)) page.hits.push_back(message.id);
  }
  return page;
}

void SocketSearch::ask() {
  asking_ = true;
  history_.ask(
      this,
      [exchange = exchange_, after = after_, needle = needle_](store::Reader& reader) {
        return look(reader, exchange, after, needle);
      },
      [this, generation = generation_](const Result<Page>& page) {
        if (generation != generation_) return;
        asking_ = false;
        problem_ = page ? QString() : errorText(page.error());
        if (page && !page->isEmpty) {
          hits_.insert(hits_.end(), page->hits.begin(), page->hits.end());
          after_ = page->last;
          ask();  // until a page is empty
        }
        emit changed();
      });
}

}  // namespace sluice::gui
