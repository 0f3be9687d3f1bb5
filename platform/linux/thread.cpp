#include "platform/thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace sluice::platform {
namespace {

constexpr int kBackgroundNice = 10;  // a tenth of the time that a usual thread has (sched(7))

// The shortest that the kernel takes. With less at a time a thread is sooner its turn, before those that would run for some 3 ms.
constexpr std::uint64_t kPromptSliceNs = 100'000;

// As the kernel has it (sched_setattr(2)); its own header cannot stand beside that of the C library.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtimeNs = 0;
  std::uint64_t deadlineNs = 0;
  std::uint64_t periodNs = 0;
};

void setNice(int byHowMuch) {
  // On Linux this is of the thread, not of the process (setpriority(2)).
  const auto thread = static_cast<id_t>(gettid());
  (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + byHowMuch);
}

// Of a thread that shares time as usual, the kernel takes the runtime for its slice (since 6.12; before, it takes no notice); 0 stands
// for what all have.
void setSlice(std::uint64_t ns) {
  SchedulingAttributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != SCHED_OTHER) return;
  attributes.runtimeNs = ns;
  attributes.flags = 0;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

void beginThread(const char* name, Urgency urgency) {
  if (name != nullptr) pthread_setname_np(pthread_self(), name);
  setSlice(urgency == Urgency::Prompt ? kPromptSliceNs : 0);  // it has that of the thread that started it
  if (urgency == Urgency::Background) setNice(kBackgroundNice);
}

}  // namespace sluice::platform
