// Sending costs no allocation, whichever way a message takes, while there is room. Counted for the whole program.
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "tests/support/port/ends.h"
#include "tests/support/test.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Not inline: gcc 12 warns of the pair where it sees the one and not the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

namespace {

// How many sends of a hundred allocated something, after one that may; both ends have their turns in between.
template <class Send>
int allocatingSends(PortPair& pair, Send send) {
  int count = 0;
  for (int i = 0; i < 101; ++i) {
    const std::size_t before = allocations;
    if (send() != Sent::Done) return -1;
    if (i > 0 && allocations != before) ++count;
    pair.run(2);
  }
  return count;
}

}  // namespace

SLUICE_TEST(sendingAllocatesNothing) {
  for (const std::uint32_t slotCount : {0U, 64U}) {
    Port::Options options;
    options.queueSlots = slotCount;
    PortPair pair(options);
    auto& port = *pair.a->port;
    const std::string small(10, 's'), large(limits::kPortMessageBytes, 'l');
    QCOMPARE(allocatingSends(pair, [&] { return pair.a->send(1, small); }), 0);
    QCOMPARE(allocatingSends(pair, [&] { return pair.a->send(1, large); }), 0);
    for (const std::size_t count : {1, 3, 16}) {
      QCOMPARE(allocatingSends(pair, [&] {
        std::array<SharedBuffer, 16> buffers;
        for (std::size_t i = 0; i < count; ++i) {
          buffers[i] = port.allocate(100);
          buffers[i].size = 100;
        }
        Outgoing message;
        message.type = 1;
        message.buffers = std::span(buffers).first(count);
        return port.send(message);
      }), 0);
    }
  }
}
