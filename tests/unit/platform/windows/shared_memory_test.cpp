#include "platform/shared_memory.h"

#include <windows.h>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

constexpr DWORD kBytes = 64 * 1024;

OwnedHandle section(DWORD protection) {
  return OwnedHandle(reinterpret_cast<Handle>(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, protection, 0, kBytes, nullptr)));
}

}  // namespace

SLUICE_TEST(aSectionOfMemoryIsTaken) { QVERIFY(SharedMemory::map(section(PAGE_READWRITE), kBytes).has_value()); }

// Of the right size, and whoever touches it crashes.
SLUICE_TEST(roomThatHoldsNoMemoryIsRefused) {
  auto memory = SharedMemory::map(section(PAGE_READWRITE | SEC_RESERVE), kBytes);
  QVERIFY(!memory.has_value());
  QCOMPARE(memory.error().code, Code::ProtocolFault);
}

SLUICE_TEST(aSectionThatCannotBeWrittenIsRefused) { QVERIFY(!SharedMemory::map(section(PAGE_READONLY), kBytes).has_value()); }
