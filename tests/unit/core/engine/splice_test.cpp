#include "core/engine/splice.h"

#include "link_ends.h"
#include "tests/support/test.h"

using namespace sluice;
using engine::Splice;
using Stop = Splice::Stop;
using test::LinkEnds;

namespace {

struct Rig : LinkEnds {
  Splice splice{client, upstream, kernelPipes};

  // Until it stops for this reason. What it received and sent all along.
  Splice::Moved until(Stop stop, Splice::Receive receive = Splice::Receive::Yes) {
    Splice::Moved all;
    drive([&] {
      auto moved = splice.run(receive);
      all.received += moved.received;
      all.sent += moved.sent;
      all.stop = moved.stop;
      all.error = std::move(moved.error);
      return all.stop == stop;
    });
    return all;
  }
  // Somebody writes until the way is full.
  Splice::Moved fill() {
    much.assign(32 << 20, 'x');
    asio::async_write(browser, asio::buffer(much), [](const std::error_code&, std::size_t) {});
    return until(Stop::Blocked);
  }
  std::string much;
};

}  // namespace

SLUICE_TEST(movesWhatHasComeAndHoldsNothingThen) {
  if (!net::hasKernelPipes()) QSKIP("this system has no pipes of the kernel");
  Rig rig;
  QVERIFY(rig.splice.run(Splice::Receive::Yes).stop == Stop::Dry);
  LinkEnds::write(rig.browser, "abc");
  std::string came;
  std::uint64_t sent = 0;
  QVERIFY(rig.drive([&] {
    sent += rig.splice.run(Splice::Receive::Yes).sent;
    LinkEnds::readSome(rig.server, came);
    return came == "abc";
  }));
  QCOMPARE(sent, std::uint64_t{3});
  QVERIFY(!rig.splice.holds());
  QCOMPARE(rig.kernelPipes.taken(), std::size_t{0});
}

SLUICE_TEST(othersGetTheirTurn) {
  if (!net::hasKernelPipes()) QSKIP("this system has no pipes of the kernel");
  Rig rig;
  std::string all(32 << 20, 'x'), came;
  asio::async_write(rig.browser, asio::buffer(all), [](const std::error_code&, std::size_t) {});
  std::uint64_t most = 0;
  QVERIFY(rig.drive([&] {
    most = std::max(most, rig.splice.run(Splice::Receive::Yes).received);
    LinkEnds::readSome(rig.server, came);
    return came.size() == all.size();
  }));
  QVERIFY(most < limits::kPipeTurnBytes + net::kKernelPipeBytes);
}

SLUICE_TEST(withoutRoomItHoldsAndTakesNoMore) {
  if (!net::hasKernelPipes()) QSKIP("this system has no pipes of the kernel");
  Rig rig;
  const auto moved = rig.fill();
  QVERIFY(moved.stop == Stop::Blocked);
  QVERIFY(rig.splice.holds());
  QVERIFY(moved.received - moved.sent <= net::kKernelPipeBytes);
  QVERIFY(rig.splice.run(Splice::Receive::Yes).received == 0);
  QCOMPARE(rig.kernelPipes.taken(), std::size_t{1});
  rig.splice.cancel();
  QCOMPARE(rig.kernelPipes.taken(), std::size_t{0});
}

SLUICE_TEST(whatItHoldsGoesOutWithoutTakingMore) {
  if (!net::hasKernelPipes()) QSKIP("this system has no pipes of the kernel");
  Rig rig;
  const auto filled = rig.fill();
  std::uint64_t received = 0, sent = 0;
  std::string came;
  QVERIFY(rig.drive([&] {
    LinkEnds::readSome(rig.server, came);
    const auto moved = rig.splice.run(Splice::Receive::No);
    received += moved.received;
    sent += moved.sent;
    return moved.stop == Stop::LeftToCaller;
  }));
  QCOMPARE(received, std::uint64_t{0});
  QCOMPARE(filled.sent + sent, filled.received);
}

SLUICE_TEST(theEndOfTheStreamIsLeftToTheCaller) {
  if (!net::hasKernelPipes()) QSKIP("this system has no pipes of the kernel");
  Rig rig;
  rig.browser.close();
  QVERIFY(rig.until(Stop::LeftToCaller).stop == Stop::LeftToCaller);
  QVERIFY(rig.client.peek().status == IoResult::Status::End);
}

SLUICE_TEST(saysWhichEndFailed) {
  if (!net::hasKernelPipes()) QSKIP("this system has no pipes of the kernel");
  Rig source, sink;
  LinkEnds::reset(source.browser);
  const auto broken = source.until(Stop::SourceFailed);
  QVERIFY(broken.error.code == Code::ConnectionReset && broken.error.side == Side::Client);
  sink.fill();
  LinkEnds::reset(sink.server);
  const auto refused = sink.until(Stop::SinkFailed);
  QVERIFY(refused.error.code == Code::ConnectionReset && refused.error.side == Side::Upstream);
  QVERIFY(!sink.splice.holds());
}

SLUICE_TEST(withoutAPipeItLeavesAllToTheCaller) {
  Rig rig;
  std::vector<std::unique_ptr<net::KernelPipe>> others;
  while (auto pipe = rig.kernelPipes.take()) others.push_back(std::move(pipe));
  LinkEnds::write(rig.browser, "abc");
  QVERIFY(rig.until(Stop::LeftToCaller).stop == Stop::LeftToCaller);
  for (auto& pipe : others) rig.kernelPipes.give(std::move(pipe));
}
