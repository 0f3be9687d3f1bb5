// Ranges of files that the system reads and sends by itself, whatever the strategy of this edition is.
#include "platform/net/transmit_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "platform/file.h"
#include "tests/support/temporary_directory.h"
#include "transport_rig.h"

using namespace sluice;
using namespace sluice::test;
using net::CloseKind;

namespace {

constexpr std::size_t kInFlight = net::kTransmittedBytesMax;

std::string manyBytes(std::size_t count) {
  std::string all(count, '\0');
  std::uint32_t state = 1;
  for (auto& each : all) each = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return all;
}

// The system has little room for what is sent: most of it is in flight until it is read.
struct TransmitRig {
  explicit TransmitRig(std::size_t bytes) : content(manyBytes(bytes)) {
    SocketPair pair(loop);
    pair.near.set_option(asio::socket_base::send_buffer_size(16 * 1024));
    pair.far.set_option(asio::socket_base::receive_buffer_size(16 * 1024));
    auto transmit = net::nativeStrategy();
    transmit.fileMode = net::FileMode::Transmit;
    near.emplace(std::move(pair.near), Side::Client, transmit);
    far.emplace(std::move(pair.far), Side::Upstream);
    near->setHandler(&heard);
    std::ofstream(path(), std::ios::binary) << content;
    file = platform::openForReading(path()).value().handle;
  }

  std::filesystem::path path() const { return directory.path() / "file"; }
  IoResult sendFrom(std::size_t offset) { return near->sendFile(file.get(), offset, content.size() - offset); }
  // Its first operation.
  bool begin() {
    const auto result = sendFrom(0);
    near->waitWritable();
    return result.status == Status::Ok && result.bytes == std::min(content.size(), kInFlight) && !isOver();
  }
  bool isOver() {
    loop.restart();
    while (loop.poll() > 0) {
    }
    return heard.writable > 0;
  }
  void receiveSome() {
    std::array<std::byte, 10'000> buffer;
    const MutableBytes piece(buffer);
    last = far->receive({&piece, 1});
    received += asText(Bytes(buffer).first(last.bytes));
  }
  bool untilWritable() {
    return runUntil(loop, [&] { return heard.writable == 1; });
  }
  bool untilReceived(std::size_t count) {
    return runUntil(loop, [&] { return receiveSome(), received.size() >= count; });
  }
  bool untilFarHas(Status status) {
    return runUntil(loop, [&] { return receiveSome(), last.status == status; });
  }

  TemporaryDirectory directory;
  const std::string content;
  asio::io_context loop;
  Announced heard;
  platform::OwnedHandle file;
  std::optional<Transport> near;
  std::optional<Transport> far;
  IoResult last;
  std::string received;
};

}  // namespace

SLUICE_TEST(aFileOfSeveralOperationsArrivesAsItIs) {
  struct Sender final : Transport::Handler {
    explicit Sender(TransmitRig& of) : rig(of) {}
    void onReadable() override {}
    void onWritable() override {
      for (; sent < rig.content.size(); sent += result.bytes) {
        result = rig.sendFrom(sent);
        if (result.status != Status::Ok) return rig.near->waitWritable();
        ++operations;
      }
    }
    TransmitRig& rig;
    IoResult result;
    std::size_t sent = 0;
    int operations = 0;
  };
  TransmitRig rig(5 * kInFlight + 4321);
  Sender sender(rig);
  rig.near->setHandler(&sender);
  sender.onWritable();
  QVERIFY(rig.untilReceived(rig.content.size()));
  QVERIFY(rig.received == rig.content);
  QCOMPARE(sender.operations, 6);
  QCOMPARE(rig.near->bytesSent(), std::uint64_t{rig.content.size()});
}

SLUICE_TEST(oneOperationIsInFlightAndItsEndIsAnnounced) {
  TransmitRig rig(2 * kInFlight);
  QVERIFY(rig.begin());
  QVERIFY(rig.sendFrom(kInFlight).status == Status::WouldBlock);
  const Bytes piece = asBytes("not between");
  QVERIFY(rig.near->send({&piece, 1}).status == Status::WouldBlock);
  QVERIFY(rig.untilReceived(kInFlight));
  QVERIFY(rig.untilWritable());
  QVERIFY(rig.near->send({&piece, 1}).status == Status::Ok);
  QVERIFY(rig.untilReceived(kInFlight + piece.size()));
  QVERIFY(rig.received == rig.content.substr(0, kInFlight) + "not between");
}

SLUICE_TEST(aFileThatIsClosedAtOnceIsSentAllTheSame) {
  TransmitRig rig(kInFlight);
  QVERIFY(rig.begin());
  rig.file = {};
  QVERIFY(rig.untilReceived(kInFlight));
  QVERIFY(rig.received == rig.content);
}

SLUICE_TEST(aFileThatIsCutWhileItIsSentIsTold) {
  TransmitRig rig(kInFlight);
  QVERIFY(rig.begin());
  QVERIFY(platform::setSize(rig.path(), kInFlight / 2).has_value());
  QVERIFY(runUntil(rig.loop, [&] { return rig.receiveSome(), rig.heard.writable == 1; }));
  const auto result = rig.sendFrom(0);
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::FileChanged && result.error.side == Side::Local);
}

SLUICE_TEST(aResetInFlightIsToldAtTheNextCall) {
  TransmitRig rig(2 * kInFlight);
  QVERIFY(rig.begin());
  rig.far->close(CloseKind::Abort);
  QVERIFY(rig.untilWritable());
  const auto result = rig.sendFrom(kInFlight);
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::ConnectionReset && result.error.side == Side::Client);
}

SLUICE_TEST(anOrderlyCloseDeliversWhatIsInFlight) {
  TransmitRig rig(kInFlight);
  QVERIFY(rig.begin());
  rig.near->close(CloseKind::Orderly);
  QVERIFY(!rig.near->isOpen());
  rig.near.reset();
  rig.file = {};
  QVERIFY(rig.untilFarHas(Status::End));
  QVERIFY(rig.received == rig.content);
  QCOMPARE(rig.heard.writable, 0);
}

SLUICE_TEST(theEndOfSendingIsBehindWhatIsInFlight) {
  TransmitRig rig(kInFlight);
  QVERIFY(rig.begin());
  rig.near->endSending();
  QVERIFY(rig.untilFarHas(Status::End));
  QVERIFY(rig.received == rig.content);
  QVERIFY(rig.near->isOpen());
}

SLUICE_TEST(anAbortBreaksOffWhatIsInFlightAndLeavesNoFileOpen) {
  TransmitRig rig(kInFlight);
  rig.file = platform::openTemporary(rig.directory.path()).value();
  const Bytes piece = asBytes(rig.content);
  QVERIFY(platform::writeAt(rig.file.get(), {&piece, 1}, 0, "file").has_value());
  const auto files = [&] {
    const std::filesystem::directory_iterator all(rig.directory.path());
    return std::distance(begin(all), end(all));
  };
  QVERIFY(rig.begin());
  rig.file = {};
  QCOMPARE(files(), 2);
  rig.near->close(CloseKind::Abort);
  QVERIFY(runUntil(rig.loop, [&] {
    rig.receiveSome();
    return rig.last.status == Status::Failed || rig.last.status == Status::End;
  }));
  QVERIFY(runUntil(rig.loop, [&] { return files() == 1; }));
  QVERIFY(rig.received.size() < rig.content.size());
  QCOMPARE(rig.heard.writable, 0);
}

SLUICE_TEST(anAbortOfAFileInFlightIsAResetToThePeer) {
  TransmitRig rig(kInFlight);
  QVERIFY(rig.begin());
  rig.near->close(CloseKind::Abort);
  QVERIFY(rig.untilFarHas(Status::Failed));
  QVERIFY(rig.last.error.code == Code::ConnectionReset);
}

SLUICE_TEST(aLoopMayEndWhileAFileIsInFlight) {
  TransmitRig rig(kInFlight);
  QVERIFY(rig.begin());
}
