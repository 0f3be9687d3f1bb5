// The contract of platform/port_socket.h, as far as one process can see it.
#include "platform/port_socket.h"

#include <vector>

#include "tests/support/port/socket_pair.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::SocketPair;
using Status = IoResult::Status;

SLUICE_TEST(messagesKeepTheirBoundsAndOrder) {
  SocketPair pair;
  QCOMPARE(pair.a().send(asBytes("one"), asBytes(" two"), {}).bytes, std::size_t(7));
  QCOMPARE(pair.a().send(asBytes("three"), {}, {}).bytes, std::size_t(5));
  QVERIFY(pair.receive().status == Status::Ok);
  QCOMPARE(pair.text(), std::string_view("one two"));
  QVERIFY(pair.receive().status == Status::Ok);
  QCOMPARE(pair.text(), std::string_view("three"));
  QVERIFY(pair.receive().status == Status::WouldBlock);
}

SLUICE_TEST(whatFindsNoRoomIsSaidAndNothingOfItLeaves) {
  SocketPair pair;
  const std::vector<std::byte> large(SocketPair::kMessage);
  std::size_t sent = 0;
  while (pair.a().send(large, {}, {}).status == Status::Ok) ++sent;
  QVERIFY(sent > 0);
  for (std::size_t i = 0; i < sent; ++i) {
    if (pair.a().hasRest()) pair.a().send({}, {}, {});
    QVERIFY(pair.receive().status == Status::Ok);
    QCOMPARE(pair.message.bytes, SocketPair::kMessage);
  }
  QVERIFY(pair.receive().status == Status::WouldBlock);
  QVERIFY(!pair.a().hasRest());
}

SLUICE_TEST(handlesOfAMessageBelongToWhoeverReceivesIt) {
  SocketPair pair;
  SocketPair carried;
  {
    const OwnedHandle given = carried.a().take();
    const Handle both[2] = {given.get(), carried.b().handle()};
    QVERIFY(pair.a().send(asBytes("x"), {}, both).status == Status::Ok);
  }
  QVERIFY(pair.receive().status == Status::Ok);
  QVERIFY(pair.message.handles[0] && pair.message.handles[1]);
  PortSocket copy(std::move(pair.message.handles[0]));
  QVERIFY(copy.send(asBytes("through the copy"), {}, {}).status == Status::Ok);
  QVERIFY(carried.receive().status == Status::Ok);
  QCOMPARE(carried.text(), std::string_view("through the copy"));
}

SLUICE_TEST(aMessageThatDoesNotFitIsCutAndSaysSo) {
  SocketPair pair;
  QVERIFY(pair.a().send(asBytes("longer than that"), {}, {}).status == Status::Ok);
  std::byte four[4];
  QVERIFY(pair.b().receive(four, pair.message).status == Status::Ok);
  QVERIFY(pair.message.cut);
}

SLUICE_TEST(theEndOfThePeerIsSeenAfterItsLastMessage) {
  SocketPair pair;
  QVERIFY(pair.a().send(asBytes("last"), {}, {}).status == Status::Ok);
  pair.a().take();
  QVERIFY(pair.receive().status == Status::Ok);
  QVERIFY(pair.receive().status == Status::End);
  const auto result = pair.b().send(asBytes("nobody hears"), {}, {});
  QVERIFY(result.status == Status::Failed);
  QVERIFY(result.error.code == Code::ConnectionReset);
}
