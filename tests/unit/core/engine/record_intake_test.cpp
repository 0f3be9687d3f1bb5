#include "core/engine/record_intake.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/capture/record_codec.h"
#include "tests/support/engine/kept.h"
#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

constexpr ExchangeId kExchange{7};
constexpr ConnectionId kConnection{3};

std::string packed(const std::vector<capture::Record>& records) {
  std::string all;
  for (const auto& record : records) {
    std::string bytes;
    capture::encode(record, bytes);
    const auto length = static_cast<std::uint32_t>(bytes.size());
    all.append(asText(port::bytesOf(length))).append(bytes);
  }
  return all;
}

std::string reference(std::uint32_t buffer, std::uint32_t offset, std::uint32_t size, std::uint32_t direction = 1) {
  const BodyReference reference{kExchange.value, direction, buffer, offset, size};
  return std::string(asText(port::bytesOf(kIsReference))) + std::string(asText(port::bytesOf(reference)));
}

capture::ExchangeStarted started(ExchangeId exchange = kExchange) {
  capture::ExchangeStarted record;
  record.exchange = exchange;
  record.connection = kConnection;
  return record;
}

capture::ExchangeEnded ended(std::uint64_t bytes, std::uint64_t captured) {
  capture::ExchangeEnded record;
  record.exchange = kExchange;
  record.response = {bytes, captured, 0};
  return record;
}

// Keeps what is recorded; refuses bodies when it is told to.
struct PickySink final : capture::Sink {
  bool record(capture::Record record) override {
    if (refusesBodies && std::holds_alternative<capture::BodyChunk>(record)) return false;
    records.push_back(std::move(record));
    return true;
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const auto& record : records) {
      if (const auto* each = std::get_if<T>(&record)) found.push_back(*each);
    }
    return found;
  }
  std::vector<capture::Record> records;
  bool refusesBodies = false;
};

struct Scene {
  Scene() { ports.b->keepBuffers = true; }
  // As a worker sends it.
  void say(const std::string& bytes) {
    ports.a->sendShared(1, bytes);
    ports.run(3);
    take();
  }
  void take() {
    intake.add(std::move(ports.b->kept));
    ports.b->kept.clear();
  }
  // Records, and a chunk beside them that they may refer to.
  void say(const std::string& bytes, const std::string& body) {
    std::array<port::SharedBuffer, 2> buffers;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& text = i == 0 ? bytes : body;
      buffers[i] = ports.a->port->allocate(text.size());
      std::memcpy(buffers[i].data, text.data(), text.size());
      buffers[i].size = static_cast<std::uint32_t>(text.size());
    }
    port::Outgoing message;
    message.type = 1;
    message.buffers = buffers;
    ports.a->port->send(message);
    ports.run(3);
    take();
  }
  void die() {
    intake.workerGone({Code::Aborted, Side::Local, 0, "crashed"}, [] { return WallTime(Micros(99)); });
  }
  test::PortPair ports;
  PickySink sink;
  bool mayRecord = true;
  std::size_t askedAtOnce = 0;
  OpenIds open;
  RecordIntake intake{sink,
                      [this](std::size_t bytes) {
                        askedAtOnce = std::max(askedAtOnce, bytes);
                        return mayRecord;
                      },
                      open};
};

}  // namespace

SLUICE_TEST(recordsAreTakenOutOfTheirChunksAndTheChunksFreed) {
  Scene scene;
  scene.say(packed({started(), capture::BodyChunk{kExchange, capture::Direction::Response, "body"}, ended(4, 4)}));
  QCOMPARE(scene.sink.records.size(), std::size_t(3));
  QCOMPARE(scene.sink.all<capture::BodyChunk>()[0].bytes, std::string("body"));
  QCOMPARE(scene.ports.a->port->memory().freeChunks(), scene.ports.a->port->memory().chunks());
}

SLUICE_TEST(whatTheRecorderHasNoRoomForStaysInItsChunks) {
  Scene scene;
  scene.mayRecord = false;
  scene.say(packed({started()}));
  QVERIFY(scene.sink.records.empty());
  QVERIFY(scene.intake.waitingBytes() > 0);
  QCOMPARE(scene.ports.a->port->memory().freeChunks() + 1, scene.ports.a->port->memory().chunks());
  scene.mayRecord = true;
  scene.intake.pump();
  QCOMPARE(scene.sink.records.size(), std::size_t(1));
  QCOMPARE(scene.intake.waitingBytes(), std::size_t(0));
}

SLUICE_TEST(whatADeadWorkerLeftOpenEndsAsCutOffWithWhatIsKnown) {
  Scene scene;
  scene.say(packed({capture::ConnectionOpened{kConnection, {}, "client", "listener"}, started(),
                    capture::BodyChunk{kExchange, capture::Direction::Response, "12345"},
                    capture::ExchangeProgress{kExchange, 2, 1000}}));
  scene.die();
  QVERIFY(scene.intake.isFinished());
  const auto ends = scene.sink.all<capture::ExchangeEnded>();
  QCOMPARE(ends.size(), std::size_t(1));
  QVERIFY(ends[0].error.code == Code::Aborted && ends[0].error.detail == "crashed");
  QVERIFY(ends[0].response.bytes == 1000 && ends[0].response.capturedBytes == 5 && ends[0].request.bytes == 2);
  QCOMPARE(scene.sink.all<capture::ConnectionClosed>().size(), std::size_t(1));
}

SLUICE_TEST(whatADeadWorkerSaidIsRecordedFirst) {
  Scene scene;
  scene.mayRecord = false;
  scene.say(packed({started(), ended(1, 1)}));
  scene.die();
  QVERIFY(!scene.intake.isFinished());
  scene.mayRecord = true;
  scene.intake.pump();
  QVERIFY(scene.intake.isFinished());
  QCOMPARE(scene.sink.all<capture::ExchangeEnded>().size(), std::size_t(1));
  QCOMPARE(scene.sink.all<capture::ExchangeEnded>()[0].error.code, Code::None);
}

SLUICE_TEST(aBodyThatTheRecorderRefusedEndsWithWhatWasKept) {
  Scene scene;
  const capture::BodyChunk chunk{kExchange, capture::Direction::Response, "12345"};
  scene.say(packed({started(), chunk}));
  scene.sink.refusesBodies = true;
  scene.say(packed({chunk}));
  scene.sink.refusesBodies = false;
  scene.say(packed({chunk, ended(15, 15)}));
  QCOMPARE(scene.sink.all<capture::BodyChunk>().size(), std::size_t(1));
  const auto end = scene.sink.all<capture::ExchangeEnded>().at(0);
  QVERIFY(end.response.bytes == 15 && end.response.capturedBytes == 5);
}

SLUICE_TEST(bodiesAreTakenWhereTheReferencesSayAndInTheirOrder) {
  Scene scene;
  const capture::BodyChunk copied{kExchange, capture::Direction::Response, "copied"};
  scene.say(packed({started()}) + reference(1, 2, 4) + packed({copied}) + reference(1, 0, 2) + packed({ended(12, 12)}), "ababcd");
  std::string body;
  for (const auto& chunk : scene.sink.all<capture::BodyChunk>()) body += chunk.bytes;
  QCOMPARE(body, std::string("abcdcopiedab"));
  QCOMPARE(scene.sink.all<capture::ExchangeEnded>().size(), std::size_t(1));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(0));
  QCOMPARE(scene.ports.a->port->memory().freeChunks(), scene.ports.a->port->memory().chunks());
}

SLUICE_TEST(referencesOutsideOfTheirMessageAreCountedAndLeftOut) {
  Scene scene;
  scene.say(packed({started()}));
  for (const auto& bad : {reference(0, 0, 1), reference(2, 0, 1), reference(~0U, 0, 1), reference(1, 5, 1), reference(1, 1, 4),
                          reference(1, ~0U, 2), reference(1, 2, ~0U), reference(1, 0, 1, 2), reference(1, 0, 4).substr(0, 20)}) {
    const auto before = scene.intake.badRecords();
    scene.say(bad, "abcd");
    QCOMPARE(scene.intake.badRecords(), before + 1);
  }
  QVERIFY(scene.sink.all<capture::BodyChunk>().empty());
}

// However large: the recorder has room for so much when it has nothing else to do.
SLUICE_TEST(noMessageIsTooLargeToBeTakenUp) {
  Scene scene;
  scene.say(packed({started()}));
  scene.say(reference(1, 0, 4), std::string(limits::kRecordsAtOnceBytesMax + 1, 'x'));
  QVERIFY(scene.askedAtOnce == limits::kRecordsAtOnceBytesMax);
  QCOMPARE(scene.sink.all<capture::BodyChunk>().at(0).bytes, std::string("xxxx"));
}

SLUICE_TEST(referencesCannotMakeMoreOfAMessageThanItIs) {
  Scene scene;
  scene.say(packed({started()}));
  std::string many;
  for (int i = 0; i < 100; ++i) many += reference(1, 0, 60'000);
  scene.say(many, std::string(60'000, 'x'));
  QCOMPARE(scene.sink.all<capture::BodyChunk>().size(), std::size_t(1));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(99));
}

SLUICE_TEST(recordsThatMakeNoSenseAreCountedAndLeftOut) {
  Scene scene;
  const std::string good = packed({started()});
  scene.say(good.substr(0, good.size() - 1));                                         // cut short
  scene.say(std::string("\x05\0\0\0\xff\xff\xff\xff\xff", 9));                        // no record
  scene.say(packed({ended(1, 1)}));                                                   // never began
  scene.say(packed({started(), started()}));                                          // began twice
  scene.say(packed({started(ExchangeId{0}), capture::ConnectionClosed{kConnection, {}}}));  // no id; never opened
  scene.say(packed({capture::Annotated{ExchangeId{1}, Mark::Red, "a worker has no opinion"}}));
  scene.say("xy");                                                                    // not even a length
  QCOMPARE(scene.sink.records.size(), std::size_t(1));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(6));
}

SLUICE_TEST(whatIsAnotherWorkersIsNotTaken) {
  Scene mine, theirs;
  RecordIntake other(theirs.sink, [](std::size_t) { return true; }, mine.open);
  const auto otherSays = [&](const std::vector<capture::Record>& records) {
    theirs.ports.a->sendShared(1, packed(records));
    theirs.ports.run(3);
    other.add(std::exchange(theirs.ports.b->kept, {}));
  };
  const capture::ConnectionOpened opened{kConnection, {}, "client", "listener"};
  capture::ClientIdentified client;
  client.connection = kConnection;
  mine.say(packed({opened, started()}));
  otherSays({opened, started(), client, capture::BodyChunk{kExchange, capture::Direction::Response, "lies"}, ended(4, 4)});
  QVERIFY(theirs.sink.records.empty());
  QCOMPARE(other.badRecords(), std::uint64_t(3));
  mine.say(packed({ended(0, 0), capture::ConnectionClosed{kConnection, {}}}));
  QCOMPARE(mine.sink.records.size(), std::size_t(4));
  QCOMPARE(mine.intake.badRecords(), std::uint64_t(0));
  QVERIFY(mine.open.exchanges.empty() && mine.open.connections.empty());
}

SLUICE_TEST(whatAWorkerHasOpenIsBoundedAndGoesWithIt) {
  Scene scene;
  constexpr std::size_t kTooMany = 100;
  std::vector<capture::Record> records;
  for (std::size_t i = 1; i <= RecordIntake::kOpenMax + kTooMany; ++i) {
    records.emplace_back(started(ExchangeId{i}));
    records.emplace_back(capture::ConnectionOpened{ConnectionId{i}, {}, "", ""});
    if (records.size() < 1000) continue;
    scene.say(packed(std::exchange(records, {})));
  }
  scene.say(packed(records));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(2 * kTooMany));
  QCOMPARE(scene.sink.records.size(), 2 * RecordIntake::kOpenMax);
  scene.die();
  QVERIFY(scene.open.exchanges.empty() && scene.open.connections.empty());
}

SLUICE_TEST(aRecordInPiecesIsTakenWhenItsLastHasCome) {
  Scene scene;
  const capture::BodyChunk chunk{kExchange, capture::Direction::Response, "in three pieces"};
  std::string whole;
  capture::encode(chunk, whole);
  const auto piece = [&](std::size_t from, std::size_t to, std::uint32_t flag) {
    return std::string(asText(port::bytesOf(static_cast<std::uint32_t>(to - from) | flag))) + whole.substr(from, to - from);
  };
  scene.say(packed({started()}) + piece(0, 3, kGoesOn));
  scene.say(piece(3, 10, kGoesOn));
  QVERIFY(scene.sink.all<capture::BodyChunk>().empty());
  scene.say(piece(10, whole.size(), 0) + packed({ended(15, 15)}));
  QCOMPARE(scene.sink.all<capture::BodyChunk>().at(0).bytes, chunk.bytes);
  QCOMPARE(scene.sink.all<capture::ExchangeEnded>().size(), std::size_t(1));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(0));
}

SLUICE_TEST(aRecordWhosePiecesHaveNoEndIsGivenUp) {
  Scene scene;
  constexpr std::uint32_t kPiece = 512 * 1024;
  const auto piece = std::string(asText(port::bytesOf(kPiece | kGoesOn))) + std::string(kPiece, 'x');
  for (std::size_t bytes = 0; bytes <= kRecordBytesMax; bytes += kPiece) scene.say(piece);
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(1));
  scene.say(packed({started()}));
  QCOMPARE(scene.sink.records.size(), std::size_t(1));
}
