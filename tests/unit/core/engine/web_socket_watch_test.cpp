#include "core/engine/web_socket_watch.h"

#include "tests/support/engine/kept.h"
#include "tests/support/test.h"
#include "tests/support/websocket/frames.h"

using namespace sluice;
using namespace sluice::test;
using capture::Direction;
using engine::WebSocketWatch;

SLUICE_TEST(recordsTheMessagesOfBothDirections) {
  Kept kept;
  WebSocketWatch watch(kept, ExchangeId{7}, {websocket::Deflate{false, true}});
  Deflater client, server;
  watch.fromClient().onBody(asBytes(frame(kFin | kRsv1 | 1, client.message("the same words"), true)));
  client.dropContext();
  watch.fromUpstream().onBody(asBytes(frame(kFin | kRsv1 | 2, server.message("the same words"))));
  watch.fromUpstream().onBody(asBytes(frame(kFin | kRsv1 | 2, server.message("the same words"))));
  watch.fromClient().onBody(asBytes(frame(kFin | kRsv1 | 1, client.message("the same words"), true)));
  const auto messages = kept.all<capture::MessagePassed>();
  QCOMPARE(messages.size(), std::size_t(4));
  for (const auto& message : messages) {
    QVERIFY(message.exchange == ExchangeId{7});
    QCOMPARE(message.payload, std::string("the same words"));
    QCOMPARE(message.bytes, 14u);
    QVERIFY(message.compressed && message.fault.empty());
    QVERIFY(message.at > WallTime{});
  }
  QVERIFY(messages[0].direction == Direction::Request && messages[3].direction == Direction::Request);
  QVERIFY(messages[1].direction == Direction::Response && messages[2].direction == Direction::Response);
  QCOMPARE(int(messages[0].opcode), 1);
  QCOMPARE(int(messages[1].opcode), 2);
  QVERIFY(messages[2].wireBytes < messages[1].wireBytes);  // the second time the words are known
}

SLUICE_TEST(tellsOfWhatHadNotEnded) {
  Kept kept;
  WebSocketWatch watch(kept, ExchangeId{7}, {});
  watch.fromClient().onBody(asBytes(frame(1, "begun", true)));
  watch.finish();
  const auto messages = kept.all<capture::MessagePassed>();
  QCOMPARE(messages.size(), std::size_t(1));
  QCOMPARE(messages[0].payload, std::string("begun"));
  QVERIFY(!messages[0].fault.empty());
}
