#include "platform/file_pool.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <set>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

// An event loop that only runs what is posted.
class Loop {
 public:
  FilePool::Post post() {
    return [this](FilePool::Task task) {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(task));
      wake_.notify_one();
    };
  }
  // Runs posted tasks until `enough` says so; false after ten seconds.
  bool runUntil(const std::function<bool()>& enough) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::unique_lock lock(mutex_);
    while (!enough()) {
      if (!wake_.wait_until(lock, deadline, [this] { return !posted_.empty(); })) return false;
      const auto task = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
    return true;
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return posted_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<FilePool::Task> posted_;
};

}  // namespace

SLUICE_TEST(poolRunsWorkElsewhereAndItsEndOnTheLoop) {
  Loop loop;
  FilePool pool(loop.post());
  const auto here = std::this_thread::get_id();
  std::thread::id worked;
  std::thread::id ended;
  pool.run([&] { worked = std::this_thread::get_id(); }, [&] { ended = std::this_thread::get_id(); });
  QCOMPARE(pool.inFlight(), std::size_t{1});
  QVERIFY(loop.runUntil([&] { return ended != std::thread::id(); }));
  QVERIFY(worked != here);
  QVERIFY(ended == here);
  QCOMPARE(pool.inFlight(), std::size_t{0});
}

SLUICE_TEST(poolBeginsWorkInOrder) {
  Loop loop;
  FilePool pool(loop.post(), 1);
  std::vector<int> begun;
  int ended = 0;
  for (int i = 0; i < 100; ++i) pool.run([&begun, i] { begun.push_back(i); }, [&ended] { ++ended; });
  QVERIFY(loop.runUntil([&] { return ended == 100; }));
  for (int i = 0; i < 100; ++i) QCOMPARE(begun[std::size_t(i)], i);
}

SLUICE_TEST(poolOperationsDoNotWaitForASlowOne) {
  Loop loop;
  FilePool pool(loop.post(), 2);
  std::atomic<bool> release = false;
  bool slowEnded = false;
  int others = 0;
  pool.run(
      [&] {
        while (!release) std::this_thread::yield();
      },
      [&] { slowEnded = true; });
  for (int i = 0; i < 10; ++i) pool.run([] {}, [&] { ++others; });
  QVERIFY(loop.runUntil([&] { return others == 10; }));
  QVERIFY(!slowEnded);
  release = true;
  QVERIFY(loop.runUntil([&] { return slowEnded; }));
}

SLUICE_TEST(poolStartsNoMoreThreadsThanItMay) {
  Loop loop;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  int ended = 0;
  FilePool pool(loop.post(), 2);
  for (int i = 0; i < 100; ++i) {
    pool.run(
        [&] {
          const std::lock_guard lock(mutex);
          threads.insert(std::this_thread::get_id());
        },
        [&] { ++ended; });
  }
  QVERIFY(loop.runUntil([&] { return ended == 100; }));
  QVERIFY(threads.size() <= 2);
}

// One operation after another needs one thread, though more might be had.
SLUICE_TEST(poolHasOneThreadWhileNoWorkWaits) {
  Loop loop;
  std::set<std::thread::id> threads;
  FilePool pool(loop.post(), 8);
  for (int i = 0; i < 20; ++i) {
    std::thread::id worked;
    bool ended = false;
    pool.run([&] { worked = std::this_thread::get_id(); }, [&] { ended = true; });
    QVERIFY(loop.runUntil([&] { return ended; }));
    threads.insert(worked);
  }
  QCOMPARE(threads.size(), std::size_t{1});
}

SLUICE_TEST(poolRunsWhatIsQueuedBeforeItGoes) {
  Loop loop;
  std::atomic<int> worked = 0;
  {
    FilePool pool(loop.post(), 2);
    for (int i = 0; i < 50; ++i) pool.run([&] { ++worked; }, [] {});
  }
  QCOMPARE(worked.load(), 50);
  QCOMPARE(loop.waiting(), std::size_t{50});
}

SLUICE_TEST(poolOfOneThreadEndsWorkInOrder) {
  Loop loop;
  FilePool pool(loop.post(), 1);
  std::vector<int> ended;
  for (int i = 0; i < 100; ++i) pool.run([] {}, [&ended, i] { ended.push_back(i); });
  QVERIFY(loop.runUntil([&] { return ended.size() == 100; }));
  for (int i = 0; i < 100; ++i) QCOMPARE(ended[std::size_t(i)], i);
}

SLUICE_TEST(poolEndsNothingFromInside) {
  Loop loop;
  FilePool pool(loop.post());
  bool ended = false;
  pool.run([] {}, [&] { ended = true; });
  QVERIFY(!ended);
  QVERIFY(loop.runUntil([&] { return ended; }));
}

SLUICE_TEST(poolMayBeAskedForMoreAtTheEndOfWork) {
  Loop loop;
  FilePool pool(loop.post());
  int rounds = 0;
  const std::function<void()> next = [&] {
    if (++rounds < 20) pool.run([] {}, next);
  };
  pool.run([] {}, next);
  QVERIFY(loop.runUntil([&] { return rounds == 20; }));
  QCOMPARE(pool.inFlight(), std::size_t{0});
}

// What an operation holds, a file for one, is gone when its end is told.
SLUICE_TEST(poolLetsGoOfWorkBeforeItsEnd) {
  Loop loop;
  FilePool pool(loop.post());
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> seen = held;
  bool heldAtEnd = true, ended = false;
  pool.run([held = std::move(held)] {}, [&] {
    heldAtEnd = !seen.expired();
    ended = true;
  });
  QVERIFY(loop.runUntil([&] { return ended; }));
  QVERIFY(!heldAtEnd);
}
