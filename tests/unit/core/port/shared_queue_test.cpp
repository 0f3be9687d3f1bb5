#include "core/port/shared_queue.h"

#include <memory>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using Push = QueueWriter<>::Push;

namespace {

struct Queue {
  explicit Queue(std::uint32_t slotCount) : memory(new (std::align_val_t{64}) std::byte[queueBytes(slotCount)]()), count(slotCount) {}
  ~Queue() { ::operator delete[](memory, std::align_val_t{64}); }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  QueueWriter<> writer() const { return {memory, count}; }
  QueueReader<> reader() const { return {memory, count}; }
  QueueHead& head() const { return *reinterpret_cast<QueueHead*>(memory); }
  QueueSlot& slot(std::size_t index) const { return reinterpret_cast<QueueSlot*>(memory + kQueueHeadBytes)[index]; }

  std::byte* memory;
  std::uint32_t count;
};

MessageHeader numbered(std::uint32_t stream) {
  MessageHeader header;
  header.stream = stream;
  return header;
}

}  // namespace

SLUICE_TEST(freshMemoryIsAnEmptyQueue) {
  Queue queue(8);
  QueueItem item;
  QVERIFY(!queue.reader().pop(item));
  QVERIFY(queue.reader().becomeIdle());
}

SLUICE_TEST(messagesComeOutInOrderOverManyLaps) {
  Queue queue(4);
  auto writer = queue.writer();
  auto reader = queue.reader();
  QueueItem item;
  for (std::uint32_t i = 0; i < 1000; i += 3) {
    for (std::uint32_t k = i; k < i + 3; ++k) QCOMPARE(writer.push(numbered(k), asBytes("payload")), Push::Done);
    for (std::uint32_t k = i; k < i + 3; ++k) {
      QVERIFY(reader.pop(item));
      QCOMPARE(item.header.stream, k);
      QCOMPARE(asText(Bytes(item.payload).first(7)), std::string_view("payload"));
    }
    QVERIFY(!reader.pop(item));
  }
}

SLUICE_TEST(aFullQueueSaysAgainAndLosesNothing) {
  Queue queue(4);
  auto writer = queue.writer();
  auto reader = queue.reader();
  for (std::uint32_t i = 0; i < 4; ++i) QCOMPARE(writer.push(numbered(i), {}), Push::Done);
  QCOMPARE(writer.push(numbered(9), {}), Push::Again);
  QueueItem item;
  for (std::uint32_t i = 0; i < 4; ++i) {
    QVERIFY(reader.pop(item));
    QCOMPARE(item.header.stream, i);
  }
  QCOMPARE(writer.push(numbered(9), {}), Push::Done);
}

SLUICE_TEST(oneWakeUpForEachTimeTheReaderIsIdle) {
  Queue queue(8);
  auto writer = queue.writer();
  auto reader = queue.reader();
  QueueItem item;
  QCOMPARE(writer.push(numbered(1), {}), Push::Done);  // the reader is awake at first
  QVERIFY(!reader.becomeIdle());
  QVERIFY(reader.pop(item));
  QVERIFY(reader.becomeIdle());
  QCOMPARE(writer.push(numbered(2), {}), Push::DoneAndWake);
  QCOMPARE(writer.push(numbered(3), {}), Push::Done);
  reader.becomeAwake();
  QVERIFY(reader.pop(item));
  QCOMPARE(writer.push(numbered(4), {}), Push::Done);
}

SLUICE_TEST(aReaderThatIsLetWaitIsWokenOnceAndFindsEverything) {
  Queue queue(8);
  auto writer = queue.writer();
  auto reader = queue.reader();
  QueueItem item;
  QVERIFY(reader.becomeIdle());
  for (std::uint32_t i = 0; i < 3; ++i) QCOMPARE(writer.push(numbered(i), {}, QueueWriter<>::Reader::LetWait), Push::Done);
  QVERIFY(writer.wake());
  QVERIFY(!writer.wake());
  for (std::uint32_t i = 0; i < 3; ++i) {
    QVERIFY(reader.pop(item));
    QCOMPARE(item.header.stream, i);
  }
  QVERIFY(reader.becomeIdle());
  QCOMPARE(writer.push(numbered(3), {}, QueueWriter<>::Reader::LetWait), Push::Done);
  QCOMPARE(writer.push(numbered(4), {}), Push::DoneAndWake);  // which is for both
}

SLUICE_TEST(aReaderThatFindsSomethingAtItsSecondLookStaysAwake) {
  Queue queue(8);
  auto reader = queue.reader();
  QueueItem item;
  QVERIFY(!reader.pop(item));
  QCOMPARE(queue.writer().push(numbered(1), {}), Push::Done);
  QVERIFY(!reader.becomeIdle());
  QCOMPARE(queue.writer().push(numbered(2), {}), Push::Done);
}

SLUICE_TEST(aWriterThatWaitsIsToldOnce) {
  Queue queue(2);
  auto writer = queue.writer();
  auto reader = queue.reader();
  QVERIFY(!reader.takeWriterWaits());
  writer.waitForRoom();
  QVERIFY(reader.takeWriterWaits());
  QVERIFY(!reader.takeWriterWaits());
}

SLUICE_TEST(aWriterReturnsWhateverTheReaderPutIntoTheMemory) {
  for (const std::uint64_t turn : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{5}, ~std::uint64_t{0}}) {
    Queue queue(4);
    for (int i = 0; i < 4; ++i) queue.slot(std::size_t(i)).turn = turn;
    QCOMPARE(queue.writer().push(numbered(1), {}), Push::Again);
  }
  Queue queue(4);
  queue.head().tail = ~std::uint64_t{0} - 1;
  QCOMPARE(queue.writer().push(numbered(1), {}), Push::Again);
}

SLUICE_TEST(aReaderKeepsItsOwnPositionWhateverAWriterPutIntoTheMemory) {
  Queue queue(4);
  auto reader = queue.reader();
  queue.head().tail = 1'000'000;
  QueueItem item;
  QVERIFY(!reader.pop(item));
  queue.slot(0).turn = 77;
  QVERIFY(!reader.pop(item));
  queue.slot(0).turn = 1;
  QVERIFY(reader.pop(item));
  queue.slot(0).turn = 1;
  QVERIFY(!reader.pop(item));
}
