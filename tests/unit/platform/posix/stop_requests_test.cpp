#include "platform/stop_requests.h"

#include <atomic>
#include <csignal>
#include <future>

#include "tests/support/child_process_posix.h"
#include "tests/support/test.h"

using namespace sluice;
using platform::StopRequests;

SLUICE_TEST(everyStopSignalIsToldAndEndsNothing) {
  // In a child: a signal that nobody took would end the whole test.
  test::ChildProcess child([] {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      std::promise<void> asked;
      auto watch = StopRequests::watch([&] { asked.set_value(); });
      if (!watch) return 1;
      kill(getpid(), signal);
      asked.get_future().wait();
    }
    return 0;
  });
  QCOMPARE(child.wait(), 0);
}

SLUICE_TEST(signalsDoWhatTheyDidBeforeWhenNobodyWatches) {
  test::ChildProcess child([] {
    std::signal(SIGTERM, [](int) { _exit(7); });
    { auto watch = StopRequests::watch([] {}); }
    raise(SIGTERM);
    return 0;
  });
  QCOMPARE(child.wait(), 7);
}

// As nohup leaves it to a program.
SLUICE_TEST(aHangUpThatIsIgnoredStaysIgnored) {
  test::ChildProcess child([] {
    std::signal(SIGHUP, SIG_IGN);
    std::promise<void> asked;
    int count = 0;
    auto watch = StopRequests::watch([&] {
      ++count;
      asked.set_value();
    });
    kill(getpid(), SIGHUP);
    kill(getpid(), SIGTERM);
    asked.get_future().wait();
    watch->reset();
    return count;
  });
  QCOMPARE(child.wait(), 1);
}

SLUICE_TEST(aStormOfSignalsIsSurvived) {
  test::ChildProcess child([] {
    std::atomic<int> count = 0;
    auto watch = StopRequests::watch([&] { ++count; });
    for (int i = 0; i < 200'000; ++i) kill(getpid(), SIGTERM);
    watch->reset();
    return count > 0 ? 0 : 1;
  });
  QCOMPARE(child.wait(), 0);
}
