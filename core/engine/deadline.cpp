#include "core/engine/deadline.h"

#include "core/engine/clock.h"

namespace sluice::engine {

Deadline::Deadline(asio::io_context& loop, std::function<void()> onDue)
    : shared_(std::make_shared<Shared>(loop, std::move(onDue))) {}

Deadline::~Deadline() {
  shared_->due.reset();
  shared_->onDue = nullptr;
  shared_->timer.cancel();
}

void Deadline::set(MonoTime due) {
  shared_->due = due;
  // Armed for an earlier time: that firing will see the later one and arm again.
  if (!shared_->armedFor || due < *shared_->armedFor) arm(shared_);
}

void Deadline::clear() { shared_->due.reset(); }

void Deadline::arm(const std::shared_ptr<Shared>& shared) {
  const auto due = *shared->due;
  shared->armedFor = due;
  shared->timer.expires_at(std::chrono::steady_clock::time_point(due.time_since_epoch()));
  shared->timer.async_wait([shared](const std::error_code& code) {
    if (code) return;  // replaced by an earlier time, or destroyed
    shared->armedFor.reset();
    if (!shared->due) return;
    if (readClocks().mono < *shared->due) return arm(shared);
    shared->due.reset();
    if (shared->onDue) shared->onDue();
  });
}

}  // namespace sluice::engine
