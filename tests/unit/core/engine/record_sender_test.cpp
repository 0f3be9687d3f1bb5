#include "core/engine/record_sender.h"

#include <cstring>
#include <iterator>
#include <utility>

#include "core/engine/record_intake.h"
#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

constexpr std::size_t kChunk = limits::kChunkBytes;

struct Recorded final : capture::Sink {
  bool record(capture::Record record) override {
    if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) body += chunk->bytes;
    if (const auto* message = std::get_if<capture::MessagePassed>(&record)) messages.push_back(message->payload);
    if (const auto* end = std::get_if<capture::ExchangeEnded>(&record)) ends.push_back(*end);
    ++count;
    return true;
  }
  std::size_t count = 0;
  std::string body;
  std::vector<std::string> messages;
  std::vector<capture::ExchangeEnded> ends;
};

// A worker's sender with few chunks, and the supervisor's intake.
struct Scene {
  explicit Scene(std::uint32_t chunks = 4, RecordSender::Limits limits = {}) : ports(options(chunks)), sender(counters, limits) {
    ports.b->keepBuffers = true;
    sender.attach(loop, *ports.a->port);
  }
  static port::Port::Options options(std::uint32_t chunks) {
    port::Port::Options options;
    options.memory = {port::segmentBytes(chunks), chunks};
    return options;
  }
  bool body(std::size_t bytes, ExchangeId exchange = ExchangeId{1}) {
    return sender.record(capture::BodyChunk{exchange, capture::Direction::Response, std::string(bytes, 'b')});
  }
  bool start(ExchangeId exchange = ExchangeId{1}) {
    capture::ExchangeStarted record;
    record.exchange = exchange;
    return sender.record(record);
  }
  bool end(std::uint64_t bytes, std::uint64_t captured) {
    capture::ExchangeEnded record;
    record.exchange = ExchangeId{1};
    record.response = {bytes, captured, 0};
    return sender.record(record);
  }
  std::uint64_t wakeUps() const { return ports.a->port->counters().wakeUpsSent; }
  // What is packed is sent by then.
  void turn() {
    loop.restart();
    loop.poll();
    sender.flush();
    ports.run(5);
  }
  // A block as a pipe has it when it was received full.
  buffer::Block* received(char letter) {
    auto* block = sender.bodyBlocks()->take();
    std::memset(block->data, letter, block->capacity);
    block->filled = block->capacity;
    return block;
  }
  bool body(buffer::Block* block, std::size_t offset, std::size_t size) {
    return sender.recordBody(ExchangeId{1}, capture::Direction::Response, Bytes(block->data + offset, size), block);
  }
  // The recorder takes all that came; then the worker goes on.
  void takeAll() {
    for (int i = 0; i < 100; ++i) {
      turn();
      takeMessages();
      ports.run(3);
      sender.roomAgain();
    }
    turn();
  }

  void takeMessages() {
    auto next = ports.b->kept.begin();
    for (const auto& message : std::exchange(ports.b->messages, {})) {
      const auto end = next + static_cast<std::ptrdiff_t>(message.buffers);
      intake.add({std::make_move_iterator(next), std::make_move_iterator(end)});
      next = end;
    }
    ports.b->kept.clear();
  }

  asio::io_context loop;
  test::PortPair ports;
  WorkerCounters counters;
  RecordSender sender;
  Recorded recorded;
  OpenIds open;
  RecordIntake intake{recorded, [](std::size_t) { return true; }, open};
};

}  // namespace

SLUICE_TEST(recordsOfSeveralTurnsTravelTogether) {
  Scene scene(4, {.heldBack = std::chrono::hours(1)});
  QVERIFY(scene.start());
  for (int i = 0; i < 20; ++i) {
    QVERIFY(scene.body(10));
    scene.loop.restart();
    scene.loop.poll();
  }
  QCOMPARE(scene.counters.recordMessages.load(), std::uint64_t(0));
  scene.sender.flush();
  QCOMPARE(scene.counters.recordMessages.load(), std::uint64_t(1));
  QVERIFY(scene.sender.isEmpty());
  scene.takeAll();
  QCOMPARE(scene.recorded.count, std::size_t(21));
  QCOMPARE(scene.recorded.body.size(), std::size_t(200));
}

SLUICE_TEST(recordsAreHeldBackForAMomentAlone) {
  Scene scene;
  for (std::uint64_t sent = 1; sent <= 3; ++sent) {
    QVERIFY(scene.start(ExchangeId{sent}));
    scene.loop.restart();
    while (scene.counters.recordMessages.load() < sent) QVERIFY(scene.loop.run_one() > 0);
    QVERIFY(scene.sender.isEmpty());
  }
}

SLUICE_TEST(theReaderIsWokenForSeveralChunksOfRecordsTogether) {
  Scene scene(300, {.heldBack = std::chrono::hours(1)});
  QVERIFY(scene.start());
  scene.turn();  // the reader has the segment, and waits
  const auto before = scene.wakeUps();
  const auto sent = scene.counters.recordMessages.load();
  while (scene.counters.recordMessages.load() < sent + limits::kRecordMessagesAtOnce) {
    QCOMPARE(scene.wakeUps(), before);
    QVERIFY(scene.body(1000));
  }
  QCOMPARE(scene.wakeUps(), before + 1);
}

SLUICE_TEST(chunksThatAreFullWaitForOthersForAMomentAlone) {
  Scene scene(300);
  QVERIFY(scene.start());
  scene.turn();  // the reader has the segment, and waits
  const auto before = scene.wakeUps();
  const auto sent = scene.counters.recordMessages.load();
  while (scene.counters.recordMessages.load() == sent) QVERIFY(scene.body(1000));
  QCOMPARE(scene.wakeUps(), before);
  scene.loop.restart();
  while (scene.wakeUps() == before) QVERIFY(scene.loop.run_one() > 0);
  QVERIFY(scene.sender.isEmpty());
}

SLUICE_TEST(whoHasAllChunksIsWoken) {
  Scene scene(2, {.heldBack = std::chrono::hours(1)});
  QVERIFY(scene.start());
  scene.turn();  // the reader has the segment, and waits
  const auto before = scene.wakeUps();
  while (scene.counters.backPressure.load() == 0) {
    QCOMPARE(scene.wakeUps(), before);
    QVERIFY(scene.body(1000));
  }
  QCOMPARE(scene.wakeUps(), before + 1);
}

SLUICE_TEST(bodiesInBulkAreSentAfterTheTurnAndSmallOnesWaitForMore) {
  Scene scene(300, {.heldBack = std::chrono::hours(1)});
  QVERIFY(scene.start());
  auto* small = scene.received('s');
  QVERIFY(scene.body(small, 0, limits::kReferencedBytesMin));
  scene.loop.poll();
  QCOMPARE(scene.counters.recordMessages.load(), std::uint64_t(0));
  auto* block = scene.received('b');
  QVERIFY(scene.body(block, 0, kChunk));
  QCOMPARE(scene.counters.recordMessages.load(), std::uint64_t(0));  // more may come in this turn
  scene.loop.restart();
  scene.loop.poll();
  QCOMPARE(scene.counters.recordMessages.load(), std::uint64_t(1));
  QVERIFY(scene.sender.isEmpty());
  scene.takeAll();
  QCOMPARE(scene.recorded.body.size(), limits::kReferencedBytesMin + kChunk);
  scene.sender.bodyBlocks()->give(small);
  scene.sender.bodyBlocks()->give(block);
}

SLUICE_TEST(aRecordLongerThanAChunkTakesSeveral) {
  Scene scene;
  QVERIFY(scene.start());
  QVERIFY(scene.body(3 * kChunk - 1000));
  scene.takeAll();
  QCOMPARE(scene.recorded.body.size(), 3 * kChunk - 1000);
}

SLUICE_TEST(whenChunksRunOutRecordsWaitAndNothingIsLost) {
  Scene scene(2);
  QVERIFY(scene.start());
  for (int i = 0; i < 40; ++i) QVERIFY(scene.body(kChunk / 2));
  QVERIFY(scene.end(40 * kChunk / 2, 40 * kChunk / 2));
  QVERIFY(!scene.sender.isEmpty());
  QCOMPARE(scene.counters.backPressure.load(), std::uint64_t(1));
  QVERIFY(scene.counters.backlogBytes.load() > 0);
  scene.takeAll();
  QVERIFY(scene.sender.isEmpty());
  QCOMPARE(scene.recorded.body.size(), 40 * kChunk / 2);
  QCOMPARE(scene.counters.refusedBodyBytes.load(), std::uint64_t(0));
  QCOMPARE(scene.counters.backlogBytes.load(), std::uint64_t(0));
}

SLUICE_TEST(beyondItsBacklogBodiesAreCutAndCountedToTheByte) {
  Scene scene(2, {4 * kChunk, 100 * kChunk});
  QVERIFY(scene.start());
  std::uint64_t passed = 0;
  std::uint64_t captured = 0;
  bool refused = false;
  for (int i = 0; i < 50; ++i) {
    const bool taken = scene.body(1000);
    passed += 1000;
    if (taken) captured += 1000;
    QVERIFY(!(taken && refused));  // a beginning, without a gap
    refused = refused || !taken;
  }
  while (!refused) {
    const bool taken = scene.body(5000);
    passed += 5000;
    if (taken) captured += 5000;
    refused = !taken;
  }
  QVERIFY(scene.start(ExchangeId{2}));
  QVERIFY(scene.end(passed, captured));
  scene.takeAll();
  QCOMPARE(std::uint64_t(scene.recorded.body.size()), captured);
  QCOMPARE(scene.counters.refusedBodyBytes.load(), passed - captured);
  QCOMPARE(scene.counters.cutBodies.load(), std::uint64_t(1));
  QCOMPARE(scene.recorded.ends.size(), std::size_t(1));
  QCOMPARE(scene.recorded.ends[0].response.capturedBytes, captured);
}

SLUICE_TEST(whatIsBeyondTheLimitForCapturedBodiesIsNotMissed) {
  Scene scene(1, {.bodyBytesMax = 0, .capturedBytesMax = 3 * kChunk});
  QVERIFY(scene.start());
  QVERIFY(!scene.body(2 * kChunk));
  QVERIFY(scene.end(1000 * kChunk, kChunk));
  QCOMPARE(scene.counters.refusedBodyBytes.load(), std::uint64_t(2 * kChunk));
}

SLUICE_TEST(beyondItsLimitForAllExchangesThatBeginAreDroppedAndCounted) {
  Scene scene(1, {0, 100});
  QVERIFY(scene.start());
  QVERIFY(!scene.body(2 * kChunk));
  std::uint64_t refused = 0;
  for (std::uint64_t i = 2; i < 200; ++i) refused += scene.start(ExchangeId{i}) ? 0 : 1;
  QVERIFY(refused > 0);
  QCOMPARE(scene.counters.droppedExchanges.load(), refused);
  QVERIFY(!scene.sender.record(capture::ConnectionOpened{ConnectionId{1}, {}, std::string(100, 'c'), "listener"}));
  const auto waiting = scene.counters.backlogBytes.load();
  QVERIFY(scene.sender.record(capture::ClientIdentified{ConnectionId{1}, ExchangeId{1}, 1, std::string(100, 'p')}));
  QCOMPARE(scene.counters.backlogBytes.load(), waiting);
  QVERIFY(scene.end(2 * kChunk, 0));
  scene.takeAll();
  QCOMPARE(scene.recorded.ends.size(), std::size_t(1));
}

// As when the system had no memory for the first segment: there is nothing that the recorder could free and tell of.
SLUICE_TEST(whatWaitsIsSentWithTheNextRecordWhenNobodyWillTellOfRoom) {
  Scene scene(4);
  QVERIFY(scene.start());
  while (scene.sender.isEmpty() || scene.counters.backlogBytes.load() == 0) QVERIFY(scene.body(5000));
  QVERIFY(scene.ports.a->port->memory().isWaiting());
  scene.loop.restart();
  scene.loop.poll();
  scene.ports.b->turn();
  scene.takeMessages();  // its chunks are free
  QVERIFY(scene.counters.backlogBytes.load() > 0);
  scene.ports.a->port->memory().memoryFreed();
  QVERIFY(scene.end(0, 0));
  QCOMPARE(scene.counters.backlogBytes.load(), std::uint64_t(0));
  scene.takeAll();
  QCOMPARE(scene.recorded.ends.size(), std::size_t(1));
}

SLUICE_TEST(aBodyIsSentWhereItWasReceivedAndForwardedFromThereMeanwhile) {
  Scene scene(300);
  QVERIFY(scene.start());
  auto* block = scene.received('a');
  QVERIFY(block->readOnly);
  QVERIFY(scene.body(block, 0, 10'000));
  QVERIFY(scene.body(block, 10'000, kChunk - 10'000));
  QVERIFY(block->isKept);
  QVERIFY(scene.end(kChunk, kChunk));
  scene.takeAll();
  QCOMPARE(scene.recorded.body, std::string(kChunk, 'a'));
  // The recorder is done with it, the pipe is not: nobody else gets its memory, and nothing was written over it.
  std::vector<buffer::Block*> others;
  for (int i = 0; i < 200; ++i) others.push_back(scene.sender.bodyBlocks()->take());
  for (const auto* other : others) QVERIFY(other->data != block->data);
  QVERIFY(std::string(asText(Bytes(block->data, kChunk))) == std::string(kChunk, 'a'));
  for (auto* other : others) scene.sender.bodyBlocks()->give(other);
  scene.sender.bodyBlocks()->give(block);
  QCOMPARE(scene.ports.a->port->memory().chunksToBeHad(), std::size_t(300));
}

SLUICE_TEST(aBlockThatIsGivenBackBeforeItWasSentIsSentAllTheSame) {
  Scene scene(300);
  QVERIFY(scene.start());
  std::string expected;
  for (char letter = 'a'; letter <= 'z'; ++letter) {  // more than one message takes
    auto* block = scene.received(letter);
    QVERIFY(scene.body(block, 0, kChunk));
    scene.sender.bodyBlocks()->give(block);
    expected += std::string(kChunk, letter);
  }
  QVERIFY(scene.end(expected.size(), expected.size()));
  scene.takeAll();
  QVERIFY(scene.recorded.body == expected);
  QCOMPARE(scene.recorded.ends.size(), std::size_t(1));
  QCOMPARE(scene.ports.a->port->memory().chunksToBeHad(), std::size_t(300));
}

SLUICE_TEST(whatIsSmallOrWasSentAlreadyIsCopied) {
  Scene scene(300);
  QVERIFY(scene.start());
  auto* small = scene.received('s');
  QVERIFY(scene.body(small, 0, limits::kReferencedBytesMin - 1));
  QVERIFY(!small->isKept);
  auto* block = scene.received('b');
  QVERIFY(scene.body(block, 0, 5000));
  scene.sender.flush();
  QVERIFY(scene.body(block, 5000, 5000));
  scene.takeAll();
  QCOMPARE(scene.recorded.body, std::string(limits::kReferencedBytesMin - 1, 's') + std::string(10'000, 'b'));
  scene.sender.bodyBlocks()->give(small);
  scene.sender.bodyBlocks()->give(block);
}

SLUICE_TEST(whenChunksAreScarceBodiesAreReceivedOnTheHeapAndNothingIsLost) {
  Scene scene(limits::kWorkerChunksForRecords + 2);
  QVERIFY(scene.start());
  std::string expected;
  std::vector<buffer::Block*> blocks;
  bool onTheHeap = false;
  for (int i = 0; i < 40; ++i) {
    auto* block = scene.received(static_cast<char>('a' + i % 26));
    onTheHeap = onTheHeap || !block->readOnly;
    QVERIFY(scene.body(block, 0, kChunk));
    expected += std::string(asText(Bytes(block->data, kChunk)));
    blocks.push_back(block);
  }
  QVERIFY(onTheHeap);
  scene.takeAll();
  QVERIFY(scene.recorded.body == expected);
  for (auto* block : blocks) scene.sender.bodyBlocks()->give(block);
}

// The largest needs more chunks than bodies leave to records, and long transfers leave them scattered.
SLUICE_TEST(theLargestMessageIsRecordedWhereNoTwoFreeChunksAreInARow) {
  constexpr auto kForRecords = limits::kWorkerChunksForRecords;
  Scene scene(2 * kForRecords);
  QVERIFY(scene.start());
  auto& memory = scene.ports.a->port->memory();
  std::vector<port::SharedBuffer> inUse;
  for (std::size_t i = 0; i < 2 * kForRecords; ++i) inUse.push_back(memory.allocate(kChunk));
  for (std::size_t i = 0; i < inUse.size(); i += 2) memory.release(inUse[i]);
  capture::MessagePassed message;
  message.exchange = ExchangeId{1};
  for (const char letter : {'a', 'b'}) {
    message.payload = std::string(limits::kMessageBytesKept, letter);
    QVERIFY(scene.sender.record(message));
    QVERIFY(scene.end(0, 0) && scene.start());
  }
  QVERIFY(scene.counters.backlogBytes.load() > 0);
  scene.takeAll();
  QVERIFY(scene.sender.isEmpty());
  QCOMPARE(scene.counters.backlogBytes.load(), std::uint64_t(0));
  QVERIFY(scene.recorded.messages == std::vector({std::string(limits::kMessageBytesKept, 'a'), message.payload}));
  QCOMPARE(scene.recorded.ends.size(), std::size_t(2));
  QCOMPARE(scene.intake.badRecords(), std::uint64_t(0));
  for (auto& buffer : inUse) memory.release(buffer);
}
