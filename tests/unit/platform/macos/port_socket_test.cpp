// What a stream makes of messages: pieces, and what a peer can say that is no message.
#include "platform/port_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/support/port/socket_pair.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::SocketPair;
using Status = IoResult::Status;

namespace {

// As the first end sends it, framed by the test itself.
std::string framed(std::uint32_t bytes, std::uint32_t handles, std::string_view body) {
  const std::uint32_t frame[2] = {bytes, handles};
  return std::string(asText(std::as_bytes(std::span(frame)))) + std::string(body);
}

bool sendRaw(SocketPair& pair, std::string_view bytes) {
  return ::send(static_cast<int>(pair.a().handle()), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

void makeSmall(PortSocket& end) {
  const int least = 1;
  ::setsockopt(static_cast<int>(end.handle()), SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
}

}  // namespace

SLUICE_TEST(itIsAStream) {
  SocketPair pair;
  int type = 0;
  socklen_t size = sizeof type;
  QCOMPARE(::getsockopt(static_cast<int>(pair.a().handle()), SOL_SOCKET, SO_TYPE, &type, &size), 0);
  QCOMPARE(type, int(SOCK_STREAM));
}

SLUICE_TEST(aMessageThatComesByteByByteIsToldOnceWhenItIsWhole) {
  SocketPair pair;
  const auto bytes = framed(5, 0, "hello") + framed(2, 0, "ho");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    QVERIFY(sendRaw(pair, bytes.substr(i, 1)));
    const auto received = pair.receive();
    const bool whole = i == 12 || i == 22;
    QVERIFY(received.status == (whole ? Status::Ok : Status::WouldBlock));
    if (whole) QCOMPARE(pair.text(), std::string_view(i == 12 ? "hello" : "ho"));
    // What comes next must not lean on what the caller keeps there.
    std::fill(pair.buffer.begin(), pair.buffer.end(), std::byte('?'));
  }
}

SLUICE_TEST(whatFindsNoRoomOfAMessageStaysAndLeavesInOrder) {
  SocketPair pair;
  makeSmall(pair.a());
  int ends[2];
  QCOMPARE(::pipe(ends), 0);
  const OwnedHandle reading(ends[0]), writing(ends[1]);
  const Handle both[2] = {reading.get(), writing.get()};
  std::string large(SocketPair::kMessage, 'a');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
  QCOMPARE(pair.a().send(asBytes(large), {}, both).bytes, large.size());
  QVERIFY(pair.a().hasRest());
  QVERIFY(pair.a().send(asBytes("behind it"), {}, {}).status == Status::WouldBlock);

  std::vector<std::string> came;
  bool sentNext = false;
  for (int i = 0; i < 1000 && came.size() < 2; ++i) {
    if (pair.receive().status == Status::Ok) {
      if (came.empty()) QVERIFY(pair.message.handles[0] && pair.message.handles[1] && !pair.message.cut);
      came.emplace_back(pair.text());
    }
    sentNext = sentNext || pair.a().send(asBytes("behind it"), {}, {}).status == Status::Ok;
  }
  QCOMPARE(came.size(), std::size_t(2));
  QVERIFY(came[0] == large);
  QCOMPARE(came[1], std::string("behind it"));
  QVERIFY(!pair.a().hasRest());
}

SLUICE_TEST(handlesStayWithTheirMessage) {
  SocketPair pair;
  int ends[2];
  QCOMPARE(::pipe(ends), 0);
  const OwnedHandle reading(ends[0]), writing(ends[1]);
  const Handle one[1] = {writing.get()};
  QVERIFY(pair.a().send(asBytes("none"), {}, {}).status == Status::Ok);
  QVERIFY(pair.a().send(asBytes("one"), {}, one).status == Status::Ok);
  QVERIFY(pair.a().send(asBytes("none again"), {}, {}).status == Status::Ok);
  for (const bool has : {false, true, false}) {
    QVERIFY(pair.receive().status == Status::Ok);
    QCOMPARE(bool(pair.message.handles[0]), has);
    QVERIFY(!pair.message.handles[1] && !pair.message.cut);
  }
}

SLUICE_TEST(whatDidNotFitIsSkippedUpToTheNextMessage) {
  SocketPair pair;
  QVERIFY(pair.a().send(std::vector<std::byte>(10'000), {}, {}).status == Status::Ok);
  QVERIFY(pair.a().send(asBytes("next"), {}, {}).status == Status::Ok);
  std::byte four[4];
  QVERIFY(pair.b().receive(four, pair.message).status == Status::Ok);
  QVERIFY(pair.message.cut);
  QVERIFY(pair.receive().status == Status::Ok);
  QCOMPARE(pair.text(), std::string_view("next"));
  QVERIFY(!pair.message.cut);
}

SLUICE_TEST(aLengthThatNothingHoldsCostsNoMemory) {
  SocketPair pair;
  QVERIFY(sendRaw(pair, framed(0xffffffff, 0, std::string(SocketPair::kMessage, 'x') + "more")));
  QVERIFY(pair.receive().status == Status::Ok);
  QVERIFY(pair.message.cut);
  QCOMPARE(pair.message.bytes, SocketPair::kMessage);
  QVERIFY(pair.receive().status == Status::WouldBlock);
  pair.a().take();
  QVERIFY(pair.receive().status == Status::End);
}

SLUICE_TEST(handlesThatAreMissingAreSeen) {
  SocketPair pair;
  QVERIFY(sendRaw(pair, framed(1, 1, "x")));
  QVERIFY(pair.receive().status == Status::Ok);
  QVERIFY(pair.message.cut);
}

SLUICE_TEST(aMessageOfNothingIsAFault) {
  SocketPair pair;
  QVERIFY(sendRaw(pair, framed(0, 0, "")));
  const auto received = pair.receive();
  QVERIFY(received.status == Status::Failed);
  QVERIFY(received.error.code == Code::ProtocolFault);
}

SLUICE_TEST(anEndInTheMiddleOfAMessageIsTheEnd) {
  for (const std::size_t cutAt : {3, 8, 10}) {
    SocketPair pair;
    QVERIFY(sendRaw(pair, framed(5, 0, "hello").substr(0, cutAt)));
    QVERIFY(pair.receive().status == Status::WouldBlock);
    pair.a().take();
    QVERIFY(pair.receive().status == Status::End);
  }
}
