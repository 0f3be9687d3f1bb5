// How many bytes may pass, and when to ask again. Null where a limiter is asked for means unlimited. One loop's thread.
#pragma once

#include <cstddef>

#include "core/base/time.h"

namespace sluice::pipe {

class Limiter {
 public:
  virtual ~Limiter() = default;
  // So many bytes wait to pass, behind those that wait already. Only who holds what waits (a writer) tells.
  virtual void queued(std::size_t bytes, MonoTime now) = 0;
  // All that waits does so no more, and will not pass.
  virtual void dropped() = 0;
  // How many bytes may pass now; 0: none before nextAt().
  virtual std::size_t allowance(MonoTime now) = 0;
  // So many passed, at most the last allowance.
  virtual void consumed(std::size_t bytes, MonoTime now) = 0;
  // When it is worth asking again after an allowance of 0; later than now.
  virtual MonoTime nextAt(MonoTime now) = 0;
};

}  // namespace sluice::pipe
