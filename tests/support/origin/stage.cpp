#include "tests/support/origin/stage.h"

namespace sluice::test {

bool Stage::pause(std::chrono::microseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
  return !stopping_;
}

void Stage::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool Stage::waitAtGate(const std::string& gate, std::uint64_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || gates_[gate] >= count; });
  return !stopping_;
}

void Stage::openGate(const std::string& gate) {
  const std::scoped_lock lock(mutex_);
  ++gates_[gate];
  changed_.notify_all();
}

void Stage::noteSent(const std::string& stream, std::int64_t monotonicUs) {
  const std::scoped_lock lock(mutex_);
  sent_[stream].push_back(monotonicUs);
}

std::vector<std::int64_t> Stage::sent(const std::string& stream) {
  const std::scoped_lock lock(mutex_);
  return sent_[stream];
}

std::int64_t monotonicUs() {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace sluice::test
