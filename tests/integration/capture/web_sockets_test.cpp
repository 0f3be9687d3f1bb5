// WebSockets: frames pass unchanged and at once, also those just before an error, and their messages are in the history.
#include "core/store/reader.h"
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/websocket/frames.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;
using capture::Direction;

namespace {

// A client whose connection has switched protocols; what it says comes back.
bool switchTo(Client& client, const Origin& origin, const std::string& query) {
  return client.write("GET " + origin.url("/switch?" + query) +
                      " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n") &&
         readHead(client.input()).value_or(Head{}).status() == 101;
}

std::vector<store::MessageRow> messagesOf(const EngineProcess& engine, const std::string& urlEnd, std::size_t count) {
  History history(engine.dataDir());
  const auto found = history.find(urlEnd, [](const auto&) { return true; });
  std::vector<store::MessageRow> messages;
  if (!found) return messages;
  (void)eventually([&] {
    auto reader = store::Reader::open(engine.dataDir());
    messages = reader->messages(found->row.id, 0, 100).value();
    return messages.size() >= count;
  });
  return messages;
}

}  // namespace

SLUICE_TEST(messagesAreKeptWhileTheirFramesPassUnchanged) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(switchTo(client, origin, "ext=permessage-deflate"));
  Deflater deflater;
  const auto text = frame(kFin | kRsv1 | 1, deflater.message("{\"a\": \"the same words, the same words\"}"), true);
  const auto ping = frame(kFin | 9, "are you there", true);
  const auto parts = frame(2, "begun ", true) + ping + frame(kFin | 0, "and ended", true);
  for (const auto& wire : {text, parts}) {
    // Byte by byte, each must come back before the next leaves: nothing waits for a whole frame.
    for (const char byte : wire) {
      QVERIFY(client.write(std::string(1, byte)));
      QCOMPARE(client.input().exactly(1), std::string(1, byte));
    }
  }
  const auto messages = messagesOf(engine, "/switch?ext=permessage-deflate", 6);
  QCOMPARE(messages.size(), std::size_t(6));
  for (const auto direction : {Direction::Request, Direction::Response}) {
    std::vector<store::MessageRow> ofDirection;
    for (const auto& message : messages) {
      if (message.direction == direction) ofDirection.push_back(message);
    }
    QCOMPARE(ofDirection.size(), std::size_t(3));
    QCOMPARE(ofDirection[0].payload, std::string("{\"a\": \"the same words, the same words\"}"));
    QVERIFY(ofDirection[0].opcode == 1 && ofDirection[0].compressed);
    QVERIFY(ofDirection[1].opcode == 9 && ofDirection[1].payload == "are you there");
    QVERIFY(ofDirection[2].opcode == 2 && ofDirection[2].payload == "begun and ended");
  }
}

SLUICE_TEST(framesJustBeforeAnErrorPassToo) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(switchTo(client, origin, "n=2"));
  // A good frame, one that breaks the protocol, and what stands behind it: all of it comes back.
  const auto wire = frame(kFin | 1, "last words", true) + frame(kFin | 7, "reserved", true) + "no frame at all";
  QVERIFY(client.write(wire));
  QCOMPARE(client.input().exactly(wire.size()), wire);
  client.reset();
  const auto messages = messagesOf(engine, "/switch?n=2", 4);
  QCOMPARE(messages.size(), std::size_t(4));
  for (const auto& message : messages) {
    QVERIFY(message.payload == "last words" ? message.fault.empty() : message.fault.find("reserved opcode 7") != std::string::npos);
  }
}

SLUICE_TEST(messagesThatCameWithTheHeadsAreKeptToo) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(switchTo(client, origin, "say=%81%05Hello"));
  QCOMPARE(client.input().exactly(7), frame(kFin | 1, "Hello"));
  const auto messages = messagesOf(engine, "/switch?say=%81%05Hello", 1);
  QCOMPARE(messages.size(), std::size_t(1));
  QCOMPARE(messages[0].payload, std::string("Hello"));
  QVERIFY(messages[0].direction == Direction::Response);

  const auto shown = sluicectl(engine.dataDir(), {"show", "1"});
  QVERIFY2(shown.ok() && shown.output.find("Hello") != std::string::npos, shown.text().c_str());
  const auto json = sluicectl(engine.dataDir(), {"--json", "show", "1"});
  QVERIFY2(json.ok() && json.output.find("\"payload\": \"Hello\"") != std::string::npos, json.text().c_str());
}

// Another protocol than WebSocket passes as well; nothing is read into it.
SLUICE_TEST(otherProtocolsPassUnread) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(switchTo(client, origin, "to=chat"));
  QVERIFY(client.write(frame(kFin | 1, "looks like a frame")));
  QCOMPARE(client.input().exactly(20).size(), std::size_t(20));
  client.finish();
  QCOMPARE(client.input().rest(), std::string());
  QVERIFY(History(engine.dataDir()).ended("/switch?to=chat").has_value());
  QVERIFY(messagesOf(engine, "/switch?to=chat", 0).empty());
}
