#include "core/engine/tunnel.h"

#include "link_ends.h"
#include "tests/support/test.h"

using namespace sluice;
using engine::Tunnel;
using test::LinkEnds;

namespace {

struct Rig : LinkEnds {
  std::unique_ptr<engine::Relay> up = makeRelay();
  std::unique_ptr<engine::Relay> down = makeRelay();
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
  QCOMPARE(rig.blocks.taken(), std::size_t{0});
  rig.open();
  LinkEnds::write(rig.server, "y");
  QVERIFY(rig.until([&] { return rig.atBrowser == "y"; }));
}
