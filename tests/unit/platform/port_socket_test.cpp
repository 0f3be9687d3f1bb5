// The contract of platform/port_socket.h, as far as one process can see it.
#include "platform/port_socket.h"

#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using Status = IoResult::Status;

namespace {

constexpr std::size_t kMessage = 16 * 1024;

struct Pair {
  Pair() : ends(std::move(*PortSocket::makePair(kMessage))) {}
  PortSocket& a() { return ends.first; }
  PortSocket& b() { return ends.second; }
  std::pair<PortSocket, PortSocket> ends;
  std::vector<std::byte> buffer = std::vector<std::byte>(kMessage);
  PortSocket::Message message;
};

}  // namespace

SLUICE_TEST(messagesKeepTheirBoundsAndOrder) {
  Pair pair;
  QCOMPARE(pair.a().send(asBytes("one"), asBytes(" two"), {}).bytes, std::size_t(7));
  QCOMPARE(pair.a().send(asBytes("three"), {}, {}).bytes, std::size_t(5));
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::Ok);
  QCOMPARE(asText(Bytes(pair.buffer).first(pair.message.bytes)), std::string_view("one two"));
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::Ok);
  QCOMPARE(asText(Bytes(pair.buffer).first(pair.message.bytes)), std::string_view("three"));
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::WouldBlock);
}

SLUICE_TEST(whatFindsNoRoomIsSaidAndNothingOfItLeaves) {
  Pair pair;
  const std::vector<std::byte> large(kMessage);
  std::size_t sent = 0;
  while (pair.a().send(large, {}, {}).status == Status::Ok) ++sent;
  QVERIFY(sent > 0);
  for (std::size_t i = 0; i < sent; ++i) {
    QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::Ok);
    QCOMPARE(pair.message.bytes, kMessage);
  }
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::WouldBlock);
}

SLUICE_TEST(handlesOfAMessageBelongToWhoeverReceivesIt) {
  Pair pair;
  Pair carried;
  {
    const OwnedHandle given = carried.a().take();
    const Handle both[2] = {given.get(), carried.b().handle()};
    QVERIFY(pair.a().send(asBytes("x"), {}, both).status == Status::Ok);
  }
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::Ok);
  QVERIFY(pair.message.handles[0] && pair.message.handles[1]);
  PortSocket copy(std::move(pair.message.handles[0]));
  QVERIFY(copy.send(asBytes("through the copy"), {}, {}).status == Status::Ok);
  QVERIFY(carried.b().receive(carried.buffer, carried.message).status == Status::Ok);
  QCOMPARE(asText(Bytes(carried.buffer).first(carried.message.bytes)), std::string_view("through the copy"));
}

SLUICE_TEST(aMessageThatDoesNotFitIsCutAndSaysSo) {
  Pair pair;
  QVERIFY(pair.a().send(asBytes("longer than that"), {}, {}).status == Status::Ok);
  std::byte four[4];
  QVERIFY(pair.b().receive(four, pair.message).status == Status::Ok);
  QVERIFY(pair.message.cut);
}

SLUICE_TEST(theEndOfThePeerIsSeenAfterItsLastMessage) {
  Pair pair;
  QVERIFY(pair.a().send(asBytes("last"), {}, {}).status == Status::Ok);
  pair.a().take();
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::Ok);
  QVERIFY(pair.b().receive(pair.buffer, pair.message).status == Status::End);
  const auto result = pair.b().send(asBytes("nobody hears"), {}, {});
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::ConnectionReset);
}
