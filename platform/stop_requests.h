// Tells a program that has an event loop that its user or the system wants it to end. Any thread; one object in a process at a time.
#pragma once

#include <functional>
#include <memory>

#include "core/base/result.h"

namespace sluice::platform {

class StopRequests {
 public:
  // Calls `asked`, on a thread of its own, whenever an end in order is asked for: by SIGINT, SIGTERM or SIGHUP, which comes when the
  // terminal closes and stays without effect where it was so before (nohup); on Windows by Ctrl-C, Ctrl-Break or the end of the
  // console. Children that the program starts have the usual signals again.
  // REQUIRES: nobody else handles these signals; `asked` does not block.
  static Result<std::unique_ptr<StopRequests>> watch(std::function<void()> asked);

  // ENSURES: `asked` is not called any more, and the signals do what they did before.
  virtual ~StopRequests() = default;
};

}  // namespace sluice::platform
