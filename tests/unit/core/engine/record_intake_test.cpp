#include "core/engine/record_intake.h"

#include <cstring>

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
    intake.add(std::move(ports.b->kept.back()));
    ports.b->kept.clear();
  }
  void die() {
    intake.workerGone({Code::Aborted, Side::Local, 0, "crashed"}, [] { return WallTime(Micros(99)); });
  }
  test::PortPair ports;
  PickySink sink;
  bool mayRecord = true;
  RecordIntake intake{sink, [this](std::size_t) { return mayRecord; }};
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

SLUICE_TEST(recordsThatMakeNoSenseAreCountedAndLeftOut) {
  Scene scene;
  const std::string good = packed({started()});
  scene.say(good.substr(0, good.size() - 1));                                         // cut short
  scene.say(std::string("\x05\0\0\0\xff\xff\xff\xff\xff", 9));                        // no record
  scene.say(packed({ended(1, 1)}));                                                   // never began
  scene.say(packed({started(), started()}));                                          // began twice
  scene.say(packed({started(ExchangeId{0}), capture::ConnectionClosed{kConnection, {}}}));  // no id; never opened
  scene.say("xy");                                                                    // not even a length
  QCOMPARE(scene.sink.records.size(), std::size_t(1));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(5));
}
