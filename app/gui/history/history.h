// The history as the window reads it: SQLite on a thread of its own, answers on the GUI thread. Questions are answered
// in the order in which they were asked; no question ever waits on the GUI thread. One store::Reader for each History.
//
//   history.ask(this, [id](store::Reader& reader) { return reader.exchange(id); },
//               [this](Result<std::optional<store::ExchangeDetails>> details) { ... });
#pragma once

#include <QObject>
#include <QPointer>
#include <QThread>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/store/reader.h"

namespace sluice::gui {

class History : public QObject {
  Q_OBJECT
 public:
  // Called on the history's thread, again after reopen() and as long as it fails.
  using Opener = std::function<Result<store::Reader>()>;

  // `threadName` is what debuggers show.
  History(std::filesystem::path dataDir, const QString& threadName, QObject* parent = nullptr);
  History(Opener opener, const QString& threadName, QObject* parent = nullptr);
  // Waits for the question that is being answered, drops the others.
  ~History() override;

  // `query` runs on the history's thread and gives a Result<T>; `done` takes it on the GUI thread, unless `context` is
  // gone by then. Nothing recorded yet is Code::NotFound.
  template <class Query, class Done>
  void ask(QObject* context, Query query, Done done) {
    post([this, guard = QPointer<QObject>(context), query = std::move(query),
          done = std::move(done)](Result<store::Reader*> reader) mutable {
      using Answer = std::invoke_result_t<Query, store::Reader&>;
      // Shared because Qt copies what it queues; nobody but `done` looks at it.
      auto answer = std::make_shared<Answer>(reader ? query(**reader) : Answer(fail(reader.error())));
      QMetaObject::invokeMethod(
          this,
          [guard, answer, done = std::move(done)]() mutable {
            if (guard) done(std::move(*answer));
          },
          Qt::QueuedConnection);
    });
  }

  // For a reader of one's own, on another thread.
  const Opener& opener() const { return opener_; }

  // The next question opens the database anew: it may have been replaced by an engine that found it damaged.
  void reopen();

 private:
  class Worker;
  using Task = std::function<void(Result<store::Reader*>)>;
  void post(Task task);

  const Opener opener_;  // Immutable after construction.
  QThread thread_;
  Worker* worker_;  // lives on thread_ and is deleted there
};

}  // namespace sluice::gui
