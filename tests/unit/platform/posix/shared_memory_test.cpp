#include "platform/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/child_process_posix.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

SLUICE_TEST(sharedMemoryIsClosedOnExec) {
  auto memory = SharedMemory::create(10'000);
  QVERIFY(memory.has_value());
  QVERIFY((fcntl(static_cast<int>(memory->handle()), F_GETFD) & FD_CLOEXEC) != 0);
}

SLUICE_TEST(anotherProcessSeesTheSameBytes) {
  auto memory = SharedMemory::create(4096);
  sluice::test::ChildProcess child([&] {
    auto same = SharedMemory::map(OwnedHandle(dup(static_cast<int>(memory->handle()))), 4096);
    if (!same) return 1;
    same->data()[7] = std::byte{42};
    return 0;
  });
  QCOMPARE(child.wait(), 0);
  QCOMPARE(int(memory->data()[7]), 42);
}

SLUICE_TEST(aSizeThatIsOffByOneIsRefused) {
  auto memory = SharedMemory::create(4096);
  for (const std::size_t bytes : {std::size_t(4095), std::size_t(4097)}) {
    auto same = SharedMemory::map(OwnedHandle(dup(static_cast<int>(memory->handle()))), bytes);
    QVERIFY(!same.has_value());
    QCOMPARE(same.error().code, Code::ProtocolFault);
  }
}

SLUICE_TEST(aPipeIsNotMapped) {
  int ends[2];
  QCOMPARE(pipe(ends), 0);
  const OwnedHandle other(ends[1]);
  QVERIFY(!SharedMemory::map(OwnedHandle(ends[0]), 4096).has_value());
}
