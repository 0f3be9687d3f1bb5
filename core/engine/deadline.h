// A timer that is moved far more often than it fires: pushing it back costs a store, no call into the event engine.
// Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/time.h"

namespace sluice::engine {

class Deadline {
 public:
  // `onDue` runs on the loop, never inside a call of this class, and not after clear() or destruction.
  Deadline(asio::io_context& loop, std::function<void()> onDue);
  ~Deadline();
  Deadline(Deadline&&) = delete;

  void set(MonoTime due);
  void clear();

 private:
  // Outlives the deadline while the timer is armed.
  struct Shared {
    Shared(asio::io_context& loop, std::function<void()> f) : timer(loop), onDue(std::move(f)) {}
    asio::steady_timer timer;
    std::function<void()> onDue;
    std::optional<MonoTime> due;
    std::optional<MonoTime> armedFor;
  };
  static void arm(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace sluice::engine
