// For systems without a way to ring that the other process cannot make wait.
#include "platform/doorbell.h"

namespace sluice::platform {

std::pair<Doorbell, DoorbellButton> Doorbell::make() { return {}; }
void Doorbell::silence() {}

Result<DoorbellButton> DoorbellButton::take(OwnedHandle) {
  return fail(Side::Local, Code::ProtocolFault, "a doorbell was received, which this system does not have");
}
bool DoorbellButton::ring() { return false; }

}  // namespace sluice::platform
