// Ranges of files, through the transport that sends them.
#include "platform/net/send_file.h"

#include <string>

#include "platform/file.h"
#include "platform/net/transport.h"
#include "platform/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "transport_rig.h"

using namespace sluice;
using Status = IoResult::Status;

namespace {

struct Rig {
  explicit Rig(std::string_view content) : file(platform::openTemporary(directory.path()).value()) {
    const Bytes piece = asBytes(content);
    written = platform::writeAt(file.get(), {&piece, 1}, 0, "file").has_value();
    platform::prepareServerProcess();
  }

  std::string receive(std::size_t count) {
    std::string all(count, '\0');
    std::size_t got = 0;
    const bool came = test::runUntil(loop, [&] {
      got += pair.far.read_some(asio::buffer(all.data() + got, count - got));
      return got == count;
    });
    return came ? all : std::string();
  }

  test::TemporaryDirectory directory;
  asio::io_context loop;
  test::SocketPair pair{loop};
  net::Transport near{std::move(pair.near), Side::Client, test::strategy()};
  platform::OwnedHandle file;
  bool written = false;
};

}  // namespace

SLUICE_TEST(sendsTheRangeAndNothingElse) {
  Rig rig("0123456789");
  QVERIFY(rig.written);
  const auto result = rig.near.sendFile(rig.file.get(), 3, 4);
  QVERIFY(result.status == Status::Ok);
  QCOMPARE(result.bytes, std::size_t{4});
  QCOMPARE(rig.near.bytesSent(), std::uint64_t{4});
  QCOMPARE(rig.receive(4), std::string("3456"));
}

SLUICE_TEST(sendsWhatThereIsOfAFileThatBecameShorter) {
  Rig rig("0123456789");
  const auto result = rig.near.sendFile(rig.file.get(), 6, 100);
  QVERIFY(result.status == Status::Ok);
  QCOMPARE(result.bytes, std::size_t{4});
  QCOMPARE(rig.receive(4), std::string("6789"));
}

SLUICE_TEST(aFileThatEndsBeforeTheRangeIsTold) {
  Rig rig("0123456789");
  const auto result = rig.near.sendFile(rig.file.get(), 10, 5);
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::FileChanged && result.error.side == Side::Local);
  QCOMPARE(rig.near.bytesSent(), std::uint64_t{0});
}

SLUICE_TEST(takesNoMoreThanTheStreamDoes) {
  Rig rig(std::string(32 << 20, 'x'));
  std::uint64_t sent = 0;
  for (;;) {
    const auto result = rig.near.sendFile(rig.file.get(), sent, (32 << 20) - sent);
    if (result.status == Status::WouldBlock) break;
    QVERIFY(result.status == Status::Ok);
    sent += result.bytes;
    QVERIFY(sent < 32 << 20);
  }
  QVERIFY(sent > 0);
}

SLUICE_TEST(aPeerThatIsGoneIsItsOwnFault) {
  Rig rig("0123456789");
  rig.pair.far.set_option(asio::socket_base::linger(true, 0));
  rig.pair.far.close();
  QVERIFY(test::runUntil(rig.loop, [&] { return rig.near.peek().status == Status::Failed; }));
  const auto result = rig.near.sendFile(rig.file.get(), 0, 10);
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.side == Side::Client && result.error.code == Code::ConnectionReset);
}
