#include "platform/standard_output.h"

#include <fcntl.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/child_process_posix.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

// Runs `run` in a child whose standard output is a pipe; gives what came through it and the child's exit status.
struct Piped {
  std::string text;
  int exitStatus = -1;
};

Piped throughPipe(const std::function<int()>& run, int flags = 0) {
  int ends[2];
  if (pipe2(ends, flags) != 0) return {};
  test::ChildProcess child([&] {
    close(ends[0]);
    if (dup2(ends[1], STDOUT_FILENO) < 0) return 254;
    return run();
  });
  close(ends[1]);
  fcntl(ends[0], F_SETFL, 0);
  Piped piped;
  std::array<char, 4096> piece;
  for (ssize_t count; (count = read(ends[0], piece.data(), piece.size())) > 0;) {
    piped.text.append(piece.data(), std::size_t(count));
  }
  close(ends[0]);
  piped.exitStatus = child.wait();
  return piped;
}

}  // namespace

SLUICE_TEST(writesEveryByteHoweverSlowTheReader) {
  std::string text(1 << 20, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 >> 2);
  for (const int flags : {0, O_NONBLOCK}) {
    const auto piped = throughPipe([&] { return writeStandardOutput(asBytes(text)) ? 0 : 1; }, flags);
    QCOMPARE(piped.exitStatus, 0);
    QVERIFY(piped.text == text);
  }
}

SLUICE_TEST(aReaderThatIsGoneIsAnErrorAndNoSignal) {
  int ends[2];
  QVERIFY(pipe(ends) == 0);
  close(ends[0]);
  test::ChildProcess child([&] {
    if (dup2(ends[1], STDOUT_FILENO) < 0) return 254;
    prepareStandardOutput();
    const auto written = writeStandardOutput(asBytes("x"));
    return !written && written.error().code == Code::ConnectionReset ? 0 : 1;
  });
  close(ends[1]);
  QCOMPARE(child.wait(), 0);
}

SLUICE_TEST(aFullDiskIsTold) {
  test::ChildProcess child([] {
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0) return 3;
    dup2(full, STDOUT_FILENO);
    const auto written = writeStandardOutput(asBytes("x"));
    return !written && written.error().code == Code::NoSpace ? 0 : 1;
  });
  const int outcome = child.wait();
  if (outcome == 3) QSKIP("this system has no /dev/full");
  QCOMPARE(outcome, 0);
}

SLUICE_TEST(aPipeIsNoTerminal) {
  QCOMPARE(throughPipe([] { return standardOutputIsTerminal() ? 1 : 0; }).exitStatus, 0);
}
