// Of systems that have no such thing: macOS, FreeBSD, Windows.
#include "platform/net/kernel_pipe.h"

#include "core/base/assert.h"

namespace sluice::net {

bool hasKernelPipes() { return false; }

std::unique_ptr<KernelPipe> KernelPipe::open() { return nullptr; }

IoResult KernelPipe::fill(std::intptr_t, Side) {
  SLUICE_BUG(true);
  return IoResult::wouldBlock();
}

IoResult KernelPipe::drain(std::intptr_t, Side) {
  SLUICE_BUG(true);
  return IoResult::wouldBlock();
}

}  // namespace sluice::net
