// Wakes another process that waits, for less than a message over a socket costs. Only where neither process can make the other
// wait by the flags of its end, or by filling it: Linux since version 6.4; elsewhere nothing is made, and messages have to do.
// Each end: one thread.
#pragma once

#include <utility>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

class DoorbellButton;

// The end that hears. Waited for by its handle, as a socket that is to be read.
class Doorbell {
 public:
  // Both ends, or two that are nothing.
  static std::pair<Doorbell, DoorbellButton> make();

  explicit operator bool() const { return bool(end_); }
  Handle handle() const { return end_.get(); }
  // Whether it can still ring: not once the last button is gone, and then its handle is not to be waited for.
  bool canRing() const { return canRing_; }
  // After it rang, before looking at what it rang for. However often it rang, once is enough.
  void silence();

 private:
  OwnedHandle end_;
  bool canRing_ = false;
};

// The end that rings, in this process or another.
class DoorbellButton {
 public:
  DoorbellButton() = default;
  // Of what another process sent. Code::ProtocolFault: it is no button.
  static Result<DoorbellButton> take(OwnedHandle received);

  explicit operator bool() const { return bool(end_); }
  Handle handle() const { return end_.get(); }
  // Does not wait. False: nobody hears it.
  bool ring();

 private:
  friend class Doorbell;
  OwnedHandle end_;
};

}  // namespace sluice::platform
