// Tells a program that has an event loop of its own kind (the app) that its user or the system wants it to end. Any
// thread; one object in a process at a time.
#pragma once

#include <functional>
#include <memory>

#include "core/base/result.h"

namespace sluice::platform {

class StopRequests {
 public:
  // Calls `asked`, on a thread of its own, whenever an end in order is asked for: a stop signal (see process.h) or, on
  // POSIX, SIGHUP, which comes when the terminal closes. Children that the program starts have the usual signals again.
  // REQUIRES: nobody else handles these signals; `asked` does not block.
  static Result<std::unique_ptr<StopRequests>> watch(std::function<void()> asked);

  // ENSURES: `asked` is not called any more, and the signals do what they did before.
  virtual ~StopRequests() = default;
};

}  // namespace sluice::platform
