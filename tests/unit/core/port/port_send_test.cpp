// What a port does with messages that are sent: core/port/port_send.cpp.
#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

namespace {

std::string numbered(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",";
  text.resize(bytes);
  return text;
}

Port::Options withoutQueue() {
  Port::Options options;
  options.queueSlots = 0;
  return options;
}

}  // namespace

SLUICE_TEST(smallMessagesGoThroughTheQueueWithoutTheSocket) {
  PortPair pair;
  const auto before = pair.a->port->counters();
  for (int i = 0; i < 100; ++i) QCOMPARE(pair.a->send(3, "small"), Sent::Done);
  QCOMPARE(pair.a->port->counters().sentThroughQueue - before.sentThroughQueue, std::uint64_t(100));
  QCOMPARE(pair.a->port->counters().sentThroughSocket, before.sentThroughSocket);
  QCOMPARE(pair.a->port->counters().wakeUpsSent - before.wakeUpsSent, std::uint64_t(1));
  pair.run();
  QCOMPARE(pair.b->messages.size(), std::size_t(100));
}

SLUICE_TEST(aReaderThatWaitsIsRungOnceAndTheSocketStaysEmpty) {
  auto bell = platform::Doorbell::make();
  if (!bell.first) QSKIP("this system has no doorbells");
  auto queue = platform::SharedMemory::create(queueBytes(limits::kPortQueueSlots));
  LonePort lone({}, false);
  Hello hello;
  hello.queueSlots = limits::kPortQueueSlots;
  const platform::Handle handles[] = {queue->handle(), bell.second.handle()};
  QVERIFY(lone.raw.say(lone.raw.header(type::kHello, sizeof hello), bytesOf(hello), handles));
  lone.end->turn();
  std::vector<std::byte> bytes;
  platform::PortSocket::Message message;
  QVERIFY(lone.raw.hear(bytes, message));  // its greeting
  QueueReader<> reader(queue->data(), limits::kPortQueueSlots);
  QVERIFY(reader.becomeIdle());
  QCOMPARE(lone.end->send(1, "one"), Sent::Done);
  QCOMPARE(lone.end->send(1, "two"), Sent::Done);
  QCOMPARE(lone.end->port->counters().wakeUpsSent, std::uint64_t(1));
  QVERIFY(!lone.raw.hear(bytes, message));
  // Nobody hears the doorbell any more: a message does it.
  bell.first = {};
  reader.becomeAwake();
  QueueItem item;
  while (reader.pop(item)) {
  }
  QVERIFY(reader.becomeIdle());
  QCOMPARE(lone.end->send(1, "three"), Sent::Done);
  QVERIFY(lone.raw.hear(bytes, message));
  QCOMPARE(copyOf<MessageHeader>(bytes).type, type::kWake);
}

SLUICE_TEST(aMessageKeepsItsTypeStreamReplyPortAndLastFlag) {
  for (const auto& options : {Port::Options{}, withoutQueue()}) {
    PortPair pair(options);
    Outgoing message;
    message.type = 9;
    message.stream = 77;
    message.replyPort = 5;
    message.last = false;
    message.payload = asBytes("p");
    QCOMPARE(pair.a->port->send(message), Sent::Done);
    pair.run();
    QCOMPARE(pair.b->messages.size(), std::size_t(1));
    const auto& got = pair.b->messages[0];
    QVERIFY(got.type == 9 && got.stream == 77 && got.replyPort == 5 && !got.last && got.payload == "p");
  }
}

SLUICE_TEST(longMessagesAreCutIntoFragmentsAndPutTogether) {
  for (const auto& options : {Port::Options{}, withoutQueue()}) {
    for (const std::size_t size : {std::size_t(1), limits::kPortMessageBytes - 1, limits::kPortMessageBytes,
                                   limits::kPortMessageBytes + 1, std::size_t(1'000'000)}) {
      PortPair pair(options);
      const auto text = numbered(size);
      QVERIFY(pair.a->send(1, text) != Sent::Failed);
      pair.run(300);
      QCOMPARE(pair.b->messages.size(), std::size_t(1));
      QVERIFY(pair.b->messages[0].payload == text);
    }
  }
}

SLUICE_TEST(afterItsShareALargeMessageGoesToTheBack) {
  PortPair pair(withoutQueue());
  const auto before = pair.a->port->counters().sentThroughSocket;
  QCOMPARE(pair.a->send(1, numbered(4 * limits::kMiB), 1), Sent::Queued);
  QVERIFY(pair.a->port->counters().sentThroughSocket - before <= limits::kPortShareBytes / limits::kPortMessageBytes);
  QCOMPARE(pair.a->send(1, "small", 2), Sent::Queued);
  QCOMPARE(pair.a->send(1, numbered(2 * limits::kPortShareBytes), 3), Sent::Queued);
  pair.run(2000);
  QCOMPARE(pair.b->messages.size(), std::size_t(3));
  QCOMPARE(pair.b->messages[0].stream, 2u);
  QCOMPARE(pair.b->messages[1].stream, 3u);
  QCOMPARE(pair.b->messages[2].payload.size(), 4 * limits::kMiB);
}

// More than a receiver holds the beginnings of.
SLUICE_TEST(howeverManyLongMessagesAreSentEachArrives) {
  PortPair pair(withoutQueue());
  const auto large = numbered(limits::kPortShareBytes + 1);
  constexpr std::size_t kCount = 3 * limits::kPortPartialsMax;
  for (std::size_t i = 0; i < kCount; ++i) QCOMPARE(pair.a->send(1, large, std::uint32_t(i)), Sent::Queued);
  pair.run(5000);
  QVERIFY2(pair.b->notes.empty(), pair.b->notes.empty() ? "" : pair.b->notes[0].c_str());
  QCOMPARE(pair.b->messages.size(), kCount);
}

SLUICE_TEST(aMessageThatFindsNoRoomIsKeptAndSentInOrder) {
  for (const auto& options : {Port::Options{}, withoutQueue()}) {
    PortPair pair(options);
    const std::string filler = numbered(limits::kPortMessageBytes);
    std::size_t sent = 0;
    while (pair.a->send(1, filler, std::uint32_t(++sent)) == Sent::Done) {
    }
    for (int i = 0; i < 20; ++i) QCOMPARE(pair.a->send(1, "after", std::uint32_t(++sent)), Sent::Queued);
    QVERIFY(pair.a->port->backlogBytes() > 0);
    pair.run(500);
    QCOMPARE(pair.b->messages.size(), sent);
    for (std::size_t i = 0; i < sent; ++i) QCOMPARE(pair.b->messages[i].stream, std::uint32_t(i + 1));
    QCOMPARE(pair.a->port->backlogBytes(), std::size_t(0));
  }
}

SLUICE_TEST(aMessageOfNoBytesThatWaitsIsToldOfToo) {
  PortPair pair(withoutQueue());
  std::size_t sent = 1;
  while (pair.a->send(1, "") == Sent::Done) ++sent;
  QCOMPARE(pair.a->port->backlogBytes(), std::size_t(0));
  QVERIFY(pair.a->port->hasBacklog());
  pair.run(3000);
  QVERIFY(!pair.a->port->hasBacklog());
  QCOMPARE(pair.b->messages.size(), sent);
}

SLUICE_TEST(aMessageThatFindsAnEmptyListAndRoomIsSentAtOnce) {
  PortPair pair(withoutQueue());
  QCOMPARE(pair.a->send(1, numbered(limits::kPortMessageBytes)), Sent::Done);
  QCOMPARE(pair.a->port->backlogBytes(), std::size_t(0));
  pair.b->turn();
  QCOMPARE(pair.b->messages.size(), std::size_t(1));
}

SLUICE_TEST(tooMuchIsAgainAndTheCallerIsToldOfRoom) {
  PortPair pair(withoutQueue());
  const std::string large = numbered(8 * limits::kMiB);
  int taken = 0;
  while (pair.a->send(1, large, std::uint32_t(taken + 1)) == Sent::Queued) ++taken;
  QVERIFY(taken >= 4 && taken < 10);
  QCOMPARE(pair.a->rooms, 0);
  pair.run(20'000);
  QVERIFY(pair.a->rooms > 0);
  QCOMPARE(pair.b->messages.size(), std::size_t(taken));
}

SLUICE_TEST(aFullQueueIsAgainAndTheWriterIsToldOfRoom) {
  Port::Options options;
  options.queueSlots = 8;
  PortPair pair(options);
  int taken = 0;
  while (pair.a->send(1, "x", std::uint32_t(taken + 1)) == Sent::Done) ++taken;
  QCOMPARE(taken, 8);
  QCOMPARE(pair.a->rooms, 0);
  pair.run();
  QCOMPARE(pair.a->rooms, 1);
  QCOMPARE(pair.b->messages.size(), std::size_t(8));
}

SLUICE_TEST(aReaderThatIsLetWaitIsWokenForAllTogether) {
  PortPair pair;
  auto& port = *pair.a->port;
  const auto before = port.counters().wakeUpsSent;
  Outgoing message;
  message.type = 1;
  message.payload = asBytes("x");
  message.wakesReader = false;
  for (int i = 0; i < 3; ++i) QCOMPARE(port.send(message), Sent::Done);
  QCOMPARE(port.counters().wakeUpsSent - before, std::uint64_t(0));
  port.wakeReader();
  port.wakeReader();
  QCOMPARE(port.counters().wakeUpsSent - before, std::uint64_t(1));
  pair.run();
  QCOMPARE(pair.b->texts(), std::string("x x x"));
}

SLUICE_TEST(aQueueThatIsFullOfWhatTheReaderWasNotWokenForWakesIt) {
  Port::Options options;
  options.queueSlots = 8;
  PortPair pair(options);
  auto& port = *pair.a->port;
  const auto before = port.counters().wakeUpsSent;
  Outgoing message;
  message.type = 1;
  message.wakesReader = false;
  for (int i = 0; i < 8; ++i) QCOMPARE(port.send(message), Sent::Done);
  QCOMPARE(port.counters().wakeUpsSent - before, std::uint64_t(0));
  QCOMPARE(port.send(message), Sent::Again);
  QCOMPARE(port.counters().wakeUpsSent - before, std::uint64_t(1));
  pair.run();
  QCOMPARE(pair.a->rooms, 1);
  QCOMPARE(pair.b->messages.size(), std::size_t(8));
}

SLUICE_TEST(twoPortsWhoseQueuesAreBothFullGoOn) {
  Port::Options options;
  options.queueSlots = 4;
  PortPair pair(options);
  const std::string large = numbered(limits::kMiB);
  for (auto* end : {pair.a.get(), pair.b.get()}) {
    while (end->send(1, "x") == Sent::Done) {
    }
    QVERIFY(end->send(1, large) == Sent::Queued);
    for (int i = 0; i < 10; ++i) QVERIFY(end->send(1, "y") == Sent::Queued);
  }
  pair.run(2000);
  for (auto* end : {pair.a.get(), pair.b.get()}) QCOMPARE(end->messages.size(), std::size_t(4 + 1 + 10));
}

SLUICE_TEST(orderHoldsBetweenQueueAndSocket) {
  PortPair pair;
  const std::string middle = numbered(200);  // too large for the queue, small enough for one fragment
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    const std::string text = i % 3 == 0 ? middle + std::to_string(i) : std::to_string(i);
    QVERIFY(pair.a->send(1, text) != Sent::Failed);
    expected += (expected.empty() ? "" : " ") + text;
    if (i % 50 == 0) pair.b->turn();
  }
  pair.run();
  QCOMPARE(pair.b->texts(), expected);
}

SLUICE_TEST(handlesTravelWithTheFirstFragmentAndStayOpenUnlessAskedOtherwise) {
  for (const auto after : {AfterSending::KeepHandles, AfterSending::CloseHandles}) {
    PortPair pair;
    auto watched = platform::PortSocket::makePair(64);
    platform::OwnedHandle mine = watched->second.take();
    const platform::Handle given = mine.get();
    const std::string large = numbered(3 * limits::kPortMessageBytes);
    Outgoing message;
    message.type = 1;
    message.payload = asBytes(large);
    message.handles = std::span(&given, 1);
    message.afterSending = after;
    QVERIFY(pair.a->port->send(message) != Sent::Failed);
    if (after == AfterSending::CloseHandles) mine.release();
    pair.run();
    QCOMPARE(pair.b->messages.size(), std::size_t(1));
    QCOMPARE(pair.b->messages[0].handles, std::size_t(1));
    // The end is seen when every copy is closed: the receiver's, and the sender's if that one had to close it.
    pair.b->handles.clear();
    std::byte byte;
    platform::PortSocket::Message end;
    const auto status = watched->first.receive(MutableBytes(&byte, 1), end).status;
    QCOMPARE(status == IoResult::Status::End, after == AfterSending::CloseHandles);
  }
}

SLUICE_TEST(bodiesPassAsReferences) {
  PortPair pair;
  const auto text = numbered(100'000);
  QCOMPARE(pair.a->sendShared(2, text, 3), Sent::Done);
  pair.run();
  QCOMPARE(pair.b->messages.size(), std::size_t(1));
  QCOMPARE(pair.b->messages[0].buffers, std::size_t(1));
  QVERIFY(pair.b->messages[0].payload == text);
  QCOMPARE(pair.a->port->memory().freeChunks(), std::size_t(kSegmentChunksMax));
}

SLUICE_TEST(manyReferencesInOneMessage) {
  PortPair pair;
  std::vector<SharedBuffer> buffers;
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    auto buffer = pair.a->port->allocate(10);
    const auto text = std::to_string(i) + ";";
    std::memcpy(buffer.data, text.data(), text.size());
    buffer.size = std::uint32_t(text.size());
    buffers.push_back(buffer);
    expected += text;
  }
  Outgoing message;
  message.type = 1;
  message.buffers = buffers;
  QCOMPARE(pair.a->port->send(message), Sent::Done);
  for (const auto& each : buffers) QVERIFY(!each);
  pair.run();
  QCOMPARE(pair.b->messages.at(0).payload, expected);
}

SLUICE_TEST(mixedBuffersAndThoseOfAnotherPortFallBackToPlainBytesAndSaySoOnce) {
  PortPair pair;
  PortPair other;
  for (int i = 0; i < 2; ++i) {
    auto own = pair.a->port->allocate(3);
    std::memcpy(own.data, "own", 3);
    own.size = 3;
    Outgoing mixed;
    mixed.type = 1;
    mixed.payload = asBytes("plain ");
    mixed.buffers = std::span(&own, 1);
    QCOMPARE(pair.a->port->send(mixed), Sent::Done);

    auto foreign = other.a->port->allocate(7);
    std::memcpy(foreign.data, "foreign", 7);
    foreign.size = 7;
    Outgoing message;
    message.type = 1;
    message.buffers = std::span(&foreign, 1);
    QCOMPARE(pair.a->port->send(message), Sent::Done);
    other.a->port->memory().release(foreign);
  }
  pair.run();
  QCOMPARE(pair.b->texts(), std::string("plain own foreign plain own foreign"));
  for (const auto& message : pair.b->messages) QCOMPARE(message.buffers, std::size_t(0));
  QCOMPARE(pair.a->notes.size(), std::size_t(1));
  QCOMPARE(pair.a->port->memory().freeChunks(), std::size_t(kSegmentChunksMax));
}

SLUICE_TEST(chunksThatTheirSenderGoesOnReadingStayAsTheyAre) {
  Port::Options options;
  options.memory = {segmentBytes(2), 2};
  PortPair pair(options);
  auto buffer = pair.a->port->allocate(5);
  std::memcpy(buffer.data, "words", 5);
  buffer.size = 5;
  Outgoing message;
  message.type = 1;
  message.buffers = std::span(&buffer, 1);
  message.goesOnReading = true;
  QCOMPARE(pair.a->port->send(message), Sent::Done);
  pair.run();
  QCOMPARE(pair.b->messages.at(0).payload, std::string("words"));
  // The receiver has freed it; its sender has not.
  auto& memory = pair.a->port->memory();
  QCOMPARE(memory.freeChunks(), std::size_t(2));
  QCOMPARE(memory.chunksToBeHad(), std::size_t(1));
  QCOMPARE(std::string(asText(buffer.bytes())), std::string("words"));
  auto other = pair.a->port->allocate(5);
  QVERIFY(other && other.data != buffer.data && !pair.a->port->allocate(5));
  memory.letGo(buffer);
  QVERIFY(!buffer);
  QVERIFY(bool(pair.a->port->allocate(5)));
}

SLUICE_TEST(whenChunksRunOutTheSenderIsToldOfFreedOnesByOneAck) {
  Port::Options options;
  options.memory = {segmentBytes(4), 4};
  PortPair pair(options);
  pair.b->keepBuffers = true;
  for (int i = 0; i < 4; ++i) QCOMPARE(pair.a->sendShared(1, "x"), Sent::Done);
  QCOMPARE(pair.a->sendShared(1, "y"), Sent::Again);
  pair.run();
  QCOMPARE(pair.a->rooms, 0);
  pair.b->kept.clear();
  pair.run();
  QCOMPARE(pair.a->rooms, 1);
  QVERIFY(!pair.a->port->memory().isWaiting());
  QCOMPARE(pair.a->sendShared(1, "y"), Sent::Done);
}

SLUICE_TEST(aTrackedMessageCanBeCancelledUntilItIsBegun) {
  PortPair pair;
  const auto sendTracked = [&](std::uint32_t stream, ChunkRef& ref) {
    auto buffer = pair.a->port->allocate(6);
    std::memcpy(buffer.data, "secret", 6);
    buffer.size = 6;
    ref = {buffer.segment, buffer.firstChunk, buffer.size};
    Outgoing message;
    message.type = 1;
    message.stream = stream;
    message.buffers = std::span(&buffer, 1);
    message.track = pair.a->port->memory().track(stream);
    pair.a->port->send(message);
    return *message.track;
  };
  ChunkRef first;
  ChunkRef second;
  const auto early = sendTracked(1, first);
  const auto late = sendTracked(2, second);
  QVERIFY(pair.a->port->memory().cancel(early, 1));
  auto back = pair.a->port->memory().takeBack(first);
  pair.run();
  QCOMPARE(pair.b->messages.size(), std::size_t(1));
  QCOMPARE(pair.b->messages[0].stream, 2u);
  QCOMPARE(pair.b->port->counters().cancelled, std::uint64_t(1));
  QCOMPARE(asText(back.bytes()), std::string_view("secret"));
  QVERIFY(!pair.a->port->memory().cancel(late, 2));
  pair.a->port->memory().release(back);
  QCOMPARE(pair.a->port->memory().freeChunks(), std::size_t(kSegmentChunksMax));
}
