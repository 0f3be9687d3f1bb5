#include "core/engine/tunnel.h"

#include "link_ends.h"
#include "tests/support/pipe/fakes.h"
#include "tests/support/test.h"

using namespace sluice;
using engine::Tunnel;
using test::LinkEnds;

namespace {

struct Rig : LinkEnds {
  OwnedRelay up = makeRelay();
  OwnedRelay down = makeRelay();
  Tunnel tunnel;
  std::string atServer, atBrowser;
  bool serverSawEnd = false, browserSawEnd = false;
  bool over = false;

  void open(const Tunnel::Opening& opening = {}) { tunnel.open(client, upstream, {*up, *down}, opening, {}, {}); }
  ~Rig() { tunnel.cancel(); }

  // Until the condition holds; the tunnel moves meanwhile.
  template <class Condition>
  bool until(Condition holds) {
    return drive([&] {
      over = over || tunnel.run(now());
      if (server.is_open()) serverSawEnd = readSome(server, atServer) || serverSawEnd;
      if (browser.is_open()) browserSawEnd = readSome(browser, atBrowser) || browserSawEnd;
      return holds();
    });
  }
};

// Numbers, so that nothing can be lost, doubled or change places unseen.
std::string numbered(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ' ';
  return text;
}

void writeLater(asio::ip::tcp::socket& socket, const std::string& text) {
  asio::async_write(socket, asio::buffer(text), [](const std::error_code&, std::size_t) {});
}

constexpr std::size_t kMuch = 16 << 20;  // more than all the sockets on its way hold

}  // namespace

SLUICE_TEST(passesBytesBothWaysAndCountsThem) {
  Rig rig;
  rig.open();
  LinkEnds::write(rig.browser, "ping");
  LinkEnds::write(rig.server, "pong!");
  QVERIFY(rig.until([&] { return rig.atServer == "ping" && rig.atBrowser == "pong!"; }));
  QVERIFY(!rig.over);
  rig.browser.close();
  rig.server.close();
  QVERIFY(rig.until([&] { return rig.over; }));
  const auto end = rig.tunnel.finish();
  QVERIFY(end.error.code == Code::None);
  QCOMPARE(end.up.bytes, std::uint64_t{4});
  QCOMPARE(end.down.bytes, std::uint64_t{5});
  QVERIFY(!rig.tunnel.isOpen());
}

SLUICE_TEST(whatCameWithTheHeadsGoesFirst) {
  Rig rig;
  rig.open({asBytes("early "), asBytes("banner ")});
  LinkEnds::write(rig.browser, "late");
  LinkEnds::write(rig.server, "more");
  QVERIFY(rig.until([&] { return rig.atServer == "early late" && rig.atBrowser == "banner more"; }));
}

SLUICE_TEST(eachDirectionEndsByItself) {
  Rig rig;
  rig.open();
  LinkEnds::write(rig.browser, "question");
  rig.browser.shutdown(asio::ip::tcp::socket::shutdown_send);
  QVERIFY(rig.until([&] { return rig.serverSawEnd; }));
  QCOMPARE(rig.atServer, std::string("question"));
  QVERIFY(!rig.over && !rig.browserSawEnd);
  LinkEnds::write(rig.server, "answer");
  rig.server.shutdown(asio::ip::tcp::socket::shutdown_send);
  QVERIFY(rig.until([&] { return rig.browserSawEnd; }));
  QCOMPARE(rig.atBrowser, std::string("answer"));
  QVERIFY(rig.over);
}

SLUICE_TEST(aResetEndsBothDirectionsAndNamesItsSide) {
  for (const Side side : {Side::Client, Side::Upstream}) {
    Rig rig;
    rig.open();
    LinkEnds::reset(side == Side::Client ? rig.browser : rig.server);
    QVERIFY(rig.until([&] { return rig.over; }));
    const auto end = rig.tunnel.finish();
    QVERIFY(end.error.code == Code::ConnectionReset);
    QVERIFY(end.error.side == side);
    rig.closeUntil([&] { return rig.blocks.taken() == 0; });
    QCOMPARE(rig.blocks.taken(), std::size_t{0});
  }
}

SLUICE_TEST(theFirstFailureIsTheOneThatIsTold) {
  Rig rig;
  rig.open();
  rig.tunnel.fail({Code::IdleTimeout, Side::Local, 0, "silent"});
  LinkEnds::reset(rig.server);
  QVERIFY(test::runUntil(rig.loop, [&] { return rig.upstream.transport().peek().status == IoResult::Status::Failed; }));
  QVERIFY(rig.tunnel.run(rig.now()));
  QCOMPARE(rig.tunnel.finish().error.detail, std::string("silent"));
}

SLUICE_TEST(cancelledItHoldsNothingAndCanBeOpenedAgain) {
  Rig rig;
  rig.open();
  LinkEnds::write(rig.browser, "x");
  QVERIFY(rig.until([&] { return rig.atServer == "x"; }));
  rig.tunnel.cancel();
  QVERIFY(!rig.tunnel.isOpen());
  QVERIFY(rig.untilNothingIsHeld());
  rig.open();
  LinkEnds::write(rig.server, "y");
  QVERIFY(rig.until([&] { return rig.atBrowser == "y"; }));
}

// --- Rest.

namespace {

// One that rests whenever it may, and is given other relays each time.
struct RestingRig : Rig {
  int rests = 0;
  int shortFromTheStart = 0;  // relays of which nothing went through memory

  bool until(const std::function<bool()>& holds) {
    return drive([&] {
      if (tunnel.rests() && tunnel.isCalled()) {
        up = makeRelay();
        down = makeRelay();
        tunnel.wake({*up, *down}, {}, {});
      }
      over = over || tunnel.run(now());
      if (!over && tunnel.mayRest()) {
        const auto passed = down->totals().bytes;
        if (passed > 0 && passed == down->bytesSpliced()) ++shortFromTheStart;
        tunnel.rest();
        ++rests;
      }
      if (server.is_open()) serverSawEnd = readSome(server, atServer) || serverSawEnd;
      if (browser.is_open()) browserSawEnd = readSome(browser, atBrowser) || browserSawEnd;
      return holds();
    });
  }
};

}  // namespace

SLUICE_TEST(whileNothingMovesItHasNoRelaysAndCountsOn) {
  RestingRig rig;
  rig.open({asBytes("early "), {}});
  std::string asked = "early ", answered;
  for (int i = 0; i < 5; ++i) {
    LinkEnds::write(rig.browser, "ping");
    asked += "ping";
    QVERIFY(rig.until([&] { return rig.atServer == asked && rig.tunnel.rests(); }));
    QVERIFY(rig.untilNothingIsHeld());
    LinkEnds::write(rig.server, "pong!");
    answered += "pong!";
    QVERIFY(rig.until([&] { return rig.atBrowser == answered && rig.tunnel.rests(); }));
  }
  QVERIFY(rig.rests >= 10);
  QCOMPARE(rig.tunnel.upTotals().bytes, asked.size());
  rig.browser.close();
  QVERIFY(rig.until([&] { return rig.serverSawEnd; }));
  QVERIFY(!rig.over);
  rig.server.close();
  QVERIFY(rig.until([&] { return rig.over; }));
  const auto end = rig.tunnel.finish();
  QVERIFY(end.error.code == Code::None);
  QCOMPARE(end.up.bytes, asked.size());
  QCOMPARE(end.down.bytes, answered.size());
}

SLUICE_TEST(withOneDirectionEndedTheOtherRestsAndGoesOn) {
  RestingRig rig;
  rig.open();
  LinkEnds::write(rig.browser, "question");
  rig.browser.shutdown(asio::ip::tcp::socket::shutdown_send);
  QVERIFY(rig.until([&] { return rig.serverSawEnd && rig.tunnel.rests(); }));
  QVERIFY(!rig.tunnel.readsClient() && rig.tunnel.readsUpstream());
  const auto before = rig.rests;
  LinkEnds::write(rig.server, "answer");
  QVERIFY(rig.until([&] { return rig.atBrowser == "answer" && rig.tunnel.rests() && rig.rests > before; }));
  rig.server.shutdown(asio::ip::tcp::socket::shutdown_send);
  QVERIFY(rig.until([&] { return rig.over; }));
  const auto end = rig.tunnel.finish();
  QCOMPARE(end.up.bytes, std::uint64_t{8});
  QCOMPARE(end.down.bytes, std::uint64_t{6});
}

SLUICE_TEST(ofMuchNothingIsLostAndTheShortWayStaysKnown) {
  RestingRig rig;
  rig.open();
  const auto part = numbered(1 << 20);
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += part;
    writeLater(rig.server, part);
    QVERIFY(rig.until([&] { return rig.atBrowser.size() >= all.size() && rig.tunnel.rests(); }));
    QCOMPARE(rig.kernelPipes.taken(), std::size_t{0});
  }
  QVERIFY(rig.atBrowser == all);
  QCOMPARE(rig.tunnel.downTotals().bytes, all.size());
  if (rig.splices()) QVERIFY(rig.shortFromTheStart > 0);
}

SLUICE_TEST(restingItIsResetFailedAndCancelled) {
  for (const bool reset : {true, false}) {
    RestingRig rig;
    rig.open();
    LinkEnds::write(rig.browser, "x");
    QVERIFY(rig.until([&] { return rig.atServer == "x" && rig.tunnel.rests(); }));
    rig.tunnel.adapt({}, {});
    if (reset) {
      LinkEnds::reset(rig.server);
    } else {
      rig.tunnel.fail({Code::IdleTimeout, Side::Local, 0, "silent"});
    }
    QVERIFY(rig.until([&] { return rig.over; }));
    QVERIFY(rig.tunnel.finish().error.code == (reset ? Code::ConnectionReset : Code::IdleTimeout));
  }
  RestingRig rig;
  rig.open();
  LinkEnds::write(rig.browser, "x");
  QVERIFY(rig.until([&] { return rig.tunnel.rests() && rig.atServer == "x"; }));
  rig.tunnel.cancel();
  QVERIFY(!rig.tunnel.isOpen() && !rig.tunnel.rests());
}

// --- The short way: past this process.

SLUICE_TEST(muchThatNobodyLooksAtTakesTheShortWayAndIsCounted) {
  Rig rig;
  rig.open({asBytes("early "), {}});
  const auto up = numbered(kMuch), down = numbered(kMuch + 77);
  writeLater(rig.browser, up);
  writeLater(rig.server, down);
  QVERIFY(rig.until([&] { return rig.atServer.size() >= up.size() + 6 && rig.atBrowser.size() >= down.size(); }));
  QVERIFY(rig.atServer == "early " + up);
  QVERIFY(rig.atBrowser == down);
  if (rig.splices()) QVERIFY(rig.up->bytesSpliced() > 0 && rig.down->bytesSpliced() > 0);
  // Idle, it holds neither a pipe nor a block; on Windows that it is idle shows a turn after the last byte has arrived.
  QVERIFY(rig.until([&] { return rig.kernelPipes.taken() == 0 && rig.blocks.taken() == 0; }));
  rig.browser.close();
  rig.server.close();
  QVERIFY(rig.until([&] { return rig.over; }));
  const auto end = rig.tunnel.finish();
  QVERIFY(end.error.code == Code::None);
  QCOMPARE(end.up.bytes, std::uint64_t{up.size() + 6});
  QCOMPARE(end.up.wireBytes, end.up.bytes);
  QCOMPARE(end.down.bytes, std::uint64_t{down.size()});
  QCOMPARE(rig.client.transport().bytesReceived() + 6, end.up.bytes);
  QCOMPARE(rig.upstream.transport().bytesSent(), end.up.bytes);
}

SLUICE_TEST(theEndComesBehindWhatTookTheShortWay) {
  Rig rig;
  rig.open();
  const auto question = numbered(kMuch);
  asio::async_write(rig.browser, asio::buffer(question), [&](const std::error_code&, std::size_t) {
    rig.browser.shutdown(asio::ip::tcp::socket::shutdown_send);
  });
  QVERIFY(rig.until([&] { return rig.serverSawEnd; }));
  QVERIFY(rig.atServer == question);
  QVERIFY(!rig.over && !rig.browserSawEnd);
  LinkEnds::write(rig.server, "answer");
  rig.server.close();
  QVERIFY(rig.until([&] { return rig.over; }));
  QCOMPARE(rig.tunnel.finish().error.code, Code::None);
  QCOMPARE(rig.atBrowser, std::string("answer"));
}

// The one who sends, and the one who takes nothing more while a pipe is full for him.
SLUICE_TEST(aResetOnTheShortWayEndsBothDirectionsAndNamesItsSide) {
  for (const Side side : {Side::Client, Side::Upstream}) {
    Rig rig;
    rig.open();
    const auto much = numbered(2 * kMuch);
    writeLater(rig.browser, much);
    QVERIFY(rig.until([&] { return rig.atServer.size() > kMuch / 2; }));
    QVERIFY(!rig.splices() || rig.up->bytesSpliced() > 0);
    LinkEnds::reset(side == Side::Client ? rig.browser : rig.server);
    QVERIFY(rig.until([&] { return rig.over; }));
    const auto end = rig.tunnel.finish();
    QVERIFY(end.error.code == Code::ConnectionReset);
    QVERIFY(end.error.side == side);
    QCOMPARE(rig.kernelPipes.taken(), std::size_t{0});
    rig.closeUntil([&] { return rig.blocks.taken() == 0; });
    QCOMPARE(rig.blocks.taken(), std::size_t{0});
  }
}

SLUICE_TEST(whoeverIsSlowedDownMeanwhileTakesTheLongWay) {
  Rig rig;
  rig.open();
  const auto much = numbered(2 * kMuch);
  writeLater(rig.browser, much);
  QVERIFY(rig.until([&] { return rig.atServer.size() > kMuch / 2; }));
  test::ScriptedLimiter limiter;
  limiter.allowed = std::size_t{1} << 40;
  rig.upstream.writer().setLimiter(&limiter);
  const auto before = rig.up->bytesSpliced();
  QVERIFY(rig.until([&] { return rig.atServer.size() >= much.size(); }));
  QVERIFY(rig.atServer == much);
  QCOMPARE(rig.up->bytesSpliced(), before);
  QVERIFY(limiter.passed > 0);
  rig.upstream.writer().setLimiter(nullptr);
}

SLUICE_TEST(whatSomebodyLooksAtTakesTheLongWay) {
  struct Watcher final : pipe::BodyTap {
    void onBody(Bytes payload) override { seen += payload.size(); }
    std::size_t seen = 0;
  } watcher;
  Rig rig;
  Tunnel::Opening opening;
  opening.upWatcher = &watcher;
  rig.open(opening);
  const auto much = numbered(kMuch);
  writeLater(rig.browser, much);
  QVERIFY(rig.until([&] { return rig.atServer.size() >= much.size(); }));
  QCOMPARE(rig.up->bytesSpliced(), std::uint64_t{0});
  QCOMPARE(watcher.seen, much.size());
}

SLUICE_TEST(whereNoPipeIsLeftItGoesThroughMemory) {
  Rig rig;
  std::vector<std::unique_ptr<net::KernelPipe>> others;
  while (auto pipe = rig.kernelPipes.take()) others.push_back(std::move(pipe));
  rig.open();
  const auto much = numbered(kMuch);
  writeLater(rig.browser, much);
  QVERIFY(rig.until([&] { return rig.atServer.size() >= much.size(); }));
  QVERIFY(rig.atServer == much);
  QCOMPARE(rig.up->bytesSpliced(), std::uint64_t{0});
  for (auto& pipe : others) rig.kernelPipes.give(std::move(pipe));
}
