// Bytes from socket to socket through a pipe of the kernel. Where the system has none, that is all there is to see.
#include "platform/net/kernel_pipe.h"

#include <asio/write.hpp>
#include <optional>
#include <string>

#include "platform/net/transport.h"
#include "platform/process.h"
#include "tests/support/test.h"
#include "tests/support/wire/socket_pair.h"

using namespace sluice;
using Status = IoResult::Status;

namespace {

// From `writer` to `from`, through the pipe, and from `to` to `reader`.
struct Rig {
  Rig() { platform::prepareServerProcess(); }

  bool comes(net::Transport& transport, Status what) {
    return test::runUntil(loop, [&] { return transport.peek().status == what; });
  }
  // Everything that has arrived so far.
  std::string read() {
    sockets.reader.far.non_blocking(true);
    std::string text(1 << 20, '\0');
    std::error_code code;
    text.resize(sockets.reader.far.read_some(asio::buffer(text), code));
    return text;
  }
  std::string readUntil(std::size_t bytes) {
    std::string all;
    test::runUntil(loop, [&] { return (all += read()).size() >= bytes; });
    return all;
  }

  asio::io_context loop;
  struct Sockets {
    explicit Sockets(asio::io_context& io) : writer(io), reader(io) {}
    test::SocketPair writer, reader;
  } sockets{loop};
  asio::ip::tcp::socket& writer = sockets.writer.far;
  net::Transport from{std::move(sockets.writer.near), Side::Client, {net::SendMode::Wait}};
  net::Transport to{std::move(sockets.reader.near), Side::Upstream, {net::SendMode::Wait}};
  net::KernelPipes pipes;
  std::unique_ptr<net::KernelPipe> pipe = pipes.take();
};

}  // namespace

SLUICE_TEST(thereIsOneWhereTheSystemHasThem) {
  net::KernelPipes pipes;
  auto pipe = pipes.take();
  QCOMPARE(pipe != nullptr, net::hasKernelPipes());
  QCOMPARE(pipes.taken(), std::size_t{pipe ? 1u : 0u});
  if (pipe) pipes.give(std::move(pipe));
  QCOMPARE(pipes.taken(), std::size_t{0});
}

SLUICE_TEST(bytesPassFromSocketToSocketAndAreCountedByBoth) {
  Rig rig;
  if (!rig.pipe) QSKIP("this system has no pipes of the kernel");
  QVERIFY(rig.from.receiveInto(*rig.pipe).status == Status::WouldBlock);
  asio::write(rig.writer, asio::buffer("through the kernel", 18));
  QVERIFY(rig.comes(rig.from, Status::Ok));
  const auto in = rig.from.receiveInto(*rig.pipe);
  QVERIFY(in.status == Status::Ok);
  QCOMPARE(in.bytes, std::size_t{18});
  QCOMPARE(rig.pipe->held(), std::size_t{18});
  QCOMPARE(rig.to.sendFrom(*rig.pipe).bytes, std::size_t{18});
  QCOMPARE(rig.pipe->held(), std::size_t{0});
  QCOMPARE(rig.readUntil(18), std::string("through the kernel"));
  QCOMPARE(rig.from.bytesReceived(), std::uint64_t{18});
  QCOMPARE(rig.to.bytesSent(), std::uint64_t{18});
}

SLUICE_TEST(whatFindsNoRoomStaysInThePipeAndFollowsInOrder) {
  Rig rig;
  if (!rig.pipe) QSKIP("this system has no pipes of the kernel");
  std::string much, read;
  for (int i = 0; much.size() < (24 << 20); ++i) much += std::to_string(i) + ' ';
  asio::async_write(rig.writer, asio::buffer(much), [](const std::error_code&, std::size_t) {});
  bool wasFull = false;
  QVERIFY(test::runUntil(rig.loop, [&] {
    for (;;) {
      const auto moved = rig.pipe->held() > 0 ? rig.to.sendFrom(*rig.pipe) : rig.from.receiveInto(*rig.pipe);
      if (moved.status != Status::Ok) break;
    }
    wasFull = wasFull || rig.pipe->held() > 0;
    if (wasFull) read += rig.read();
    return read.size() >= much.size();
  }));
  QVERIFY(wasFull);
  QVERIFY(read == much);
}

SLUICE_TEST(theEndOfTheStreamIsSeenAgainByWhoReads) {
  Rig rig;
  if (!rig.pipe) QSKIP("this system has no pipes of the kernel");
  rig.writer.close();
  QVERIFY(rig.comes(rig.from, Status::End));
  QVERIFY(rig.from.receiveInto(*rig.pipe).status == Status::End);
  QVERIFY(rig.from.peek().status == Status::End);
}

SLUICE_TEST(aResetIsAnErrorOnTheSideOfItsPeer) {
  Rig rig;
  if (!rig.pipe) QSKIP("this system has no pipes of the kernel");
  asio::write(rig.writer, asio::buffer("x", 1));
  QVERIFY(rig.comes(rig.from, Status::Ok));
  QVERIFY(rig.from.receiveInto(*rig.pipe).status == Status::Ok);
  for (auto* far : {&rig.sockets.reader.far, &rig.writer}) {
    far->set_option(asio::socket_base::linger(true, 0));
    far->close();
  }
  QVERIFY(test::runUntil(rig.loop, [&] { return rig.to.peek().status == Status::Failed; }));
  const auto sent = rig.to.sendFrom(*rig.pipe);
  QVERIFY(sent.status == Status::Failed);
  QVERIFY(sent.error.code == Code::ConnectionReset && sent.error.side == Side::Upstream);
  auto other = rig.pipes.take();
  IoResult received;
  QVERIFY(test::runUntil(rig.loop, [&] { return (received = rig.from.receiveInto(*other)).status != Status::WouldBlock; }));
  QVERIFY(received.status == Status::Failed);
  QVERIFY(received.error.code == Code::ConnectionReset && received.error.side == Side::Client);
}

SLUICE_TEST(nothingPassesThroughAClosedTransport) {
  Rig rig;
  if (!rig.pipe) QSKIP("this system has no pipes of the kernel");
  rig.from.close(net::CloseKind::Orderly);
  QVERIFY(rig.from.receiveInto(*rig.pipe).status == Status::Failed);
}

SLUICE_TEST(thereAreNoMoreOfThemThanTheirNumber) {
  net::KernelPipes pipes;
  std::vector<std::unique_ptr<net::KernelPipe>> taken;
  while (auto pipe = pipes.take()) {
    taken.push_back(std::move(pipe));
    QVERIFY(taken.size() <= net::kKernelPipesMax);
  }
  if (taken.empty()) QSKIP("this system has no pipes of the kernel");
  pipes.give(std::move(taken.back()));
  taken.pop_back();
  auto again = pipes.take();
  QVERIFY(again != nullptr);
  taken.push_back(std::move(again));
  for (auto& pipe : taken) pipes.give(std::move(pipe));
  QCOMPARE(pipes.taken(), std::size_t{0});
}

// Bytes of one connection must never come out on another.
SLUICE_TEST(aPipeThatComesBackWithBytesIsNotHandedOutAgain) {
  Rig rig;
  if (!rig.pipe) QSKIP("this system has no pipes of the kernel");
  asio::write(rig.writer, asio::buffer("secret", 6));
  QVERIFY(rig.comes(rig.from, Status::Ok));
  QVERIFY(rig.from.receiveInto(*rig.pipe).status == Status::Ok);
  rig.pipes.give(std::move(rig.pipe));
  auto other = rig.pipes.take();
  QVERIFY(other != nullptr);
  QCOMPARE(other->held(), std::size_t{0});
  asio::write(rig.writer, asio::buffer("open", 4));
  QVERIFY(rig.comes(rig.from, Status::Ok));
  QCOMPARE(rig.from.receiveInto(*other).bytes, std::size_t{4});
  QCOMPARE(rig.to.sendFrom(*other).bytes, std::size_t{4});
  QCOMPARE(rig.readUntil(4), std::string("open"));
}
