// Looks for a text in all messages of a WebSocket, whole as they were recorded, on the inspector's history thread; tells what it has
// found so far while it goes on. Letters of ASCII match in either case. GUI thread.
#pragma once

#include <QObject>
#include <vector>

#include "app/gui/history/history.h"

namespace sluice::gui {

// Messages asked for at once; the reader gives fewer where they are large.
inline constexpr std::size_t kMessagesAtOnce = 512;

class SocketSearch : public QObject {
  Q_OBJECT
 public:
  SocketSearch(History& history, QObject* parent) : QObject(parent), history_(history) {}

  // An empty text finds nothing.
  void start(ExchangeId exchange, const QString& text);
  // There may be more messages.
  void goOn();

  const QString& text() const { return text_; }
  // Messages that have it, rising.
  const std::vector<std::int64_t>& hits() const { return hits_; }
  bool isWhole() const { return !asking_; }
  // Why it could not go on; empty: nothing went wrong.
  const QString& problem() const { return problem_; }

 signals:
  void changed();

 private:
  // What a page came to, on the history's thread.
  struct Page {
    std::vector<std::int64_t> hits;
    std::int64_t last = 0;
    bool isEmpty = true;
  };
  static Result<Page> look(store::Reader& reader, ExchangeId exchange, std::int64_t after, const QByteArray& needle);
  void ask();

  History& history_;
  ExchangeId exchange_;
  QString text_;
  QByteArray needle_;  // in small letters
  std::vector<std::int64_t> hits_;
  QString problem_;
  std::int64_t after_ = 0;
  unsigned generation_ = 0;  // answers for another text are dropped
  bool asking_ = false;
};

}  // namespace sluice::gui
