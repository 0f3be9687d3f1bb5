#include "core/port/port.h"

#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

SLUICE_TEST(bothEndsGreetAndKnowEachOther) {
  PortPair pair;
  QVERIFY(pair.a->started && pair.b->started);
  QVERIFY(pair.a->port->isReady() && pair.b->port->isReady());
  QCOMPARE(pair.a->port->peerPid(), ownPid());
}

SLUICE_TEST(aPeerOfAnotherVersionIsRefusedWithASentence) {
  LonePort lone({}, false);
  QVERIFY(lone.raw.greet(kPortVersion + 1));
  lone.end->turn();
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
  QCOMPARE(lone.end->failures[0].code, Code::ProtocolFault);
  QVERIFY(lone.end->failures[0].detail.find("version") != std::string::npos);
}

SLUICE_TEST(aPeerThatSaysOtherThingsIsRefusedWithASentence) {
  for (const std::uint32_t theirs : {6, 8}) {
    Port::Options options;
    options.protocol = 7;
    LonePort lone(options, false);
    QVERIFY(lone.raw.greet(kPortVersion, theirs));
    QVERIFY(lone.raw.say(lone.raw.header(1, 1), asBytes("x")));
    lone.end->turn();
    QCOMPARE(lone.end->failures.size(), std::size_t(1));
    QVERIFY2(lone.end->failures[0].detail.find("version " + std::to_string(theirs)) != std::string::npos,
             lone.end->failures[0].detail.c_str());
    QVERIFY(lone.end->messages.empty());
  }
}

SLUICE_TEST(whenThePeerIsGoneTheOwnerIsToldOnce) {
  PortPair pair;
  pair.b.reset();
  pair.a->turn();
  pair.a->turn();
  QCOMPARE(pair.a->failures.size(), std::size_t(1));
  QCOMPARE(pair.a->failures[0].code, Code::ConnectionReset);
  QCOMPARE(pair.a->send(1, "x"), Sent::Failed);
  pair.a->port->fail({Code::Aborted, Side::Local, 0, "its owner had enough as well"});
  QCOMPARE(pair.a->failures.size(), std::size_t(1));
}

SLUICE_TEST(whatThePeerSaidBeforeItWentIsDeliveredFirst) {
  for (const bool sends : {false, true}) {
    PortPair pair;
    for (int i = 0; i < 50; ++i) {
      QCOMPARE(pair.b->send(1, "small"), Sent::Done);
      QCOMPARE(pair.b->send(1, std::string(500, 'x')), Sent::Done);
    }
    QCOMPARE(pair.a->send(1, std::string(500, 'y')), Sent::Done);  // which nobody reads any more
    pair.b.reset();
    if (sends) {
      QCOMPARE(pair.a->send(1, std::string(500, 'z')), Sent::Failed);
      QCOMPARE(pair.a->send(1, "small"), Sent::Failed);  // though its queue has room
    }
    QVERIFY(pair.a->failures.empty());
    pair.a->turn();
    QCOMPARE(pair.a->messages.size(), std::size_t(100));
    QCOMPARE(pair.a->failures.size(), std::size_t(1));
  }
}

SLUICE_TEST(whenThePortFailsEverythingQueuedCompletesAsFailedAndItsHandlesAreClosed) {
  PortPair pair;
  std::vector<Sent> outcomes;
  const std::string large(16 * limits::kMiB, 'x');
  Outgoing message;
  message.type = 1;
  message.payload = asBytes(large);
  message.done = [&](Sent outcome) { outcomes.push_back(outcome); };
  QCOMPARE(pair.a->port->send(message), Sent::Queued);
  auto watched = platform::PortSocket::makePair(64);
  const platform::Handle given = watched->second.take().release();
  message.payload = asBytes("small");
  message.handles = std::span(&given, 1);
  message.afterSending = AfterSending::CloseHandles;
  QCOMPARE(pair.a->port->send(message), Sent::Queued);

  pair.a->port->fail({Code::Aborted, Side::Local, 0, "enough"});
  QVERIFY((outcomes == std::vector<Sent>{Sent::Failed, Sent::Failed}));
  QCOMPARE(pair.a->failures.size(), std::size_t(1));
  QCOMPARE(pair.a->port->backlogBytes(), std::size_t(0));
  std::byte byte;
  platform::PortSocket::Message end;
  QVERIFY(watched->first.receive(MutableBytes(&byte, 1), end).status == IoResult::Status::End);
}

// One waits for its marker, one for the rest of its fragments.
SLUICE_TEST(whenThePortFailsTheHandlesOfWhatHasHalfComeAreClosed) {
  for (const std::uint8_t flags : {flag::kMarked, flag::kMoreFollow}) {
    LonePort lone;
    auto watched = platform::PortSocket::makePair(64);
    {
      const auto given = watched->second.take();
      const platform::Handle handle = given.get();
      QVERIFY(lone.raw.say(lone.raw.header(1, 4, flags), asBytes("half"), std::span(&handle, 1)));
    }
    lone.end->turn();
    std::byte byte;
    platform::PortSocket::Message end;
    QVERIFY(watched->first.receive(MutableBytes(&byte, 1), end).status == IoResult::Status::WouldBlock);
    lone.end->port->fail({Code::Aborted, Side::Local, 0, "enough"});
    QVERIFY(lone.end->messages.empty());
    QVERIFY(watched->first.receive(MutableBytes(&byte, 1), end).status == IoResult::Status::End);
  }
}

SLUICE_TEST(whenThePeerDiesItsChunksComeBackAndWhatWasReceivedStaysReadable) {
  PortPair pair;
  pair.b->keepBuffers = true;
  QCOMPARE(pair.a->sendShared(1, "kept by the reader"), Sent::Done);
  pair.run();
  QCOMPARE(pair.b->kept.size(), std::size_t(1));
  const auto before = pair.a->port->memory().freeChunks();
  pair.a->port->fail({Code::ConnectionReset, Side::Local, 0, ""});
  QCOMPARE(pair.a->port->memory().freeChunks(), before + 1);
  pair.a.reset();
  pair.b->turn();
  QCOMPARE(pair.b->failures.size(), std::size_t(1));
  pair.b->port.reset();
  QCOMPARE(asText(pair.b->kept[0].bytes()), std::string_view("kept by the reader"));
}

SLUICE_TEST(aMessageFromAnotherProcessThanThePeerIsAFault) {
  auto sockets = platform::PortSocket::makePair(limits::kPortMessageBytes);
  struct OtherPeer final : Port::Handler {
    void received(Incoming&) override {}
    void roomAgain() override {}
    void note(const std::string&) override {}
    void failed(const Error& why) override { failure = why; }
    void waitReadable() override {}
    void waitWritable() override {}
    void turnAgain() override {}
    void freedElsewhere() override {}
    Error failure;
  } handler;
  Port::Options options;
  options.ownPid = ownPid();
  options.peerPid = ownPid() + 1;
  Port port(std::move(sockets->first), options, handler);
  QVERIFY(port.start().has_value());
  RawEnd raw{std::move(sockets->second)};
  auto header = raw.header(type::kHello, sizeof(Hello));
  header.pid = options.peerPid;  // the kernel knows better
  QVERIFY(raw.say(header, bytesOf(Hello{})));
  port.process();
  QCOMPARE(handler.failure.code, Code::ProtocolFault);
}
