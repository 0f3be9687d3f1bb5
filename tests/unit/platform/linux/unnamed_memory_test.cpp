#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/shared_memory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

SLUICE_TEST(sharedMemoryIsSealedAgainstAnotherSize) {
  auto memory = SharedMemory::create(8192);
  const int descriptor = static_cast<int>(memory->handle());
  QCOMPARE(fcntl(descriptor, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  QVERIFY(ftruncate(descriptor, 4096) != 0);
  QVERIFY(ftruncate(descriptor, 16384) != 0);
}

SLUICE_TEST(memoryThatCouldBeCutShortIsNotMapped) {
  const int descriptor = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  QCOMPARE(ftruncate(descriptor, 4096), 0);
  auto refused = SharedMemory::map(OwnedHandle(dup(descriptor)), 4096);
  QVERIFY(!refused.has_value());
  QCOMPARE(refused.error().code, Code::ProtocolFault);
  QCOMPARE(fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK), 0);
  QVERIFY(SharedMemory::map(OwnedHandle(descriptor), 4096).has_value());
}
