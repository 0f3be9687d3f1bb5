// The transport's contract, as its header states it, on real sockets.
#include "platform/net/transport.h"

#include <asio/write.hpp>

#include "transport_rig.h"

using namespace sluice;
using namespace sluice::test;
using net::CloseKind;
using Rig = TransportRig;

SLUICE_TEST(anAttemptToReceiveNothingReturnsAtOnce) {
  Rig rig;
  QVERIFY(rig.receive(*rig.near, rig.received).status == Status::WouldBlock);
}

SLUICE_TEST(gathersAndScattersInOrder) {
  Rig rig;
  const std::array<Bytes, 4> out{asBytes("one "), Bytes{}, asBytes("two "), asBytes("three")};
  QCOMPARE(rig.near->send(out).bytes, std::size_t{13});
  QVERIFY(runUntil(rig.loop, [&] { return rig.far->peek().status == Status::Ok; }));
  std::array<std::byte, 6> a{}, b{}, c{};
  const std::array<MutableBytes, 4> in{MutableBytes(a), MutableBytes{}, MutableBytes(b), MutableBytes(c)};
  QCOMPARE(rig.far->receive(in).bytes, std::size_t{13});
  QCOMPARE(asText(a), std::string_view("one tw"));
  QCOMPARE(asText(b), std::string_view("o thre"));
  QCOMPARE(asText(Bytes(c).first(1)), std::string_view("e"));
}

SLUICE_TEST(takesNoMorePiecesThanTheSystemGathers) {
  Rig rig;
  const std::string letter = "x";
  const std::vector<Bytes> out(Transport::kBuffersMax + 5, asBytes(letter));
  QCOMPARE(rig.near->send(out).bytes, Transport::kBuffersMax);
  QVERIFY(runUntil(rig.loop, [&] { return rig.far->peek().status == Status::Ok; }));
  std::array<std::byte, Transport::kBuffersMax + 5> room{};
  std::vector<MutableBytes> in;
  for (auto& each : room) in.emplace_back(&each, 1);
  QCOMPARE(rig.far->receive(in).bytes, Transport::kBuffersMax);
}

SLUICE_TEST(countsWhatItMoved) {
  Rig rig;
  rig.send(*rig.near, "12345");
  rig.receiveUntil(*rig.far, "12345");
  QCOMPARE(rig.near->bytesSent(), std::uint64_t{5});
  QCOMPARE(rig.near->bytesReceived(), std::uint64_t{0});
  QCOMPARE(rig.far->bytesReceived(), std::uint64_t{5});
}

SLUICE_TEST(peekingTakesNothing) {
  Rig rig;
  QVERIFY(rig.near->peek().status == Status::WouldBlock);
  rig.send(*rig.far, "ab");
  QVERIFY(runUntil(rig.loop, [&] { return rig.near->peek().status == Status::Ok; }));
  rig.receiveUntil(*rig.near, "ab");
  QCOMPARE(rig.received, std::string("ab"));
  QVERIFY(rig.near->peek().status == Status::WouldBlock);
}

SLUICE_TEST(peekingSeesTheEndAndAReset) {
  Rig ended, broken;
  ended.far->close(CloseKind::Orderly);
  QVERIFY(runUntil(ended.loop, [&] { return ended.near->peek().status == Status::End; }));
  broken.far->close(CloseKind::Abort);
  QVERIFY(runUntil(broken.loop, [&] { return broken.near->peek().status == Status::Failed; }));
}

// --- Waits.

SLUICE_TEST(aWaitIsAnnouncedOnceHoweverOftenItWasAskedFor) {
  Rig rig;
  rig.waitReadable();
  rig.waitReadable();
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable > 0; }));
  rig.settle();
  QCOMPARE(rig.heard.readable, 1);
}

SLUICE_TEST(aWaitEndsWithItsAnnouncement) {
  Rig rig;
  rig.waitReadable();
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == 1; }));
  rig.send(*rig.far, "b");
  rig.receiveUntil(*rig.near, "ab");
  rig.settle();
  QCOMPARE(rig.heard.readable, 1);
}

SLUICE_TEST(aWaitSeesWhatCameBeforeIt) {
  Rig rig;
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return rig.near->peek().status == Status::Ok; }));
  for (int times = 1; times <= 3; ++times) {
    rig.waitReadable();
    QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == times; }));
  }
}

SLUICE_TEST(nothingIsAnnouncedFromInsideACall) {
  Rig rig;
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return rig.near->peek().status == Status::Ok; }));
  rig.waitReadable();
  rig.near->waitWritable();
  QCOMPARE(rig.heard.readable + rig.heard.writable, 0);
}

SLUICE_TEST(anEndAndAResetAreAnnounced) {
  Rig ended, broken;
  ended.waitReadable();
  ended.far->close(CloseKind::Orderly);
  QVERIFY(runUntil(ended.loop, [&] { return ended.heard.readable == 1; }));
  broken.waitReadable();
  broken.far->close(CloseKind::Abort);
  QVERIFY(runUntil(broken.loop, [&] { return broken.heard.readable == 1; }));
}

SLUICE_TEST(roomIsAnnouncedWhenThePeerHasRead) {
  Rig rig;
  const auto sent = rig.fill(*rig.near);
  rig.near->waitWritable();
  rig.settle();
  QCOMPARE(rig.heard.writable, 0);
  QVERIFY(runUntil(rig.loop, [&] {
    std::string taken;
    rig.receive(*rig.far, taken, sent);
    return rig.heard.writable == 1;
  }));
  QVERIFY(rig.send(*rig.near, "more").status == Status::Ok);
}

SLUICE_TEST(waitingToSendIsAnnouncedWhenThePeerIsGone) {
  Rig rig;
  rig.fill(*rig.near);
  rig.near->waitWritable();
  rig.far->close(CloseKind::Abort);
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.writable == 1; }));
  QVERIFY(rig.send(*rig.near, "x").status == Status::Failed);
}

SLUICE_TEST(nothingIsAnnouncedAfterClosing) {
  Rig rig;
  rig.waitReadable();
  rig.near->waitWritable();
  rig.near->close(CloseKind::Orderly);
  rig.waitReadable();
  rig.settle();
  QCOMPARE(rig.heard.readable + rig.heard.writable, 0);
}

SLUICE_TEST(nothingIsAnnouncedWithoutAHandler) {
  Rig rig;
  rig.near->waitWritable();
  rig.near->setHandler(nullptr);
  rig.settle();
  QCOMPARE(rig.heard.writable, 0);
}

// The completion stands in the loop's queue already when the transport goes.
SLUICE_TEST(aLateCompletionFindsNobody) {
  Rig rig;
  rig.near->waitWritable();
  rig.waitReadable();
  rig.near.reset();
  rig.settle();
  QCOMPARE(rig.heard.readable + rig.heard.writable, 0);
}

SLUICE_TEST(aWaitTakesNothingFromTheStream) {
  Rig rig;
  rig.waitReadable();
  rig.send(*rig.far, "all of it");
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == 1; }));
  QCOMPARE(rig.near->bytesReceived(), std::uint64_t{0});
  rig.receiveUntil(*rig.near, "all of it");
  QCOMPARE(rig.received, std::string("all of it"));
}

SLUICE_TEST(bothWaitsArePendingAtOnceAndEachIsAnnounced) {
  Rig rig;
  rig.waitReadable();
  rig.near->waitWritable();
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.writable == 1; }));
  QCOMPARE(rig.heard.readable, 0);
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == 1; }));
  QCOMPARE(rig.heard.writable, 1);
}

SLUICE_TEST(aWaitIsAnnouncedToWhoeverIsTheHandlerThen) {
  Rig rig;
  Announced next;
  rig.waitReadable();
  rig.near->setHandler(&next);
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return next.readable == 1; }));
  QCOMPARE(rig.heard.readable, 0);
}

// The system gives the number of the socket that went to the next one: what comes late is told apart all the same.
SLUICE_TEST(aLateCompletionIsNotTakenForOneOfTheNextConnection) {
  Rig rig;
  rig.send(*rig.far, "for the one that goes");
  QVERIFY(runUntil(rig.loop, [&] { return rig.near->peek().status == Status::Ok; }));
  rig.waitReadable();
  rig.near->waitWritable();
  rig.near.reset();
  Announced next;
  test::SocketPair pair(rig.loop);
  Transport another(std::move(pair.near), Side::Client, strategy());
  another.setHandler(&next);
  rig.settle();
  QCOMPARE(next.readable + next.writable, 0);
  another.waitReadable();
  asio::write(pair.far, asio::buffer("x", 1));
  QVERIFY(runUntil(rig.loop, [&] { return next.readable == 1; }));
}

SLUICE_TEST(whoIsToldMayAskAgainAtOnce) {
  struct Again final : Transport::Handler {
    explicit Again(Rig& of) : rig(of) {}
    void onReadable() override {
      ++told;
      rig.receive(*rig.near, rig.received, 1);
      rig.waitReadable();
    }
    void onWritable() override {}
    Rig& rig;
    int told = 0;
  };
  Rig rig;
  Again again(rig);
  rig.near->setHandler(&again);
  rig.waitReadable();
  rig.send(*rig.far, "one by one");
  QVERIFY(runUntil(rig.loop, [&] { return rig.received == "one by one"; }));
  QVERIFY(again.told >= 10);
}

SLUICE_TEST(whoIsToldMayEndTheTransport) {
  struct Ends final : Transport::Handler {
    explicit Ends(std::optional<Transport>& of) : transport(of) {}
    void onReadable() override {
      ++told;
      transport.reset();
    }
    void onWritable() override { ++told; }
    std::optional<Transport>& transport;
    int told = 0;
  };
  Rig rig;
  Ends ends(rig.near);
  rig.near->setHandler(&ends);
  rig.waitReadable();
  rig.send(*rig.far, "a");
  QVERIFY(runUntil(rig.loop, [&] { return ends.told == 1; }));
  rig.settle();
  QCOMPARE(ends.told, 1);
}

// --- Ends.

SLUICE_TEST(anEndIsSeenAgainByWhoeverLooksAgain) {
  Rig rig;
  rig.send(*rig.far, "last");
  rig.far->endSending();
  rig.receiveUntil(*rig.near, "last");
  QVERIFY(rig.receiveUntil(*rig.near, "").status == Status::End);
  QVERIFY(rig.receive(*rig.near, rig.received).status == Status::End);
  QVERIFY(rig.near->peek().status == Status::End);
  for (int times = 1; times <= 2; ++times) {
    rig.waitReadable();
    QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == times; }));
  }
  QCOMPARE(rig.received, std::string("last"));
}

SLUICE_TEST(bothDirectionsEndOneAfterTheOther) {
  Rig rig;
  rig.near->endSending();
  QVERIFY(rig.receiveUntil(*rig.far, "").status == Status::End);
  QVERIFY(rig.near->peek().status == Status::WouldBlock);
  rig.send(*rig.far, "still open");
  rig.far->endSending();
  rig.received.clear();
  rig.receiveUntil(*rig.near, "still open");
  QVERIFY(rig.receiveUntil(*rig.near, "").status == Status::End);
  QVERIFY(rig.near->isOpen() && rig.far->isOpen());
}

SLUICE_TEST(nothingIsSentBehindTheEnd) {
  Rig rig;
  rig.near->endSending();
  QVERIFY(rig.send(*rig.near, "x").status == Status::Failed);
  QVERIFY(rig.receiveUntil(*rig.far, "").status == Status::End);
}

SLUICE_TEST(aHalfCloseEndsOneDirection) {
  Rig rig;
  rig.send(*rig.near, "last");
  rig.near->endSending();
  QVERIFY(rig.receiveUntil(*rig.far, "last").status == Status::Ok);
  QVERIFY(rig.receiveUntil(*rig.far, "").status == Status::End);
  rig.send(*rig.far, "answer");
  rig.received.clear();
  rig.receiveUntil(*rig.near, "answer");
  QCOMPARE(rig.received, std::string("answer"));
}

SLUICE_TEST(anOrderlyCloseDeliversEverythingFirst) {
  Rig rig;
  rig.send(*rig.near, "all of it");
  rig.near->close(CloseKind::Orderly);
  QVERIFY(!rig.near->isOpen());
  QVERIFY(rig.receiveUntil(*rig.far, "no such text").status == Status::End);
  QCOMPARE(rig.received, std::string("all of it"));
}

SLUICE_TEST(anAbortIsAResetToThePeer) {
  Rig rig;
  rig.near->close(CloseKind::Abort);
  const auto result = rig.receiveUntil(*rig.far, "nothing");
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::ConnectionReset);
  QVERIFY(result.error.side == Side::Upstream);
}

SLUICE_TEST(goingAwayClosesInOrder) {
  Rig rig;
  rig.send(*rig.near, "bye");
  rig.near.reset();
  QVERIFY(rig.receiveUntil(*rig.far, "no such text").status == Status::End);
  QCOMPARE(rig.received, std::string("bye"));
}

// What a full system has not taken yet, and what the transport took over for it.
SLUICE_TEST(anEndBehindAFullStreamComesAfterAllOfIt) {
  for (const bool halfClose : {true, false}) {
    Rig rig;
    const auto sent = rig.fill(*rig.near);
    halfClose ? rig.near->endSending() : rig.near->close(CloseKind::Orderly);
    std::string taken;
    QVERIFY(runUntil(rig.loop, [&] { return rig.receive(*rig.far, taken, 1 << 20).status == Status::End; }));
    QCOMPARE(taken.size(), sent);
  }
}

SLUICE_TEST(anAbortBehindAFullStreamIsAResetAllTheSame) {
  Rig rig;
  rig.fill(*rig.near);
  rig.near->close(CloseKind::Abort);
  std::string taken;
  QVERIFY(runUntil(rig.loop, [&] { return rig.receive(*rig.far, taken, 1 << 20).status == Status::Failed; }));
}

SLUICE_TEST(everythingSentThroughAFullStreamArrivesInOrder) {
  Rig rig;
  std::string sent, taken;
  for (int i = 0; sent.size() < (16 << 20); ++i) sent += std::to_string(i) + ' ';
  std::size_t at = 0;
  const auto sendSome = [&] {
    while (at < sent.size()) {
      const auto result = rig.send(*rig.near, std::string_view(sent).substr(at));
      if (result.status != Status::Ok) return rig.near->waitWritable();
      at += result.bytes;
    }
  };
  QVERIFY(runUntil(rig.loop, [&] {
    sendSome();
    while (rig.receive(*rig.far, taken, 1 << 16).status == Status::Ok) {
    }
    return taken.size() >= sent.size();
  }));
  QVERIFY(taken == sent);
  QCOMPARE(rig.near->bytesSent(), std::uint64_t{sent.size()});
}

SLUICE_TEST(closingTwiceIsHarmless) {
  Rig rig;
  rig.near->close(CloseKind::Orderly);
  rig.near->close(CloseKind::Abort);
  QVERIFY(rig.receiveUntil(*rig.far, "nothing").status == Status::End);
}

SLUICE_TEST(nothingMovesOnAClosedTransport) {
  Rig rig;
  rig.near->close(CloseKind::Orderly);
  QVERIFY(rig.receive(*rig.near, rig.received).status == Status::Failed);
  QVERIFY(rig.send(*rig.near, "x").status == Status::Failed);
  QVERIFY(rig.near->peek().status == Status::Failed);
}

SLUICE_TEST(sendingToAPeerThatIsGoneFailsOnItsSide) {
  Rig rig;
  rig.far->close(CloseKind::Abort);
  QVERIFY(runUntil(rig.loop, [&] { return rig.near->peek().status == Status::Failed; }));
  const auto result = rig.send(*rig.near, "x");
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::ConnectionReset && result.error.side == Side::Client);
}

SLUICE_TEST(namesItsPeer) {
  Rig rig;
  QVERIFY(rig.near->peerAddress().rfind("127.0.0.1:", 0) == 0);
  rig.near->close(CloseKind::Orderly);
  QCOMPARE(rig.near->peerAddress(), std::string());
}

SLUICE_TEST(whoIsGoneWithoutAWordIsFoundOut) {
  asio::io_context loop;
  test::SocketPair pair(loop);
  const auto handle = pair.near.native_handle();
  const Transport transport(std::move(pair.near), Side::Client, strategy());
  int asked = 0;
  socklen_t size = sizeof asked;
  QVERIFY(::getsockopt(handle, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&asked), &size) == 0);
  QVERIFY(asked != 0);
}
