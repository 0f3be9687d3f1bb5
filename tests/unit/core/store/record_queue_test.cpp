#include "core/store/record_queue.h"

#include <future>
#include <thread>

#include "core/store/backlog.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;
using Time = RecordQueue::Time;

namespace {

const Time kAtOnce{};
const Time kNever = Time::max();
constexpr std::size_t kMany = 1'000'000;

std::size_t take(RecordQueue& queue) {
  std::vector<capture::Record> records;
  return queue.take(records, kAtOnce, {1, 1}, kAtOnce) ? records.size() : 0;
}

void flush(RecordQueue& queue) {
  std::promise<void> settled;
  queue.whenSettled([&] { settled.set_value(); });
  settled.get_future().wait();
}

}  // namespace

SLUICE_TEST(refusesBodyChunksOverTheLimitAndTakesEverythingElse) {
  RecordQueue queue(10'000, 1'000'000);
  QVERIFY(queue.push(started(1)));
  QVERIFY(queue.push(chunk(1, pattern(8000))));
  QVERIFY(!queue.push(chunk(1, pattern(8000))));
  QVERIFY(queue.push(started(2)));
  QVERIFY(queue.push(ended(1)));
  QCOMPARE(queue.counts().refusedBodyBytes, 8000u);
  QCOMPARE(queue.counts().records, 4u);
  QCOMPARE(queue.counts().droppedExchanges, 0u);
}

SLUICE_TEST(refusesTheRestOfABodyThatLostAChunk) {
  RecordQueue queue(10'000, 1'000'000);
  QVERIFY(!queue.push(chunk(1, pattern(20'000))));
  QVERIFY(!queue.push(chunk(1, "small")));
  QVERIFY(queue.push(chunk(1, "other direction", Direction::Request)));
  QVERIFY(queue.push(chunk(2, "other exchange")));
  QVERIFY(queue.push(ended(1)));
  QVERIFY(queue.push(chunk(1, "as if new")));
}

SLUICE_TEST(refusesMessagesOverTheLimitToo) {
  RecordQueue queue(10'000, 1'000'000);
  capture::MessagePassed message;
  message.exchange = ExchangeId{1};
  message.payload = pattern(8000);
  QVERIFY(queue.push(message));
  QVERIFY(!queue.push(message));
  QCOMPARE(queue.counts().refusedBodyBytes, 8000u);
}

SLUICE_TEST(countsBytesUntilTheyAreReleased) {
  RecordQueue queue(10'000, 1'000'000);
  const capture::Record record = chunk(1, pattern(8000));
  const std::size_t weight = weightOf(record);
  QVERIFY(queue.push(record));
  QCOMPARE(take(queue), std::size_t(1));
  QCOMPARE(queue.counts().bytes, std::uint64_t(weight));
  QVERIFY(!queue.push(chunk(2, pattern(8000))));
  queue.release(weight);
  QCOMPARE(queue.counts().bytes, 0u);
  QVERIFY(queue.push(chunk(3, pattern(8000))));
}

SLUICE_TEST(dropsExchangesThatBeginOverTheSecondLimit) {
  RecordQueue queue(1000, 20'000);
  std::uint64_t id = 0;
  while (queue.counts().droppedExchanges == 0 && id < 1000) QVERIFY(queue.push(started(++id)));
  QVERIFY(id > 10 && id < 1000);
  QVERIFY(queue.counts().bytes <= 20'000);
  QVERIFY(queue.push(responded(1)));
  QVERIFY(queue.push(ended(1)));
  QCOMPARE(queue.counts().records, id - 1 + 2);
  QVERIFY(queue.push(capture::ConnectionOpened{ConnectionId{1}, wall(0), "a", "b"}));
  QCOMPARE(queue.counts().records, id - 1 + 2);
}

SLUICE_TEST(handsOutRecordsInTheirOrder) {
  RecordQueue queue(1'000'000, 1'000'000);
  for (std::uint64_t id = 1; id <= 100; ++id) queue.push(started(id));
  std::vector<capture::Record> records;
  QVERIFY(queue.take(records, kAtOnce, {1, 1}, kNever));
  QCOMPARE(records.size(), std::size_t(100));
  for (std::uint64_t id = 1; id <= 100; ++id) {
    QCOMPARE(std::get<capture::ExchangeStarted>(records[id - 1]).exchange.value, id);
  }
}

SLUICE_TEST(handsOutWhatWaitsWhenItIsClosedAndThenEnds) {
  RecordQueue queue(1'000'000, 1'000'000);
  queue.push(started(1));
  queue.close();
  QVERIFY(!queue.push(started(2)));
  std::vector<capture::Record> records;
  QVERIFY(queue.take(records, kNever, {1000, kMany}, kNever));
  QCOMPARE(records.size(), std::size_t(1));
  QVERIFY(!queue.take(records, kNever, {1000, kMany}, kNever));
}

SLUICE_TEST(wakesTheRecorderForTheFirstRecordForEnoughForAFlushAndForTheEnd) {
  RecordQueue queue(1'000'000, 1'000'000);
  std::vector<std::size_t> batches;
  std::thread recorder([&] {
    std::vector<capture::Record> records;
    // The first record alone; then five at a time, never for time that passed.
    for (Time earliest = kAtOnce; queue.take(records, earliest, {5, kMany}, kNever); earliest = kNever) {
      batches.push_back(records.size());
      queue.settled();
    }
  });
  queue.push(started(1));
  flush(queue);
  for (std::uint64_t id = 2; id <= 6; ++id) queue.push(started(id));
  flush(queue);
  queue.push(started(7));
  queue.push(started(8));
  flush(queue);
  queue.push(started(9));
  queue.close();
  recorder.join();
  std::size_t sum = 0;
  for (const std::size_t batch : batches) sum += batch;
  QCOMPARE(sum, std::size_t(9));
  QCOMPARE(batches.front(), std::size_t(1));
  QCOMPARE(batches.back(), std::size_t(1));
}

SLUICE_TEST(tellsWhenWhatWasPushedBeforeIsSettledAndKeepsNobodyWaiting) {
  RecordQueue queue(1'000'000, 1'000'000);
  std::vector<int> told;
  queue.whenSettled([&] { told.push_back(0); });  // there is nothing
  QCOMPARE(told, std::vector<int>({0}));
  queue.push(started(1));
  queue.whenSettled([&] { told.push_back(1); });
  queue.whenSettled([&] { told.push_back(2); });
  QCOMPARE(take(queue), std::size_t(1));
  queue.push(started(2));
  queue.whenSettled([&] { told.push_back(3); });
  QCOMPARE(told, std::vector<int>({0}));
  queue.settled();
  QCOMPARE(told, std::vector<int>({0, 1, 2}));
  QCOMPARE(take(queue), std::size_t(1));
  queue.settled();
  QCOMPARE(told, std::vector<int>({0, 1, 2, 3}));
}

SLUICE_TEST(fewRecordsOfManyBytesAreEnoughToo) {
  RecordQueue queue(1'000'000, 1'000'000);
  queue.push(started(1));
  std::promise<std::size_t> taken;
  std::thread recorder([&] {
    std::vector<capture::Record> records;
    queue.take(records, kNever, {1000, 10'000}, kNever);
    taken.set_value(records.size());
  });
  for (int i = 0; i < 3; ++i) queue.push(chunk(1, pattern(4000)));
  QCOMPARE(taken.get_future().get(), std::size_t(4));
  queue.close();
  recorder.join();
}
