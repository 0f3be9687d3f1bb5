#include "core/engine/relay.h"

#include "link_ends.h"
#include "tests/support/engine/kept.h"
#include "tests/support/test.h"

using namespace sluice;
using engine::Relay;
using http1::Framing;
using test::LinkEnds;

namespace {

// Refuses the chunks whose turn it is; the first is 0.
struct Refusing final : capture::Sink {
  explicit Refusing(int first) : from(first) {}
  bool record(capture::Record) override { return ++offered <= from; }
  int from;
  int offered = 0;
};

struct Rig : LinkEnds {
  std::unique_ptr<Relay> relay = makeRelay();
  test::Kept kept;
  std::string came;  // to the browser

  // From upstream to the client.
  void start(const Framing& framing, capture::Sink* sink = nullptr, std::uint64_t bytesMax = 1 << 20, Bytes preread = {}) {
    relay->start(upstream, client, Side::Upstream, framing, preread, {},
                 {sink, ExchangeId{7}, capture::Direction::Response, bytesMax});
  }
  bool untilEnded() {
    return drive([&] {
      relay->process(now());
      return relay->hasEnded();
    });
  }
  bool untilCame(std::size_t bytes) {
    return drive([&] {
      if (relay->active()) relay->process(now());
      readSome(browser, came);
      return came.size() >= bytes;
    });
  }
  std::string recorded() {
    std::string text;
    for (const auto& chunk : kept.all<capture::BodyChunk>()) text += chunk.bytes;
    return text;
  }
};

}  // namespace

SLUICE_TEST(movesABodyOfKnownLengthAndKeepsWhatFollowsIt) {
  Rig rig;
  const std::string preread = "01234";
  rig.start(Framing::ofLength(10), nullptr, 0, asBytes(preread));
  LinkEnds::write(rig.server, "56789next");
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QVERIFY(end.error.code == Code::None);
  QCOMPARE(end.totals.bytes, std::uint64_t{10});
  QVERIFY(end.excess);
  QCOMPARE(rig.relay->takeExcess(), std::string("next"));
  QVERIFY(rig.untilCame(10));
  QCOMPARE(rig.came, std::string("0123456789"));
}

SLUICE_TEST(chunksPassAsTheyAreAndAreRecordedWithoutTheirFraming) {
  Rig rig;
  const std::string raw = "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nSum: 1\r\n\r\n";
  rig.start(Framing::chunked(), &rig.kept);
  LinkEnds::write(rig.server, raw);
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QCOMPARE(end.trailers, std::string("Sum: 1\r\n"));
  QVERIFY(!end.excess);
  QCOMPARE(end.totals.bytes, std::uint64_t{5});
  QCOMPARE(end.totals.capturedBytes, std::uint64_t{5});
  QCOMPARE(rig.recorded(), std::string("abcde"));
  QVERIFY(rig.untilCame(raw.size()));
  QCOMPARE(rig.came, raw);
}

SLUICE_TEST(recordsUnderTheNameOfItsExchange) {
  Rig rig;
  rig.start(Framing::ofLength(1), &rig.kept);
  LinkEnds::write(rig.server, "x");
  QVERIFY(rig.untilEnded());
  rig.relay->finish();
  const auto chunks = rig.kept.all<capture::BodyChunk>();
  QVERIFY(chunks.size() == 1 && chunks[0].exchange == ExchangeId{7});
  QVERIFY(chunks[0].direction == capture::Direction::Response);
}

SLUICE_TEST(recordsNoMoreThanItMay) {
  Rig rig;
  rig.start(Framing::untilClose(), &rig.kept, 4);
  LinkEnds::write(rig.server, "abc");
  QVERIFY(rig.untilCame(3));
  LinkEnds::write(rig.server, "defg");
  rig.server.close();
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QCOMPARE(end.totals.bytes, std::uint64_t{7});
  QCOMPARE(end.totals.capturedBytes, std::uint64_t{4});
  QCOMPARE(rig.recorded(), std::string("abcd"));
}

// A stored body is a beginning of the real one, without a gap.
SLUICE_TEST(recordsNothingMoreOnceSomethingWasRefused) {
  Rig rig;
  Refusing sink(1);
  rig.start(Framing::ofLength(9), &sink);
  for (const std::string piece : {"abc", "def", "ghi"}) {
    LinkEnds::write(rig.server, piece);
    const auto before = rig.came.size();
    QVERIFY(rig.untilCame(before + 3));
  }
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QCOMPARE(end.totals.bytes, std::uint64_t{9});
  QCOMPARE(end.totals.capturedBytes, std::uint64_t{3});
  QCOMPARE(sink.offered, 2);
}

SLUICE_TEST(blamesWhoEndedEarly) {
  for (const auto& framing : {Framing::ofLength(10), Framing::chunked()}) {
    Rig rig;
    rig.start(framing);
    LinkEnds::write(rig.server, "3\r\n");
    rig.server.close();
    QVERIFY(rig.untilEnded());
    const auto end = rig.relay->finish();
    QVERIFY(end.error.code == Code::EndedEarly && end.error.side == Side::Upstream);
  }
}

SLUICE_TEST(blamesWhoSentNonsense) {
  Rig rig;
  rig.start(Framing::chunked());
  LinkEnds::write(rig.server, "xyz\r\n");
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QVERIFY(end.error.code == Code::BadChunk && end.error.side == Side::Upstream);
}

SLUICE_TEST(endsWhenTheReceiverIsGone) {
  Rig rig;
  rig.start(Framing::untilClose());
  LinkEnds::reset(rig.browser);
  QVERIFY(test::runUntil(rig.loop, [&] { return rig.client.transport().peek().status == IoResult::Status::Failed; }));
  LinkEnds::write(rig.server, "x");
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QVERIFY(end.error.code == Code::ConnectionReset && end.error.side == Side::Client);
}

SLUICE_TEST(aFailureToldFromOutsideIsItsOutcome) {
  Rig source, sink;
  source.start(Framing::untilClose());
  source.relay->failSource({Code::IdleTimeout, Side::Upstream, 0, "silent"});
  QVERIFY(source.untilEnded());
  QCOMPARE(source.relay->finish().error.detail, std::string("silent"));
  sink.start(Framing::untilClose());
  sink.relay->failSink({Code::IdleTimeout, Side::Client, 0, "deaf"});
  QVERIFY(sink.untilEnded());
  QCOMPARE(sink.relay->finish().error.detail, std::string("deaf"));
}

SLUICE_TEST(cancelledItTellsHowFarItCameAndHoldsNothing) {
  Rig rig;
  rig.start(Framing::ofLength(100));
  LinkEnds::write(rig.server, "abc");
  QVERIFY(rig.untilCame(3));
  rig.relay->cancel();
  QVERIFY(!rig.relay->active() && rig.relay->isIdle());
  QCOMPARE(rig.relay->totals().bytes, std::uint64_t{3});
  QCOMPARE(rig.blocks.taken(), std::size_t{0});
}

SLUICE_TEST(servesOneBodyAfterTheOther) {
  Rig rig;
  for (int i = 0; i < 3; ++i) {
    rig.start(Framing::ofLength(2), &rig.kept);
    LinkEnds::write(rig.server, "ok");
    QVERIFY(rig.untilEnded());
    const auto end = rig.relay->finish();
    QVERIFY(end.error.code == Code::None && end.totals.bytes == 2 && !end.excess);
  }
  QCOMPARE(rig.recorded(), std::string("okokok"));
  QCOMPARE(rig.blocks.taken(), std::size_t{0});
}
