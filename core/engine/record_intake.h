// The supervisor's end of recording, for one worker: takes records out of the chunks that came and gives them to the
// recorder, while that has room. What has to wait stays in its chunks, so that the worker runs out of them and not this
// process out of memory. Knows which exchanges and connections of the worker are open, kOpenMax of each at most, and ends
// them when it dies. Supervisor's loop.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/capture/records.h"
#include "core/engine/worker_messages.h"
#include "core/port/incoming_segments.h"

namespace sluice::engine {

// What is open, of all workers: each exchange and each connection is one worker's.
struct OpenIds {
  std::unordered_set<ExchangeId> exchanges;
  std::unordered_set<ConnectionId> connections;
};

class RecordIntake {
 public:
  static constexpr std::size_t kOpenMax = 2 * limits::kConnectionsMax;  // those that end are told of soon

  // `mayRecord` is asked before so many bytes of records are taken up, at most limits::kRecordsAtOnceBytesMax. `open` is shared by the
  // intakes of all workers, and outlives them.
  RecordIntake(capture::Sink& sink, std::function<bool(std::size_t bytes)> mayRecord, OpenIds& open);
  ~RecordIntake();
  RecordIntake(const RecordIntake&) = delete;
  RecordIntake& operator=(const RecordIntake&) = delete;

  // The buffers of one message: records, and the bodies that they refer to.
  void add(std::vector<port::ReceivedBuffer> buffers);
  // Goes on where it stopped. Call it when the recorder has written something.
  void pump();

  // The worker is gone: once all that it said is recorded, what it left open ends as cut off, for this reason.
  void workerGone(Error why, std::function<WallTime()> now);
  // ENSURES: nothing waits and nothing is open any more.
  bool isFinished() const { return gone_ && pending_.empty(); }

  std::size_t waitingBytes() const { return waitingBytes_; }
  std::size_t waitingBuffers() const { return pending_.size(); }
  // Records that made no sense.
  std::uint64_t badRecords() const { return badRecords_; }

 private:
  // What is known of an exchange that runs, for its end if it gets none of its own. By direction.
  struct Open {
    std::array<std::uint64_t, 2> passed{};
    std::array<std::uint64_t, 2> captured{};
    std::array<bool, 2> cut{};  // the recorder refused a part of it
  };

  struct Message {
    std::vector<port::ReceivedBuffer> buffers;
    std::size_t bytes = 0;
  };

  enum class Verdict : std::uint8_t { Good, Unknown, Bad };

  bool takeFront();
  void take(Bytes piece, bool goesOn);
  void takeReference(const Message& message, const BodyReference& reference);
  void judgeAndGive(capture::Record record);
  Verdict judge(const capture::Record& record);
  template <class AnyId, class Mine>
  static bool mayClaim(AnyId id, const Mine& mine, std::unordered_set<AnyId>& all);
  void give(capture::Record record);
  Open* find(ExchangeId exchange);
  void endAll();

  capture::Sink& sink_;
  const std::function<bool(std::size_t)> mayRecord_;
  OpenIds& open_;
  std::deque<Message> pending_;
  std::size_t waitingBytes_ = 0;
  std::unordered_map<ExchangeId, Open> exchanges_;
  std::unordered_set<ConnectionId> connections_;
  std::uint64_t badRecords_ = 0;
  std::string copied_;  // the record at hand, as far as it has come; at most kRecordBytesMax
  std::size_t referredBytes_ = 0;  // by the message at hand
  bool gone_ = false;
  Error why_;
  std::function<WallTime()> now_;
};

}  // namespace sluice::engine
