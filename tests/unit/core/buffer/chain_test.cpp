#include "core/buffer/chain.h"

#include <string>
#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::buffer;

namespace {
Slice numberedSlice(std::uint32_t ticket) {
  Slice slice;
  slice.ticket = ticket;
  slice.size = ticket;
  return slice;
}
}  // namespace

SLUICE_TEST(chainKeepsItsOrderWhileItGrowsAndWraps) {
  Chain chain;
  std::uint32_t pushed = 0;
  std::uint32_t popped = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 7 + round % 5; ++i) chain.pushBack(numberedSlice(pushed++));
    for (int i = 0; i < 6 + round % 3; ++i) {
      QCOMPARE(chain.front().ticket, popped++);
      chain.popFront();
    }
    QCOMPARE(chain.size(), std::size_t(pushed - popped));
    QCOMPARE(chain.back().ticket, pushed - 1);
    QCOMPARE(chain[chain.size() / 2].ticket, popped + std::uint32_t(chain.size() / 2));
  }
}

SLUICE_TEST(chainAppendsAnother) {
  for (const std::uint32_t before : {0u, 1u, 20u}) {
    Chain a;
    Chain b;
    for (std::uint32_t i = 0; i < before; ++i) a.pushBack(numberedSlice(i));
    for (std::uint32_t i = 0; i < 30; ++i) b.pushBack(numberedSlice(before + i));
    a.append(b);
    QVERIFY(b.empty());
    QCOMPARE(a.size(), std::size_t(before + 30));
    for (std::uint32_t i = 0; i < before + 30; ++i) QCOMPARE(a[i].ticket, i);
    b.pushBack(numberedSlice(7));
    QCOMPARE(b.front().ticket, 7u);
  }
}

SLUICE_TEST(chainWorksOnAfterItGaveItsMemoryBack) {
  Chain chain;
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < 5000; ++i) chain.pushBack(numberedSlice(i));
    for (std::uint32_t i = 0; i < 5000; ++i) {
      QCOMPARE(chain.front().ticket, i);
      chain.popFront();
    }
    QVERIFY(chain.empty());
  }
  Chain other;
  other.pushBack(numberedSlice(1));
  chain.append(other);
  QCOMPARE(chain.front().ticket, 1u);
}

SLUICE_TEST(chainSumsItsBytes) {
  Chain chain;
  QCOMPARE(chain.bytes(), std::uint64_t{0});
  for (std::uint32_t i = 1; i <= 10; ++i) chain.pushBack(numberedSlice(i));
  QCOMPARE(chain.bytes(), std::uint64_t{55});
  chain.clear();
  QVERIFY(chain.empty());
}

SLUICE_TEST(sliceAdvancesInMemoryAndInAFile) {
  const std::string text = "hello world";
  Slice memory = Slice::ofMemory(asBytes(text));
  memory.advance(6);
  QCOMPARE(asText(memory.bytes()), std::string_view("world"));
  Slice range;
  range.kind = Slice::Kind::File;
  range.offset = 100;
  range.size = 50;
  range.advance(20);
  QCOMPARE(range.offset, std::uint64_t{120});
  QCOMPARE(range.end(), std::uint64_t{150});
}

SLUICE_TEST(sliceTellsItsOwnerItsTicket) {
  class Owner final : public SliceOwner {
   public:
    void sliceDone(std::uint32_t ticket) override { tickets.push_back(ticket); }
    std::vector<std::uint32_t> tickets;
  };
  Owner owner;
  Slice slice = numberedSlice(4);
  slice.done();  // nobody waits for it
  slice.owner = &owner;
  slice.done();
  QCOMPARE(owner.tickets.size(), std::size_t{1});
  QCOMPARE(owner.tickets[0], 4u);
}

SLUICE_TEST(sliceOfASharedBlockIsReadOnly) {
  Block block;
  std::byte memory[4];
  block.data = memory;
  block.capacity = 4;
  QVERIFY(Slice::ofBlock(block, memory).kind == Slice::Kind::Memory);
  block.readOnly = true;
  QVERIFY(Slice::ofBlock(block, memory).kind == Slice::Kind::ReadOnly);
}
