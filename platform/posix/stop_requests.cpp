#include "platform/stop_requests.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "core/base/assert.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
constexpr char kStopRequested = 's';
constexpr char kWatchEnds = 'e';

// Where the handler writes: all that a signal handler may do here is write(2).
volatile std::sig_atomic_t handlerOutput = -1;

void noteRequest(int) {
  const int savedError = errno;
  [[maybe_unused]] const auto written = ::write(static_cast<int>(handlerOutput), &kStopRequested, 1);  // full: as many wait already
  errno = savedError;
}

class Watch : public StopRequests {
 public:
  Watch(OwnedHandle input, OwnedHandle output, std::function<void()> asked)
      : input_(std::move(input)), output_(std::move(output)) {
    SLUICE_ASSERT(handlerOutput == -1);
    handlerOutput = descriptor(output_);
    struct sigaction action {};
    action.sa_handler = noteRequest;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], nullptr, &before_[i]);
      if (kSignals[i] != SIGHUP || before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
    }
    thread_ = std::thread([this, asked = std::move(asked)] { read(asked); });
  }

  ~Watch() override {
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
    // Only a full pipe refuses it, and the thread is emptying that.
    while (::write(descriptor(output_), &kWatchEnds, 1) < 0) std::this_thread::yield();
    thread_.join();
    handlerOutput = -1;
  }

 private:
  void read(const std::function<void()>& asked) const {
    char what = 0;
    for (;;) {
      const auto count = ::read(descriptor(input_), &what, 1);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0 || what == kWatchEnds) return;
      asked();
    }
  }

  OwnedHandle input_, output_;
  std::array<struct sigaction, kSignals.size()> before_{};
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<StopRequests>> StopRequests::watch(std::function<void()> asked) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return systemFailure(errno, "pipe for signals");
  OwnedHandle input(ends[0]), output(ends[1]);
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);  // a handler must not wait
  return std::make_unique<Watch>(std::move(input), std::move(output), std::move(asked));
}

}  // namespace sluice::platform
