#include "core/store/record_queue.h"

#include <algorithm>
#include <utility>

#include "core/store/backlog.h"

namespace sluice::store {
namespace {

std::uint64_t bodyNumber(ExchangeId exchange, capture::Direction direction) {
  return exchange.value * 2 + static_cast<std::uint64_t>(direction);
}

}  // namespace

RecordQueue::RecordQueue(std::size_t bodyBytesMax, std::size_t allBytesMax)
    : bodyBytesMax_(bodyBytesMax), allBytesMax_(allBytesMax) {}

bool RecordQueue::push(capture::Record record) {
  const std::size_t weight = weightOf(record);
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  switch (judge(record, weight)) {
    case Verdict::Keep: break;
    case Verdict::Drop: return true;
    case Verdict::Refuse: return false;
  }
  records_.push_back(std::move(record));
  counts_.bytes += weight;
  waitingBytes_ += weight;
  ++pushed_;
  if (sleep_ == Sleep::UntilFirst || (sleep_ == Sleep::UntilEnough && isEnough())) {
    sleep_ = Sleep::No;
    wake_.notify_one();
  }
  return true;
}

RecordQueue::Verdict RecordQueue::judge(const capture::Record& record, std::size_t weight) {
  if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) return judgeBody(*chunk, weight);
  if (const auto* end = std::get_if<capture::ExchangeEnded>(&record)) {
    cutBodies_.erase(bodyNumber(end->exchange, capture::Direction::Request));
    cutBodies_.erase(bodyNumber(end->exchange, capture::Direction::Response));
    return Verdict::Keep;
  }
  if (const auto* message = std::get_if<capture::MessagePassed>(&record)) {
    if (counts_.bytes + weight <= bodyBytesMax_) return Verdict::Keep;
    counts_.refusedBodyBytes += message->payload.size();
    return Verdict::Refuse;
  }
  if (counts_.bytes + weight <= allBytesMax_) return Verdict::Keep;
  if (std::holds_alternative<capture::ExchangeStarted>(record)) {
    ++counts_.droppedExchanges;
    return Verdict::Drop;
  }
  return std::holds_alternative<capture::ConnectionOpened>(record) ? Verdict::Drop : Verdict::Keep;
}

RecordQueue::Verdict RecordQueue::judgeBody(const capture::BodyChunk& chunk, std::size_t weight) {
  const std::uint64_t body = bodyNumber(chunk.exchange, chunk.direction);
  const bool cut = cutBodies_.contains(body);
  if (!cut && counts_.bytes + weight <= bodyBytesMax_) return Verdict::Keep;
  if (!cut) cutBodies_.insert(body);
  counts_.refusedBodyBytes += chunk.bytes.size();
  return Verdict::Refuse;
}

void RecordQueue::whenSettled(std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (settledUpTo_ < pushed_) {
      flushUpTo_ = pushed_;
      wake_.notify_one();
      return waiting_.push_back({pushed_, std::move(done)});
    }
  }
  done();
}

void RecordQueue::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_one();
}

void RecordQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_.notify_one();
}

RecordQueue::Counts RecordQueue::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.records = records_.size();
  return counts;
}

template <class Done>
void RecordQueue::sleep(std::unique_lock<std::mutex>& lock, Sleep kind, Time until, Done done) {
  while (!done() && !urgent()) {
    sleep_ = kind;
    // Waiting until the largest time overflows inside some standard libraries.
    if (until == Time::max()) {
      wake_.wait(lock);
    } else if (wake_.wait_until(lock, until) == std::cv_status::timeout) {
      break;
    }
  }
  sleep_ = Sleep::No;
}

bool RecordQueue::take(std::vector<capture::Record>& into, Time earliest, const Enough& enough, Time latest) {
  std::unique_lock lock(mutex_);
  enough_ = enough;
  sleep(lock, Sleep::UntilFirst, latest, [this] { return !records_.empty(); });
  if (!records_.empty()) {
    sleep(lock, Sleep::UntilEnough, earliest, [this] { return isEnough(); });
  }
  into.clear();
  std::swap(into, records_);
  waitingBytes_ = 0;
  taken_ = pushed_;
  woken_ = false;
  return !closed_ || !into.empty();
}

void RecordQueue::release(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  counts_.bytes -= std::min<std::uint64_t>(bytes, counts_.bytes);
}

void RecordQueue::settled() {
  std::vector<std::function<void()>> due;
  {
    const std::lock_guard lock(mutex_);
    settledUpTo_ = taken_;
    for (; !waiting_.empty() && waiting_.front().upTo <= settledUpTo_; waiting_.pop_front()) {
      due.push_back(std::move(waiting_.front().done));
    }
  }
  for (const auto& done : due) done();
}

}  // namespace sluice::store
