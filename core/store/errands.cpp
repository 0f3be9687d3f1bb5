#include "core/store/errands.h"

#include <utility>

namespace sluice::store {
namespace {

Error stopped() { return {Code::Aborted, Side::Local, 0, "the recorder has stopped"}; }

}  // namespace

void Errands::ask(Errand what, Answer answer, const std::function<void()>& wake) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      asked_.push_back({std::move(what), std::move(answer)});
      return wake();
    }
  }
  answer(fail(stopped()));
}

std::vector<Errands::Asked> Errands::takeAll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

void Errands::doAll() {
  for (Asked& each : takeAll()) each.answer(each.what());
}

void Errands::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  for (Asked& each : takeAll()) each.answer(fail(stopped()));
}

}  // namespace sluice::store
