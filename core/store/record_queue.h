// From the loops to the recorder's thread: bounded by bytes, never waiting on the side of the loops.
//
// The bytes of a record count until release(): until they are on disk, not merely until they are taken. So one bound
// covers everything that the recorder holds, also while the disk is full.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "core/capture/records.h"

namespace sluice::store {

class RecordQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Over bodyBytesMax body chunks and messages are refused; over allBytesMax exchanges and connections that begin are dropped.
  // What ends is always taken, and so is a response head: there is one at most for each exchange that began.
  RecordQueue(std::size_t bodyBytesMax, std::size_t allBytesMax);

  // Any thread. False: a body chunk that is not kept, or the queue is closed.
  bool push(capture::Record record);
  // Any thread. `done` is called when everything pushed before is settled: on the recorder's thread, or at once.
  void whenSettled(std::function<void()> done);
  // Any thread. Nothing is taken any more; what waits is still handed out.
  void close();

  struct Counts {
    std::uint64_t records = 0;  // waiting to be taken
    std::uint64_t bytes = 0;    // held: waiting, or taken and not released
    std::uint64_t refusedBodyBytes = 0;
    std::uint64_t droppedExchanges = 0;
  };
  Counts counts() const;  // any thread

  // How much is worth being taken at once.
  struct Enough {
    std::size_t records = 0;
    std::size_t bytes = 0;
  };
  // The recorder's thread. Moves out what waits, oldest first, once there is something: not before `earliest`, so
  // that little records gather, unless there is `enough` of either; with nothing at all at `latest`. A flush or a close
  // ends every wait. False: closed, and nothing will come any more.
  bool take(std::vector<capture::Record>& into, Time earliest, const Enough& enough, Time latest);
  // The recorder's thread. These bytes are on disk, or given up.
  void release(std::size_t bytes);
  // take() returns soon, even with nothing.
  void wake();

  // The recorder's thread. Everything up to the last take() is committed, or cannot be for the time being.
  void settled();

 private:
  enum class Verdict : std::uint8_t { Keep, Drop, Refuse };
  enum class Sleep : std::uint8_t { No, UntilFirst, UntilEnough };

  Verdict judge(const capture::Record& record, std::size_t weight);
  Verdict judgeBody(const capture::BodyChunk& chunk, std::size_t weight);
  bool isEnough() const { return records_.size() >= enough_.records || waitingBytes_ >= enough_.bytes; }
  bool urgent() const { return closed_ || woken_ || flushUpTo_ > taken_; }
  template <class Done>
  void sleep(std::unique_lock<std::mutex>& lock, Sleep kind, Time until, Done done);

  // Immutable after construction.
  const std::size_t bodyBytesMax_;
  const std::size_t allBytesMax_;

  // Under mutex_.
  mutable std::mutex mutex_;
  std::condition_variable wake_;  // the recorder waits here
  std::vector<capture::Record> records_;
  std::size_t waitingBytes_ = 0;  // in them
  std::unordered_set<std::uint64_t> cutBodies_;  // of running exchanges; what follows must be refused too
  Counts counts_;
  std::uint64_t pushed_ = 0;  // records, ever
  std::uint64_t taken_ = 0;
  std::uint64_t settledUpTo_ = 0;
  std::uint64_t flushUpTo_ = 0;
  struct Waiting {
    std::uint64_t upTo = 0;
    std::function<void()> done;
  };
  std::deque<Waiting> waiting_;  // for what is settled, lowest first
  Enough enough_;
  Sleep sleep_ = Sleep::No;
  bool closed_ = false;
  bool woken_ = false;
};

}  // namespace sluice::store
