#include "platform/stop_requests.h"

#include <atomic>
#include <mutex>

#include "core/base/assert.h"
#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

// The system calls handlers on a thread that it makes for the purpose, and several at a time. Shared, under the lock:
// once it is empty nobody is inside of it.
std::mutex mutex;
std::function<void()> whoAsked;

BOOL WINAPI noteRequest(DWORD event) {
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT && event != CTRL_CLOSE_EVENT) return FALSE;
  const std::lock_guard lock(mutex);
  if (!whoAsked) return FALSE;
  whoAsked();
  return TRUE;
}

class Watch : public StopRequests {
 public:
  ~Watch() override {
    SetConsoleCtrlHandler(noteRequest, FALSE);
    const std::lock_guard lock(mutex);
    whoAsked = nullptr;
  }
};

}  // namespace

Result<std::unique_ptr<StopRequests>> StopRequests::watch(std::function<void()> asked) {
  {
    const std::lock_guard lock(mutex);
    SLUICE_ASSERT(!whoAsked);
    whoAsked = std::move(asked);
  }
  auto watch = std::make_unique<Watch>();
  if (SetConsoleCtrlHandler(noteRequest, TRUE) == 0) return systemFailure(GetLastError(), "console events");
  return watch;
}

}  // namespace sluice::platform
