#include "core/port/incoming_segments.h"

#include <thread>

#include "core/port/outgoing_segments.h"
#include "platform/port_socket.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;

namespace {

constexpr std::size_t kChunk = limits::kChunkBytes;
constexpr std::uint32_t kSource = 21;
constexpr std::uint32_t kOwn = 22;

// A segment as a sender makes it.
struct Made {
  explicit Made(std::uint32_t chunks = 8, std::uint32_t id = 0, std::uint32_t from = kSource, std::uint32_t to = kOwn)
      : shared(std::move(*platform::SharedMemory::create(segmentBytes(chunks)))), memory(shared.data(), chunks) {
    memory.format(id, from, to, 0);
  }
  // Mapped a second time, as by another process.
  platform::OwnedHandle handle() const { return copyOfHandle(shared.handle()); }
  static platform::OwnedHandle copyOfHandle(platform::Handle handle) {
    auto pair = platform::PortSocket::makePair(1024);
    std::byte byte{};
    pair->first.send(Bytes(&byte, 1), {}, std::span(&handle, 1));
    platform::PortSocket::Message message;
    pair->second.receive(MutableBytes(&byte, 1), message);
    return std::move(message.handles[0]);
  }
  platform::SharedMemory shared;
  SegmentMemory memory;
};

Code codeOf(const Result<void>& result) { return result ? Code::None : result.error().code; }
Code codeOf(const Result<ReceivedBuffer>& result) { return result ? Code::None : result.error().code; }

}  // namespace

SLUICE_TEST(aSegmentIsMappedWhenAllIsAsAnnounced) {
  Made made;
  IncomingSegments incoming([] {});
  QCOMPARE(codeOf(incoming.add({0, 8}, made.handle(), kSource, kOwn)), Code::None);
  QCOMPARE(incoming.segments(), std::size_t(1));
}

SLUICE_TEST(aSegmentThatIsNotAsAnnouncedIsNotMapped) {
  Made made;
  IncomingSegments incoming([] {});
  const auto refused = [&](SegmentNews news, platform::OwnedHandle handle, std::uint32_t from, std::uint32_t to) {
    return codeOf(incoming.add(news, std::move(handle), from, to)) == Code::ProtocolFault && incoming.segments() == 0;
  };
  QVERIFY(refused({0, 7}, made.handle(), kSource, kOwn));
  QVERIFY(refused({0, 9}, made.handle(), kSource, kOwn));
  QVERIFY(refused({1, 8}, made.handle(), kSource, kOwn));
  QVERIFY(refused({0, 8}, made.handle(), kSource + 1, kOwn));
  QVERIFY(refused({0, 8}, made.handle(), kSource, kOwn + 1));
  QVERIFY(refused({0, 0}, made.handle(), kSource, kOwn));
  QVERIFY(refused({0, kSegmentChunksMax + 1}, made.handle(), kSource, kOwn));
  QVERIFY(refused({0, 8}, platform::OwnedHandle(), kSource, kOwn));
}

SLUICE_TEST(aSegmentIsAnnouncedOnceAndThereAreNotTooMany) {
  Made made;
  IncomingSegments incoming([] {});
  QCOMPARE(codeOf(incoming.add({0, 8}, made.handle(), kSource, kOwn)), Code::None);
  QCOMPARE(codeOf(incoming.add({0, 8}, made.handle(), kSource, kOwn)), Code::ProtocolFault);
  for (std::uint32_t id = 1; id < limits::kSegmentsPerPeerMax; ++id) {
    Made next(1, id);
    QCOMPARE(codeOf(incoming.add({id, 1}, next.handle(), kSource, kOwn)), Code::None);
  }
  Made over(1, 99);
  QCOMPARE(codeOf(incoming.add({99, 1}, over.handle(), kSource, kOwn)), Code::ProtocolFault);
}

SLUICE_TEST(theReceiverReadsTheChunksAndFreesThem) {
  Made made;
  IncomingSegments incoming([] {});
  QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
  for (std::uint32_t i = 2; i < 5; ++i) QVERIFY(made.memory.takeChunk(i));
  std::memcpy(made.memory.chunk(2), "hello", 5);
  {
    auto buffer = incoming.open({0, 2, std::uint32_t(2 * kChunk + 1)});
    QVERIFY(bool(buffer));
    QCOMPARE(asText(buffer->bytes().first(5)), std::string_view("hello"));
    QCOMPARE(made.memory.freeCount(), 5u);
  }
  QCOMPARE(made.memory.freeCount(), 8u);
}

SLUICE_TEST(freedChunksAreFilledWithJunk) {
#ifdef SLUICE_INVARIANTS
  Made made;
  IncomingSegments incoming([] {});
  QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
  QVERIFY(made.memory.takeChunk(0));
  made.memory.chunk(0)[100] = std::byte{1};
  static_cast<void>(incoming.open({0, 0, 200}));
  QCOMPARE(int(made.memory.chunk(0)[100]), 0xa5);
#endif
}

SLUICE_TEST(aReferenceThatIsNotInsideASegmentIsAFault) {
  Made made;
  IncomingSegments incoming([] {});
  QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
  for (std::uint32_t i = 0; i < 8; ++i) QVERIFY(made.memory.takeChunk(i));
  const std::uint32_t chunk = kChunk;
  for (const ChunkRef ref : {ChunkRef{1, 0, 1}, ChunkRef{0, 8, 1}, ChunkRef{0, 0, 0}, ChunkRef{0, 7, chunk + 1},
                             ChunkRef{0, 0, 8 * chunk + 1}, ChunkRef{0, 0xffffffff, 1}, ChunkRef{0, 1, 0xffffffff}}) {
    QCOMPARE(codeOf(incoming.open(ref)), Code::ProtocolFault);
  }
  QCOMPARE(codeOf(incoming.open({0, 0, 8 * chunk})), Code::None);
}

SLUICE_TEST(aReferenceToChunksThatAreFreeOrBeingReadIsAFault) {
  Made made;
  IncomingSegments incoming([] {});
  QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
  QCOMPARE(codeOf(incoming.open({0, 0, 1})), Code::ProtocolFault);
  for (std::uint32_t i = 0; i < 3; ++i) QVERIFY(made.memory.takeChunk(i));
  auto held = incoming.open({0, 1, 1});
  QCOMPARE(codeOf(incoming.open({0, 1, 1})), Code::ProtocolFault);
  QCOMPARE(codeOf(incoming.open({0, 0, std::uint32_t(2 * kChunk)})), Code::ProtocolFault);
  QCOMPARE(codeOf(incoming.open({0, 0, 1})), Code::None);  // the fault above held nothing
  QVERIFY(bool(held));
}

// Its chunks lie in several words of the maps.
SLUICE_TEST(aLongRunThatIsBeingReadInItsLastPartHoldsNothingOfTheRest) {
  constexpr std::uint32_t kChunks = 200;
  const auto bytes = [](std::uint32_t chunks) { return static_cast<std::uint32_t>(chunks * kChunk); };
  Made made(kChunks);
  IncomingSegments incoming([] {});
  QVERIFY(bool(incoming.add({0, kChunks}, made.handle(), kSource, kOwn)));
  for (std::uint32_t i = 0; i < kChunks; ++i) QVERIFY(made.memory.takeChunk(i));
  {
    const auto held = incoming.open({0, 150, bytes(10)});
    QVERIFY(bool(held));
    QCOMPARE(codeOf(incoming.open({0, 10, bytes(141)})), Code::ProtocolFault);
    const auto rest = incoming.open({0, 10, bytes(140)});
    QVERIFY(bool(rest));
    QCOMPARE(rest->bytes().size(), std::size_t(bytes(140)));
  }
  QCOMPARE(made.memory.freeCount(), 150u);
}

SLUICE_TEST(freeingIntoASegmentWhoseFlagIsSetRingsOnce) {
  Made made;
  int rung = 0;
  IncomingSegments incoming([&] { ++rung; });
  QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
  for (std::uint32_t i = 0; i < 8; ++i) QVERIFY(made.memory.takeChunk(i));
  std::vector<ReceivedBuffer> all;
  for (std::uint32_t i = 0; i < 8; ++i) all.push_back(std::move(*incoming.open({0, i, 1})));
  all.pop_back();
  QCOMPARE(rung, 0);
  made.memory.setOutOfMemory();
  all.pop_back();
  QCOMPARE(rung, 1);
  all.clear();
  QCOMPARE(rung, 1);
}

SLUICE_TEST(aMappingLivesUntilItsLastUserOnWhateverThread) {
  Made made;
  std::optional<ReceivedBuffer> kept;
  {
    IncomingSegments incoming([] { test::failTest("nobody is there to be told"); });
    QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
    QVERIFY(made.memory.takeChunk(0));
    std::memcpy(made.memory.chunk(0), "still here", 10);
    kept = std::move(*incoming.open({0, 0, 10}));
  }
  made.memory.setOutOfMemory();
  std::string text;
  std::thread other([&, buffer = std::move(*kept)]() mutable {
    text = asText(buffer.bytes());
    buffer = {};
  });
  other.join();
  QCOMPARE(text, std::string("still here"));
  QCOMPARE(made.memory.freeCount(), 8u);
}

SLUICE_TEST(theReceiverOfACancelledMessageFreesTheTrackingWord) {
  Made made;
  IncomingSegments incoming([] {});
  QVERIFY(bool(incoming.add({0, 8}, made.handle(), kSource, kOwn)));
  const auto mine = made.memory.track(5);
  const auto cancelled = made.memory.track(6);
  QVERIFY(made.memory.claim(*cancelled, 6));
  QVERIFY(incoming.begin({0, *mine}, 5).value_or(false));
  const auto lost = incoming.begin({0, *cancelled}, 6);
  QVERIFY(lost.has_value() && !*lost);
  QCOMPARE(made.memory.track(7).value_or(99), *cancelled);
  QVERIFY(!incoming.begin({1, 0}, 5).has_value());
  QVERIFY(!incoming.begin({0, kSegmentChunksMax}, 5).has_value());
}
