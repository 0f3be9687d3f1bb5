// The queue and the chunks with real threads: several writers, one reader that sleeps on a socket whenever it may.
// Run with ThreadSanitizer it also says whether the memory orders are enough.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "core/port/segment.h"
#include "core/port/shared_queue.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;

namespace {

// In the place of the socket.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    ++count_;
    wake_.notify_one();
  }
  // False: nobody rang for longer than any machine needs.
  bool await() {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, std::chrono::seconds(60), [this] { return count_ > 0; })) return false;
    --count_;
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  int count_ = 0;
};

struct AlignedMemory {
  explicit AlignedMemory(std::size_t bytes) : data(new (std::align_val_t{4096}) std::byte[bytes]()) {}
  ~AlignedMemory() { ::operator delete[](data, std::align_val_t{4096}); }
  AlignedMemory(const AlignedMemory&) = delete;
  AlignedMemory& operator=(const AlignedMemory&) = delete;
  std::byte* data;
};

}  // namespace

SLUICE_TEST(manyWritersAndASleepyReaderLoseNothingAndKeepEachWritersOrder) {
  constexpr std::uint32_t kSlots = 64;
  constexpr std::uint32_t kWriters = 3;
  const auto each = static_cast<std::uint32_t>(std::stoul(test::option("count", "30000")));
  AlignedMemory memory(queueBytes(kSlots));
  Bell bell;
  std::vector<std::thread> writers;
  for (std::uint32_t w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      QueueWriter<> queue(memory.data, kSlots);
      for (std::uint32_t i = 0; i < each;) {
        MessageHeader header;
        header.stream = w;
        header.size = i;
        const auto pushed = queue.push(header, bytesOf(i));
        if (pushed == QueueWriter<>::Push::DoneAndWake) bell.ring();
        if (pushed != QueueWriter<>::Push::Again) ++i;
        if (i % 977 == 0) std::this_thread::yield();
      }
    });
  }
  QueueReader<> reader(memory.data, kSlots);
  std::vector<std::uint32_t> next(kWriters);
  std::uint32_t total = 0;
  bool inOrder = true;
  bool woken = true;
  while (total < kWriters * each && woken) {
    QueueItem item;
    while (reader.pop(item)) {
      inOrder = inOrder && item.header.size == next[item.header.stream] && copyOf<std::uint32_t>(item.payload) == item.header.size;
      ++next[item.header.stream];
      ++total;
    }
    if (total == kWriters * each || !reader.becomeIdle()) continue;
    woken = bell.await();
    reader.becomeAwake();
  }
  for (auto& thread : writers) thread.join();
  QVERIFY(woken);
  QVERIFY(inOrder);
  QCOMPARE(total, kWriters * each);
}

SLUICE_TEST(chunksAreNeverGivenToTwo) {
  constexpr std::uint32_t kChunks = 16;
  AlignedMemory memory(segmentBytes(kChunks));
  const SegmentMemory segment(memory.data, kChunks);
  segment.format(0, 1, 2, 0);
  std::atomic<bool> clean{true};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        const auto chunk = static_cast<std::uint32_t>((i * 7 + t) % int(kChunks));
        if (!segment.takeChunk(chunk)) continue;
        auto* word = reinterpret_cast<std::uint32_t*>(segment.chunk(chunk));
        *word = std::uint32_t(t);
        if (i % 64 == 0) std::this_thread::yield();
        if (*word != std::uint32_t(t)) clean = false;
        segment.freeChunk(chunk);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  QVERIFY(clean);
  QCOMPARE(segment.freeCount(), kChunks);
}
