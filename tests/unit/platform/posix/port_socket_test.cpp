#include "platform/port_socket.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "platform/process.h"
#include "tests/support/child_process_posix.h"
#include "tests/support/port/socket_pair.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::SocketPair;
using Status = IoResult::Status;

SLUICE_TEST(aPairHasRoomForAMessageAndFourTimesThatToReceive) {
  SocketPair pair;
  for (const auto* end : {&pair.ends.first, &pair.ends.second}) {
    int size = 0;
    socklen_t length = sizeof size;
    const int descriptor = static_cast<int>(end->handle());
    QCOMPARE(getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    QVERIFY(size >= int(SocketPair::kMessage));
    QCOMPARE(getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, &length), 0);
    QVERIFY(size >= int(4 * SocketPair::kMessage));
    QVERIFY((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
    QVERIFY((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0);
  }
  const std::vector<std::byte> large(SocketPair::kMessage);
  QCOMPARE(pair.a().send(large, {}, {}).bytes, SocketPair::kMessage);
}

SLUICE_TEST(theKernelSaysWhoSent) {
  SocketPair pair;
  sluice::test::ChildProcess child([&] { return pair.a().send(asBytes("x"), {}, {}).status == Status::Ok ? 0 : 1; });
  const auto id = child.pid();
  QCOMPARE(child.wait(), 0);
  QVERIFY(pair.receive().status == Status::Ok);
  QCOMPARE(pair.message.senderPid, std::uint64_t(id));
  QVERIFY(pair.a().send(asBytes("y"), {}, {}).status == Status::Ok);
  QVERIFY(pair.receive().status == Status::Ok);
  QCOMPARE(pair.message.senderPid, ownProcessId());
}

SLUICE_TEST(handlesArriveUsableAndClosedOnExec) {
  SocketPair pair;
  int ends[2];
  QCOMPARE(pipe(ends), 0);
  const OwnedHandle reading(ends[0]);
  {
    const OwnedHandle writing(ends[1]);
    const Handle both[2] = {writing.get(), reading.get()};
    QVERIFY(pair.a().send(asBytes("x"), {}, both).status == Status::Ok);
  }
  QVERIFY(pair.receive().status == Status::Ok);
  QVERIFY(pair.message.handles[0] && pair.message.handles[1]);
  const int copy = static_cast<int>(pair.message.handles[0].get());
  QVERIFY((fcntl(copy, F_GETFD) & FD_CLOEXEC) != 0);
  QCOMPARE(write(copy, "z", 1), ssize_t(1));
  char byte = 0;
  QCOMPARE(read(ends[0], &byte, 1), ssize_t(1));
  pair.message = {};
  QCOMPARE(read(ends[0], &byte, 1), ssize_t(0));  // every writing end is closed
}

SLUICE_TEST(handlesForWhichThisProcessHasNoRoomAreSeenToBeMissing) {
  SocketPair pair;
  int ends[2];
  QCOMPARE(pipe(ends), 0);
  const OwnedHandle reading(ends[0]), writing(ends[1]);
  const Handle both[2] = {reading.get(), writing.get()};
  QVERIFY(pair.a().send(asBytes("x"), {}, both).status == Status::Ok);
  // The next free number is the first that is not allowed.
  const OwnedHandle next(fcntl(ends[0], F_DUPFD_CLOEXEC, 0));
  rlimit before{};
  QCOMPARE(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next.get()) + 1;
  QCOMPARE(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto received = pair.receive();
  QCOMPARE(setrlimit(RLIMIT_NOFILE, &before), 0);
  QVERIFY(received.status == Status::Ok);
  QVERIFY(pair.message.cut);
  QVERIFY(!pair.message.handles[0] && !pair.message.handles[1]);
}

SLUICE_TEST(tooManyHandlesAreSeenAndNothingLeaks) {
  SocketPair pair;
  int ends[2];
  QCOMPARE(pipe(ends), 0);
  const OwnedHandle reading(ends[0]);
  {
    const OwnedHandle writing(ends[1]);
    int four[4] = {ends[1], ends[1], ends[1], ends[1]};
    // Where messages need a frame (macOS), this is one, and a byte behind it.
    const std::uint32_t bytes[3] = {1, 4, 'x'};
    iovec piece{const_cast<std::uint32_t*>(bytes), 9};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof four)] = {};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof four);
    std::memcpy(CMSG_DATA(part), four, sizeof four);
    QCOMPARE(sendmsg(static_cast<int>(pair.a().handle()), &header, 0), ssize_t(9));
  }
  QVERIFY(pair.receive().status == Status::Ok);
  QVERIFY(pair.message.cut);
  pair.message = {};
  char byte = 0;
  QCOMPARE(read(ends[0], &byte, 1), ssize_t(0));
}
