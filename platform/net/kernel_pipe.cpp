#include "platform/net/kernel_pipe.h"

#include "core/base/assert.h"

namespace sluice::net {

std::unique_ptr<KernelPipe> KernelPipes::take() {
  if (taken_ >= kKernelPipesMax) return nullptr;
  std::unique_ptr<KernelPipe> pipe;
  if (idle_.empty()) {
    pipe = KernelPipe::open();
  } else {
    pipe = std::move(idle_.back());
    idle_.pop_back();
  }
  if (pipe) ++taken_;
  return pipe;
}

void KernelPipes::give(std::unique_ptr<KernelPipe> pipe) {
  if (SLUICE_BUG(pipe == nullptr || taken_ == 0)) return;
  --taken_;
  if (pipe->held() == 0 && idle_.size() < kKernelPipesKept) idle_.push_back(std::move(pipe));
}

}  // namespace sluice::net
