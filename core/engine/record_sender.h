// The worker's end of recording: packs records into shared chunks and sends them to the supervisor. Never waits.
//
// While the recorder falls behind, chunks run out: then records wait in private memory up to a limit. Beyond it bodies are
// cut, and what is cut is counted to the byte; beyond a second limit exchanges that begin are not recorded. Loop thread only.
//
// What is packed waits a moment for more, and full chunks for others: waking the supervisor costs both processes a turn, and nobody
// sees the difference. Bodies in bulk wait no longer than this turn, so that few chunks are on their way, and those are warm in the
// processor's cache.
//
// A body that was received into one of bodyBlocks() is not copied: its chunk is sent, and read by both sides. A record that is
// longer than a chunk is sent in pieces, as chunks become free: nothing ever needs several in a row.
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/base/limits.h"
#include "core/capture/records.h"
#include "core/engine/deadline.h"
#include "core/engine/shared_blocks.h"
#include "core/engine/shared_state.h"
#include "core/port/port.h"

namespace sluice::engine {

class RecordSender final : public capture::Sink {
 public:
  struct Limits {
    std::size_t bodyBytesMax = limits::kWorkerBacklogBytesMax;     // waiting; above, bodies are cut
    std::size_t allBytesMax = limits::kWorkerPendingBytesMax;      // waiting; above, exchanges and connections are refused
    std::uint64_t capturedBytesMax = limits::kCapturedBodyBytesMax;  // of each body: more of it is never recorded
    std::chrono::milliseconds heldBack{limits::kRecordsHeldBackMs};  // what is packed, at most
  };
  RecordSender(WorkerCounters& counters, const Limits& limits) : counters_(counters), limits_(limits) {}
  explicit RecordSender(WorkerCounters& counters) : RecordSender(counters, Limits()) {}

  // Before the first record. Until detach(), both stay.
  void attach(asio::io_context& loop, port::Port& port);
  // What is packed stays behind.
  void detach() { sendAt_.reset(); }

  bool record(capture::Record record) override;
  bool recordBody(ExchangeId exchange, capture::Direction direction, Bytes bytes, buffer::Block* block) override;
  buffer::BlockPool* bodyBlocks() override { return &blocks_; }

  // There are chunks or there is room again.
  void roomAgain();
  // Sends what is packed, before something that must not overtake it.
  void flush();
  // Nothing waits any more.
  bool isEmpty() const { return !packing_ && backlog_.empty(); }

 private:
  bool judge(const capture::Record& record, std::size_t bytes);
  bool judgeBody(ExchangeId exchange, capture::Direction direction, std::size_t payload, std::size_t bytes);
  void countCut(const capture::ExchangeEnded& end);
  Bytes pack(Bytes record);
  void append(Bytes bytes);
  bool refer(ExchangeId exchange, capture::Direction direction, Bytes bytes, SharedBlock& block);
  void flushAfterTurn();
  bool beginPacking();
  bool sendPacked();
  void wakeReader();
  void publish();

  WorkerCounters& counters_;
  const Limits limits_;
  asio::io_context* loop_ = nullptr;
  port::Port* port_ = nullptr;

  SharedBlocks blocks_;
  port::SharedBuffer packing_;               // chunks that are being filled
  std::size_t unread_ = 0;                   // messages that were sent since the reader was woken
  std::optional<Deadline> sendAt_;           // what is packed, and what is unread
  std::vector<SharedBlock*> packed_;         // what they refer to
  std::size_t referredBytes_ = 0;            // in them
  bool flushesAfterTurn_ = false;
  std::vector<port::SharedBuffer> sending_;  // of one message; empty between calls
  std::deque<std::string> backlog_;  // encoded records that found no chunk
  std::size_t frontPacked_ = 0;      // bytes of the first one that are packed already
  std::size_t backlogBytes_ = 0;     // without those
  std::string scratch_;
  std::unordered_set<std::uint64_t> cutBodies_;  // of running exchanges
};

}  // namespace sluice::engine
