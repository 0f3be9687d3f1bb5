// The contract of platform/shared_memory.h, as far as one process can see it.
#include "platform/shared_memory.h"

#include <algorithm>
#include <vector>

#include "platform/port_socket.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

// As another process would get it.
OwnedHandle copyOf(Handle handle) {
  auto ends = PortSocket::makePair(64);
  std::byte byte{};
  PortSocket::Message message;
  if (!ends || ends->first.send(Bytes(&byte, 1), {}, std::span(&handle, 1)).status != IoResult::Status::Ok) return {};
  if (ends->second.receive(MutableBytes(&byte, 1), message).status != IoResult::Status::Ok) return {};
  return std::move(message.handles[0]);
}

}  // namespace

SLUICE_TEST(sharedMemoryIsZeroAndHasItsSize) {
  auto memory = SharedMemory::create(10'000);
  QVERIFY(memory.has_value());
  QCOMPARE(memory->size(), std::size_t(10'000));
  QVERIFY(std::all_of(memory->data(), memory->data() + memory->size(), [](std::byte byte) { return byte == std::byte{0}; }));
}

SLUICE_TEST(bothMappingsAreTheSameMemoryAndEachLivesByItself) {
  auto memory = SharedMemory::create(64 * 1024);
  auto same = SharedMemory::map(copyOf(memory->handle()), 64 * 1024);
  QVERIFY(same.has_value());
  memory->data()[7] = std::byte{42};
  QCOMPARE(int(same->data()[7]), 42);
  same->data()[64 * 1024 - 1] = std::byte{43};
  QCOMPARE(int(memory->data()[64 * 1024 - 1]), 43);
  *memory = SharedMemory();
  QCOMPARE(int(same->data()[7]), 42);
}

SLUICE_TEST(memoryOfAnotherSizeIsRefused) {
  auto memory = SharedMemory::create(64 * 1024);
  for (const std::size_t bytes : {std::size_t(60 * 1024), std::size_t(64 * 1024 + 1), std::size_t(0), std::size_t(1) << 40}) {
    auto same = SharedMemory::map(copyOf(memory->handle()), bytes);
    QVERIFY(!same.has_value());
    QCOMPARE(same.error().code, Code::ProtocolFault);
  }
}

SLUICE_TEST(whatIsNoMemoryIsRefused) {
  auto ends = PortSocket::makePair(64);
  QVERIFY(!SharedMemory::map(ends->first.take(), 4096).has_value());
  QVERIFY(!SharedMemory::map(OwnedHandle(), 4096).has_value());
}
