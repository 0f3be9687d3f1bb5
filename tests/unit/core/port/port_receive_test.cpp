// What a port does with messages that come, from honest and other peers: core/port/port_receive.cpp.
#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

namespace {

constexpr std::uint32_t kSlots = 16;

Port::Options smallQueue() {
  Port::Options options;
  options.queueSlots = kSlots;
  return options;
}

struct Scene {
  Scene() : lone(smallQueue()), memory(lone.queue(kSlots)), writer(memory.data(), kSlots) {}
  PortEnd& end() { return *lone.end; }
  void push(std::uint8_t type, std::string_view text = {}) {
    static_cast<void>(writer.push(lone.raw.header(type, text.size()), asBytes(text)));
  }
  void pushMarker() { push(type::kReadSocket); }
  bool say(std::string_view text, std::uint8_t flags = flag::kMarked | flag::kLast) {
    return lone.raw.say(lone.raw.header(1, text.size(), flags), asBytes(text));
  }
  LonePort lone;
  platform::SharedMemory memory;
  QueueWriter<> writer;
};

}  // namespace

SLUICE_TEST(aMarkerThatComesFirstMakesTheReaderTakeTheSocketNext) {
  Scene scene;
  scene.push(1, "one");
  scene.pushMarker();
  scene.push(1, "three");
  scene.end().turn();
  QCOMPARE(scene.end().texts(), std::string("one"));
  QVERIFY(scene.say("two"));
  scene.end().turn();
  QCOMPARE(scene.end().texts(), std::string("one two three"));
}

SLUICE_TEST(aSocketMessageThatArrivesBeforeItsMarkerWaits) {
  Scene scene;
  QVERIFY(scene.say("two"));
  scene.end().turn();
  QCOMPARE(scene.end().texts(), std::string(""));
  scene.push(1, "one");
  scene.pushMarker();
  scene.push(1, "three");
  scene.end().turn();
  QCOMPARE(scene.end().texts(), std::string("one two three"));
}

SLUICE_TEST(oneSocketMessageAtMostWaitsForItsMarker) {
  Scene scene;
  QVERIFY(scene.say("a"));
  QVERIFY(scene.say("b"));
  scene.end().turn();
  QCOMPARE(scene.end().failures.size(), std::size_t(1));
  QCOMPARE(scene.end().failures[0].code, Code::ProtocolFault);
}

SLUICE_TEST(aMarkerThatIsThereWhenTheSecondMessageComesIsNoFault) {
  Scene scene;
  QVERIFY(scene.say("a"));
  scene.end().turn();
  scene.pushMarker();
  QVERIFY(scene.say("b"));
  scene.pushMarker();
  scene.end().turn();
  QCOMPARE(scene.end().texts(), std::string("a b"));
}

SLUICE_TEST(nothingBehindAMarkerIsDeliveredWhenThePeerGoesWithoutItsMessage) {
  for (const bool markerIsSeen : {true, false}) {
    Scene scene;
    scene.push(1, "one");
    if (!markerIsSeen) scene.end().turn();
    scene.pushMarker();
    if (markerIsSeen) scene.end().turn();
    scene.push(1, "three");
    scene.push(1, "four");
    scene.lone.raw.socket = {};
    scene.end().turn();
    QCOMPARE(scene.end().texts(), std::string("one"));
    QCOMPARE(scene.end().failures.size(), std::size_t(1));
  }
}

SLUICE_TEST(wakeUpsAndAcksPassWhileAMarkerWaits) {
  Scene scene;
  scene.pushMarker();
  QVERIFY(scene.lone.raw.say(scene.lone.raw.header(type::kWake, 0), {}));
  QVERIFY(scene.lone.raw.say(scene.lone.raw.header(type::kChunksFreed, 0), {}));
  scene.end().turn();
  QCOMPARE(scene.end().rooms, 1);
  QVERIFY(scene.say("a"));
  scene.end().turn();
  QCOMPARE(scene.end().texts(), std::string("a"));
}

SLUICE_TEST(whatComesBehindAWakeUpIsTakenInTheNextTurn) {
  Scene scene;
  QVERIFY(scene.lone.raw.say(scene.lone.raw.header(type::kWake, 0), {}));
  QVERIFY(scene.say("behind", flag::kLast));
  scene.push(1, "queued");
  scene.end().waitsReadable = false;
  scene.end().port->process();
  QCOMPARE(scene.end().texts(), std::string("queued"));
  QVERIFY(scene.end().waitsReadable);  // which ends at once: the socket can be read
  scene.end().port->process();
  QCOMPARE(scene.end().texts(), std::string("queued behind"));
}

SLUICE_TEST(whatStandsInTheSocketWhenTheDoorbellRingsIsLeftToTheSocketsOwnWait) {
  Scene scene;
  QVERIFY(scene.say("behind", flag::kLast));
  scene.push(1, "queued");
  scene.end().waitsReadable = false;
  scene.end().port->rung();
  QCOMPARE(scene.end().texts(), std::string("queued"));
  QVERIFY(scene.end().waitsReadable);
  scene.end().port->process();
  QCOMPARE(scene.end().texts(), std::string("queued behind"));
}

SLUICE_TEST(aMarkerBehindARingTakesTheSocketNext) {
  Scene scene;
  scene.pushMarker();
  scene.push(1, "second");
  QVERIFY(scene.say("first"));
  scene.end().port->rung();
  QCOMPARE(scene.end().texts(), std::string("first second"));
}

SLUICE_TEST(aButtonThatIsNoneEndsThePort) {
  LonePort lone({}, false);
  auto queue = platform::SharedMemory::create(queueBytes(kSlots));
  const platform::Handle handles[] = {queue->handle(), queue->handle()};
  Hello hello;
  hello.queueSlots = kSlots;
  QVERIFY(lone.raw.say(lone.raw.header(type::kHello, sizeof hello), bytesOf(hello), handles));
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
  QVERIFY(lone.end->failures[0].code == Code::ProtocolFault);
}

SLUICE_TEST(whileAMarkerWaitsAWakeUpHoldsNothingUp) {
  Scene scene;
  scene.pushMarker();
  QVERIFY(scene.lone.raw.say(scene.lone.raw.header(type::kWake, 0), {}));
  QVERIFY(scene.say("marked"));
  scene.end().port->process();
  QCOMPARE(scene.end().texts(), std::string("marked"));
}

// What is missing may be what everything after it needs.
SLUICE_TEST(aMessageThatCameInPartEndsThePort) {
  LonePort lone;
  const std::string tooLong(limits::kPortMessageBytes + 1, 'x');
  QVERIFY(lone.raw.say(lone.raw.header(1, tooLong.size()), asBytes(tooLong)));
  QVERIFY(lone.raw.say(lone.raw.header(1, 5), asBytes("after")));
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
  QVERIFY2(lone.end->failures[0].detail.find("too many files open") != std::string::npos, lone.end->failures[0].detail.c_str());
  QVERIFY(lone.end->messages.empty());
}

SLUICE_TEST(aMessageShorterThanItsHeaderIsDroppedWithItsHandlesClosed) {
  LonePort lone;
  auto watched = platform::PortSocket::makePair(64);
  {
    const auto given = watched->second.take();
    const platform::Handle handle = given.get();
    const auto short_ = asBytes("too short");
    QVERIFY(lone.raw.socket.send(short_, {}, std::span(&handle, 1)).status == IoResult::Status::Ok);
  }
  lone.end->turn();
  QCOMPARE(lone.end->notes.size(), std::size_t(1));
  QVERIFY(lone.end->failures.empty());
  std::byte byte;
  platform::PortSocket::Message end;
  QVERIFY(watched->first.receive(MutableBytes(&byte, 1), end).status == IoResult::Status::End);
  QVERIFY(lone.raw.say(lone.raw.header(1, 2), asBytes("ok")));
  lone.end->turn();
  QCOMPARE(lone.end->texts(), std::string("ok"));
}

SLUICE_TEST(aMessageOfAnotherSizeThanItSaysIsDropped) {
  LonePort lone;
  QVERIFY(lone.raw.say(lone.raw.header(1, 5), asBytes("four")));
  QVERIFY(lone.raw.say(lone.raw.header(1, 3), asBytes("four")));
  QVERIFY(lone.raw.say(lone.raw.header(1, 4), asBytes("good")));
  lone.end->turn();
  QCOMPARE(lone.end->texts(), std::string("good"));
  QCOMPARE(lone.end->port->counters().dropped, std::uint64_t(2));
}

SLUICE_TEST(theSameOddityIsToldOnce) {
  LonePort lone;
  for (int i = 0; i < 50; ++i) QVERIFY(lone.raw.say(lone.raw.header(1, 5), asBytes("four")));
  lone.end->turn();
  QCOMPARE(lone.end->notes.size(), std::size_t(1));
}

SLUICE_TEST(aMessageBeforeTheGreetingIsAFault) {
  LonePort lone({}, false);
  QVERIFY(lone.raw.say(lone.raw.header(1, 1), asBytes("x")));
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
}

SLUICE_TEST(malformedMessagesInTheQueueAreAFault) {
  for (const bool wrongSize : {true, false}) {
    Scene scene;
    auto header = scene.lone.raw.header(1, 4);
    if (wrongSize) header.size = kSlotPayloadBytes + 1;
    if (!wrongSize) header.pid += 1;
    QVERIFY(scene.writer.push(header, asBytes("text")) != QueueWriter<>::Push::Again);
    scene.end().turn();
    QCOMPARE(scene.end().failures.size(), std::size_t(1));
    QVERIFY(scene.end().messages.empty());
  }
}

SLUICE_TEST(listsOfChunksThatMakeNoSenseAreAFault) {
  const ChunkRef nowhere{3, 0, 10};
  const std::string ref(asText(bytesOf(nowhere)));
  for (const std::string& payload : {std::string(), ref.substr(1), ref, ref + "x"}) {
    LonePort lone;
    QVERIFY(lone.raw.say(lone.raw.header(1, payload.size(), flag::kShared), asBytes(payload)));
    lone.end->turn();
    QCOMPARE(lone.end->failures.size(), std::size_t(1));
    QCOMPARE(lone.end->failures[0].code, Code::ProtocolFault);
  }
}

SLUICE_TEST(unknownOwnTypesAndSecondGreetingsAreAFault) {
  for (const std::uint8_t type : {std::uint8_t{0xff}, type::kReadSocket}) {
    LonePort lone;
    QVERIFY(lone.raw.say(lone.raw.header(type, 0), {}));
    lone.end->turn();
    QCOMPARE(lone.end->failures.size(), std::size_t(1));
  }
  LonePort lone;
  QVERIFY(lone.raw.greet());
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
}

SLUICE_TEST(afterManyMessagesOthersHaveTheirTurn) {
  PortPair pair;
  for (std::size_t i = 0; i < limits::kPortTurnMessages + 100; ++i) QCOMPARE(pair.a->send(1, "x"), Sent::Done);
  pair.b->port->process();
  QCOMPARE(pair.b->messages.size(), limits::kPortTurnMessages);
  QVERIFY(pair.b->again);
  pair.b->port->process();
  QCOMPARE(pair.b->messages.size(), limits::kPortTurnMessages + 100);
}

SLUICE_TEST(aCancelledStreamIsThrownAwayAsItComes) {
  PortPair pair;
  const std::string large(limits::kMiB, 'x');
  QCOMPARE(pair.a->send(1, large, 5), Sent::Queued);
  pair.b->turn();
  pair.b->port->cancelStream(5);
  pair.run(200);
  QVERIFY(pair.b->messages.empty());
  QCOMPARE(pair.a->send(1, "next", 5), Sent::Done);
  pair.run();
  QCOMPARE(pair.b->texts(), std::string("next"));
}

SLUICE_TEST(aGreetingThatPromisesAQueueBringsIt) {
  LonePort lone(smallQueue(), false);
  Hello hello;
  hello.queueSlots = kSlots;
  QVERIFY(lone.raw.say(lone.raw.header(type::kHello, sizeof hello), bytesOf(hello)));
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
  QCOMPARE(lone.end->failures[0].code, Code::ProtocolFault);
}

SLUICE_TEST(aQueueThatIsTooLargeIsAFault) {
  LonePort lone(smallQueue(), false);
  Hello hello;
  hello.queueSlots = limits::kPortQueueSlots + 1;
  const auto queue = platform::SharedMemory::create(queueBytes(hello.queueSlots));
  const platform::Handle handle = queue->handle();
  QVERIFY(lone.raw.say(lone.raw.header(type::kHello, sizeof hello), bytesOf(hello), std::span(&handle, 1)));
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
  QCOMPARE(lone.end->failures[0].code, Code::ProtocolFault);
}
