#include "core/engine/relay.h"

#include <algorithm>
#include <fstream>

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
  OwnedRelay relay = makeRelay();
  test::Kept kept;
  std::string came;  // to the browser

  // From upstream to the client, through a file.
  void startSpilling(const Framing& framing, std::uint64_t bytesMax = 1 << 20) {
    pipe::Settings settings;
    settings.overflow = pipe::Overflow::Spill;
    relay->start(upstream, client, Side::Upstream, framing, {}, settings,
                 {&kept, ExchangeId{7}, capture::Direction::Response, bytesMax});
  }
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

SLUICE_TEST(theSpillFileOfALargeBodyIsItsRecord) {
  Rig rig;
  const std::string body(300'000, 'x');
  rig.startSpilling(Framing::ofLength(body.size()));
  LinkEnds::write(rig.server, body.substr(0, 200'000));
  QVERIFY(rig.drive([&] {
    rig.relay->process(LinkEnds::now());
    rig.readSome(rig.browser, rig.came);
    return rig.kept.all<capture::BodyInFile>().size() > 0;
  }));
  LinkEnds::write(rig.server, body.substr(200'000));
  QVERIFY(rig.untilCame(body.size()));
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QCOMPARE(end.totals.bytes, std::uint64_t{300'000});
  QCOMPARE(end.totals.capturedBytes, std::uint64_t{300'000});
  QVERIFY(rig.came == body);
  QVERIFY(rig.recorded().empty());  // nothing was copied
  const auto told = rig.kept.all<capture::BodyInFile>();
  QVERIFY(told.back().bytes == 300'000 && told.back().exchange == ExchangeId{7});
  QCOMPARE(std::filesystem::file_size(rig.directory / "7.response"), std::uintmax_t{300'000});
}

SLUICE_TEST(whatIsNoWholeRecordIsCopiedAsItPasses) {
  const std::string body(200'000, 'x');
  const std::string inChunks = "30d40\r\n" + body + "\r\n0\r\n\r\n";
  const auto recordedAs = [&](const Framing& framing, const std::string& wire, std::uint64_t bytesMax) {
    Rig rig;
    rig.startSpilling(framing, bytesMax);
    LinkEnds::write(rig.server, wire);
    if (framing.kind == Framing::Kind::UntilClose) rig.server.close();
    const bool ended = rig.untilCame(wire.size()) && rig.untilEnded();
    const bool inFile = !rig.kept.all<capture::BodyInFile>().empty();
    return std::pair(ended && !inFile, rig.recorded().size());
  };
  QVERIFY(recordedAs(Framing::chunked(), inChunks, 1 << 20) == std::pair(true, body.size()));
  QVERIFY(recordedAs(Framing::untilClose(), body, 1 << 20) == std::pair(true, body.size()));
  QVERIFY(recordedAs(Framing::ofLength(200'000), body, 199'999) == std::pair(true, std::size_t{199'999}));
  QVERIFY(recordedAs(Framing::ofLength(1'000), body.substr(0, 1'000), 1 << 20) == std::pair(true, std::size_t{1'000}));
}

SLUICE_TEST(aBodyWhoseNameIsTakenPassesUnrecorded) {
  Rig rig;
  std::ofstream(rig.directory / "7.response") << "older";
  const std::string body(300'000, 'x');
  rig.startSpilling(Framing::ofLength(body.size()));
  LinkEnds::write(rig.server, body);
  QVERIFY(rig.untilCame(body.size()));
  QVERIFY(rig.untilEnded());
  const auto end = rig.relay->finish();
  QVERIFY(end.error.code == Code::None);
  QCOMPARE(end.totals.capturedBytes, std::uint64_t{0});
  QVERIFY(rig.came == body);
  QVERIFY(rig.kept.records().empty());
  QCOMPARE(std::filesystem::file_size(rig.directory / "7.response"), std::uintmax_t{5});
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
  QVERIFY(!rig.relay->active());
  QCOMPARE(rig.relay->totals().bytes, std::uint64_t{3});
  QVERIFY(rig.untilNothingIsHeld());
  QVERIFY(rig.relay->isIdle());
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
  QVERIFY(rig.untilNothingIsHeld());
}

// Which then would have to run empty before it is taken: full blocks alone never do.
SLUICE_TEST(whatGoesOnInFullBlocksTakesNoShortWay) {
  Rig rig;
  pipe::Settings settings;
  settings.delivery = pipe::Delivery::Buffered;
  rig.relay->start(rig.upstream, rig.client, Side::Upstream, Framing::untilClose(), {}, settings, {});
  const std::string much(100'000, 'm');
  for (std::size_t sent = much.size(); sent <= 4 * much.size(); sent += much.size()) {
    LinkEnds::write(rig.server, much);
    QVERIFY(rig.untilCame(sent - limits::kBlockBytes + 1));
  }
  rig.server.shutdown(asio::ip::tcp::socket::shutdown_send);
  QVERIFY(rig.untilCame(4 * much.size()));
  QVERIFY(rig.untilEnded());
  QCOMPARE(rig.relay->finish().error.code, Code::None);
}

// --- A block that a wait owns, where the strategy has waits own any.

namespace {

struct LendingRig : Rig {
  // In the midst of a body, of which nothing more has come.
  bool untilLent() {
    start(Framing::untilClose());
    const std::string much(3 * net::kMuchBytes, 'x');
    asio::async_write(server, asio::buffer(much), [](const std::error_code&, std::size_t) {});
    return untilCame(much.size()) && blocks.taken() > 0;
  }
};

}  // namespace

SLUICE_TEST(aBlockThatAWaitOwnsComesBackWhenNothingComes) {
  LendingRig rig;
  if (!rig.upstream.lends()) QSKIP("waits own nothing here");
  QVERIFY(rig.untilLent());
  QVERIFY(!rig.relay->mayRest());
  QVERIFY(rig.drive([&] {
    rig.relay->process(rig.now());
    return rig.relay->mayRest() && rig.blocks.taken() == 0;
  }));
  LinkEnds::write(rig.server, "more");
  QVERIFY(rig.untilCame(3 * net::kMuchBytes + 4));
}

SLUICE_TEST(aBlockThatAWaitOwnsOutlivesTheRelaysRunUntilTheConnectionIsClosed) {
  LendingRig rig;
  if (!rig.upstream.lends()) QSKIP("waits own nothing here");
  QVERIFY(rig.untilLent());
  rig.relay->cancel();
  QVERIFY(!rig.relay->isIdle());
  QCOMPARE(rig.blocks.taken(), std::size_t{1});
  rig.closeUntil([&] { return rig.relay->isIdle(); });
  QCOMPARE(rig.blocks.taken(), std::size_t{0});
}

SLUICE_TEST(whatCameIntoABlockOfARelayThatWasCancelledIsNotLost) {
  LendingRig rig;
  if (!rig.upstream.lends()) QSKIP("waits own nothing here");
  QVERIFY(rig.untilLent());
  rig.relay->cancel();
  LinkEnds::write(rig.server, "for whoever is next");
  std::array<std::byte, 100> buffer{};
  std::string text;
  QVERIFY(rig.drive([&] {
    const MutableBytes piece(buffer);
    const auto result = rig.upstream.receive({&piece, 1});
    text += asText(Bytes(buffer).first(result.bytes));
    return text == "for whoever is next";
  }));
  QVERIFY(rig.relay->isIdle());
}

namespace {

// A body in which every byte tells where it stands.
std::string pieceOf(std::size_t begin, std::size_t count) {
  std::string text(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = begin + i;
    text[i] = static_cast<char>((at >> 8 * (at % 4)) ^ at * 31);
  }
  return text;
}

}  // namespace

// The system has the pages of a file that it has been given, not their bytes, until the peer has taken them.
SLUICE_TEST(whatIsOnItsWayFromTheSpillFileIsNotWrittenOver) {
  constexpr std::size_t kRound = 16 << 20, kLeftInTheSystem = 1 << 20, kRounds = 3;
  Rig rig;
  pipe::Settings settings;
  settings.overflow = pipe::Overflow::Spill;
  rig.relay->start(rig.upstream, rig.client, Side::Upstream, Framing::ofLength(kRounds * kRound), {}, settings, {});
  rig.server.non_blocking(true);
  rig.browser.non_blocking(true);
  rig.browser.set_option(asio::socket_base::receive_buffer_size(64 << 10));
  std::size_t read = 0;
  for (std::size_t round = 1; round <= kRounds; ++round) {
    const std::string more = pieceOf((round - 1) * kRound, kRound);
    std::size_t written = 0;
    QVERIFY(rig.drive([&] {
      std::error_code code;
      written += rig.server.write_some(asio::buffer(more) + written, code);
      if (rig.relay->active()) rig.relay->process(rig.now());
      return written == more.size() && rig.upstream.transport().bytesReceived() == round * kRound;
    }));
    std::string& came = rig.came;
    const std::size_t wanted = round * kRound - (round < kRounds ? kLeftInTheSystem : 0);
    came.resize(wanted);
    QVERIFY(rig.drive([&] {
      std::error_code code;
      read += rig.browser.read_some(asio::buffer(came.data() + read, wanted - read), code);
      if (rig.relay->active()) rig.relay->process(rig.now());
      return read == wanted;
    }));
  }
  const std::string body = pieceOf(0, kRounds * kRound);
  const auto differs = std::mismatch(body.begin(), body.end(), rig.came.begin(), rig.came.end()).first - body.begin();
  QCOMPARE(static_cast<std::size_t>(differs), body.size());
}
