#include "core/port/shared_page.h"

#include <thread>

#include "platform/port_socket.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;

namespace {

struct Budget {
  SharedNumber tokens;
  SharedNumber limit;
};

// As another process gets it.
platform::OwnedHandle sent(platform::Handle handle) {
  auto pair = platform::PortSocket::makePair(64);
  std::byte byte{};
  pair->first.send(Bytes(&byte, 1), {}, std::span(&handle, 1));
  platform::PortSocket::Message message;
  pair->second.receive(MutableBytes(&byte, 1), message);
  return std::move(message.handles[0]);
}

}  // namespace

SLUICE_TEST(aPageIsZeroAtFirstAndTheSameForAll) {
  auto page = SharedPage<Budget>::create();
  QVERIFY(page.has_value());
  QCOMPARE(page->get().tokens.load(), std::uint64_t(0));
  auto same = SharedPage<Budget>::map(sent(page->handle()));
  QVERIFY(same.has_value());
  page->get().tokens.store(7);
  QCOMPARE(same->get().tokens.add(3), std::uint64_t(7));
  QCOMPARE(page->get().tokens.load(), std::uint64_t(10));
}

SLUICE_TEST(numbersOfAPageAreChangedWithoutLoss) {
  auto page = SharedPage<Budget>::create();
  auto same = SharedPage<Budget>::map(sent(page->handle()));
  constexpr std::uint64_t kEach = 20'000;
  std::thread other([&] {
    for (std::uint64_t i = 0; i < kEach; ++i) same->get().tokens.add(1);
  });
  for (std::uint64_t i = 0; i < kEach; ++i) {
    std::uint64_t seen = page->get().tokens.load();
    while (!page->get().tokens.replace(seen, seen + 1)) {
    }
  }
  other.join();
  QCOMPARE(page->get().tokens.load(), 2 * kEach);
}

SLUICE_TEST(memoryOfAnotherSizeIsNoPage) {
  auto large = platform::SharedMemory::create(8192);
  auto page = SharedPage<Budget>::map(sent(large->handle()));
  QVERIFY(!page.has_value());
  QCOMPARE(page.error().code, Code::ProtocolFault);
}
