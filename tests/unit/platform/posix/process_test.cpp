#include "platform/process.h"

#include "tests/support/child_process_posix.h"
#include "tests/support/test.h"

using namespace sluice::platform;

SLUICE_TEST(aProcessKnowsItsNumber) {
  QCOMPARE(ownProcessId(), std::uint64_t(getpid()));
  sluice::test::ChildProcess child([parent = ownProcessId()] { return parentProcessId() == parent ? 0 : 1; });
  QCOMPARE(child.wait(), 0);
}

SLUICE_TEST(aServerOutlivesAPeerThatIsGone) {
  sluice::test::ChildProcess child([] {
    prepareServerProcess();
    int ends[2];
    if (pipe(ends) != 0) return 1;
    close(ends[0]);
    return write(ends[1], "x", 1) < 0 ? 0 : 2;
  });
  QCOMPARE(child.wait(), 0);
}

SLUICE_TEST(aChildThatIgnoresStopSignalsIsNotEndedByThem) {
  sluice::test::ChildProcess child([] {
    ignoreStopSignals();
    raise(SIGTERM);
    raise(SIGINT);
    raise(SIGHUP);
    return 7;
  });
  QCOMPARE(child.wait(), 7);
}
