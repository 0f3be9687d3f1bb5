#include "platform/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/eventually.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    static_cast<void>(!pipe2(ends, O_CLOEXEC));
    reading = OwnedHandle(ends[0]);
    writing = OwnedHandle(ends[1]);
  }
  std::string readAll() {
    std::string all;
    char buffer[256];
    for (ssize_t n = 0; (n = read(static_cast<int>(reading.get()), buffer, sizeof buffer)) > 0;) all.append(buffer, std::size_t(n));
    return all;
  }
  OwnedHandle reading;
  OwnedHandle writing;
};

Result<ChildProcess> shell(const std::string& script, OwnedHandle inherited) {
  const Handle handle = inherited.get();
  return ChildProcess::spawn("/bin/sh", {"-c", script}, std::span(&handle, 1));
}

}  // namespace

SLUICE_TEST(aChildFindsItsHandleAndNoOther) {
  Pipe answer;
  Pipe other;
  for (const auto* end : {&other.reading, &other.writing}) fcntl(static_cast<int>(end->get()), F_SETFD, 0);
  const auto script = "[ -e /proc/self/fd/" + std::to_string(other.reading.get()) + " ] && echo leaked >&3; echo done >&3";
  auto child = shell(script, std::move(answer.writing));
  QVERIFY(child.has_value());
  QCOMPARE(answer.readAll(), std::string("done\n"));
}

SLUICE_TEST(severalHandlesArriveInTheirOrderWhereverTheyStood) {
  Pipe answer;
  // Low numbers, the wrong way round: each stands where another must go.
  OwnedHandle low(fcntl(static_cast<int>(answer.writing.get()), F_DUPFD_CLOEXEC, 3));
  const Handle handles[3] = {answer.writing.get(), answer.reading.get(), low.get()};
  auto child = ChildProcess::spawn("/bin/sh", {"-c", "echo first >&3; echo third >&5; [ -p /dev/fd/4 ] && echo second >&3"}, handles);
  QVERIFY(child.has_value());
  answer.writing = OwnedHandle();
  low = OwnedHandle();
  QCOMPARE(answer.readAll(), std::string("first\nthird\nsecond\n"));
}

SLUICE_TEST(howAChildEndedIsKnown) {
  Pipe pipe;
  auto child = shell("exit 3", std::move(pipe.writing));
  std::optional<ChildProcess::Exit> exit;
  QVERIFY(test::eventually([&] { return bool(exit = child->ended()); }));
  QVERIFY((*exit == ChildProcess::Exit{3, 0}));
  QCOMPARE(describe(*exit), std::string("exit code 3"));
}

SLUICE_TEST(aChildIsKilledAndReaped) {
  Pipe pipe;
  auto child = shell("exec sleep 1000", std::move(pipe.writing));
  const auto id = static_cast<pid_t>(child->id());
  QVERIFY((child->kill() == ChildProcess::Exit{0, SIGKILL}));
  QVERIFY((child->ended() == ChildProcess::Exit{0, SIGKILL}));
  QVERIFY((child->kill() == ChildProcess::Exit{0, SIGKILL}));
  QVERIFY(kill(id, 0) != 0);
}

SLUICE_TEST(aChildDoesNotOutliveItsObject) {
  Pipe pipe;
  pid_t id = 0;
  {
    auto child = shell("exec sleep 1000", std::move(pipe.writing));
    id = static_cast<pid_t>(child->id());
    QCOMPARE(kill(id, 0), 0);
  }
  QVERIFY(kill(id, 0) != 0);
}

SLUICE_TEST(aProgramThatIsNotThereIsNamed) {
  Pipe pipe;
  auto child = ChildProcess::spawn("/nowhere/at-all", {}, {});
  QVERIFY(!child.has_value());
  QVERIFY(child.error().detail.find("/nowhere/at-all") != std::string::npos);
}

SLUICE_TEST(aChildHasTheSignalsOfAFreshProgram) {
  signal(SIGPIPE, SIG_IGN);
  Pipe answer;
  auto child = shell("grep SigIgn /proc/self/status >&3", std::move(answer.writing));
  const auto line = answer.readAll();
  signal(SIGPIPE, SIG_DFL);
  const auto ignored = std::stoull(line.substr(line.find(':') + 1), nullptr, 16);
  QCOMPARE(ignored >> (SIGPIPE - 1) & 1, 0ULL);
}
