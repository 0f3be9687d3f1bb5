#include "core/engine/kept_changes.h"

#include <utility>

namespace sluice::engine {

KeptChanges::KeptChanges(Keep keep) : keep_(std::move(keep)) {}

void KeptChanges::make(std::function<Result<Change>()> judge, Answer done) {
  if (waiting_.size() >= kWaitingMax) {
    return done(fail(Side::Local, Code::DatabaseBusy, "the history is held by another program, and many changes wait for it already"));
  }
  waiting_.push_back({std::move(judge), std::move(done)});
  next();
}

// One that is answered at once comes back here from within keep_: the loop goes on with the following one then.
void KeptChanges::next() {
  while (!keeping_ && !waiting_.empty()) {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    auto change = first.judge();
    if (!change) {
      first.done(fail(change.error()));
      continue;
    }
    keeping_ = true;
    const auto key = change->key;
    auto text = change->text;
    keep_(key, std::move(text), [this, change = std::move(*change), done = std::move(first.done)](const Result<void>& outcome) {
      keeping_ = false;
      done(outcome ? change.apply() : outcome);
      next();
    });
  }
}

}  // namespace sluice::engine
