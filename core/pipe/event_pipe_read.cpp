// The reading half of the event pipe. "Rule" means the spec's section on reading upstream.
#include <algorithm>
#include <array>
#include <limits>

#include "core/base/assert.h"
#include "core/pipe/event_pipe.h"

namespace sluice::pipe {

EventPipe::ReadStop EventPipe::readUpstream(MonoTime now) {
  const ReadStop stop = receiveWhilePossible(now);
  handOnPartial(/*sourceIsDry=*/true);
  if (upstreamEnded() && settings_.releaseBlocks) blocks_.releaseUnused();  // rule 7
  if (settings_.cacheable && error_.code == Code::None) spill();            // rule 9
  return upstreamEnded() ? ReadStop::Ended : stop;
}

EventPipe::ReadStop EventPipe::receiveWhilePossible(MonoTime now) {
  while (!upstreamEnded() && error_.code == Code::None) {
    if (downstreamFailed_ && !settings_.cacheable) return ReadStop::NoRoom;
    if (!preread_.empty()) {  // rule 1
      takePreread();
      continue;
    }
    if (!blocks_.lent() && ends_.source->endIsKnown()) {  // rule 2
      endOfStream(ends_.source->takeEnd());
      continue;
    }
    if (sourceIsDry_) return ReadStop::WouldBlock;
    if (turnReceived_ > 0 && turnReceived_ >= settings_.turnBytes) return ReadStop::TurnOver;
    // Rule 3. What is lent already was allowed when it was lent.
    std::size_t allowance = std::numeric_limits<std::size_t>::max();
    if (ends_.readLimiter != nullptr && !blocks_.lent()) allowance = ends_.readLimiter->allowance(now);
    if (allowance == 0) return ReadStop::Delayed;
    if (const auto stop = findRoom(now)) return *stop;            // rule 4
    if (const auto stop = receive(allowance, now)) return *stop;  // rules 5 and 6
  }
  return ReadStop::Ended;
}

void EventPipe::takePreread() {
  const Bytes bytes = std::exchange(preread_, {});
  if (bytes.empty()) return;
  received_ += bytes.size();
  readProgress_ = true;
  if (upstreamEnded()) {
    excess_.append(asText(bytes));
  } else {
    feed(Slice::ofMemory(bytes));
  }
}

std::optional<EventPipe::ReadStop> EventPipe::findRoom(MonoTime now) {
  if (blocks_.freeCount() > 0) return std::nullopt;  // 4a
  if (blocks_.canGrow()) {                           // 4b
    if (blocks_.grow()) return std::nullopt;
    if (blocks_.held() == 0) {  // nothing would ever come back and wake the pipe
      error_ = {Code::OutOfMemory, Side::Local, 0, "no block to receive into"};
      return ReadStop::NoRoom;
    }
  }
  if (!settings_.cacheable && writingCouldHelp(now)) return ReadStop::WriteFirst;  // 4c
  spill();                                                                         // 4d: its completion re-enters
  return ReadStop::NoRoom;                                                         // 4e
}

std::optional<EventPipe::ReadStop> EventPipe::receive(std::size_t allowance, MonoTime now) {
  std::array<MutableBytes, limits::kGatherBuffersMax> pieces;
  const auto room = blocks_.room(allowance, std::span(pieces).first(settings_.singleBuf ? 1 : pieces.size()));
  IoResult result = ends_.source->receive(room);
  switch (result.status) {
    case IoResult::Status::WouldBlock:
      sourceIsDry_ = true;
      lend(room[0]);
      return ReadStop::WouldBlock;
    case IoResult::Status::End:
    case IoResult::Status::Failed: endOfStream(std::move(result)); return std::nullopt;
    case IoResult::Status::Ok: break;
  }
  if (SLUICE_BUG(result.bytes == 0)) return ReadStop::WouldBlock;
  if (ends_.readLimiter != nullptr) ends_.readLimiter->consumed(result.bytes, now);
  received_ += result.bytes;
  turnReceived_ += result.bytes;
  readProgress_ = true;
  accept(result.bytes);
  return std::nullopt;
}

// The system owns the piece until the wait is over.
void EventPipe::lend(MutableBytes piece) {
  if (!settings_.singleBuf || blocks_.lent()) return;
  if (ends_.source->lend(piece, *ends_.lender)) blocks_.lend(piece.size());
}

// Rule 6: full blocks go to the input filter one at a time; a partly filled one stays and receives more.
void EventPipe::accept(std::size_t bytes) {
  // All are taken out before the first is handed on: one that is free again at once would push in before the others.
  Block* first = nullptr;
  Block** last = &first;
  while (bytes > 0) {
    SLUICE_ASSERT(blocks_.head() != nullptr);  // a source never receives more than it was offered
    bytes -= blocks_.fillHead(bytes);
    if (blocks_.head()->room() > 0) break;
    *last = blocks_.takeHead();
    last = &(*last)->next;
  }
  while (first != nullptr) {
    Block* block = std::exchange(first, first->next);
    block->next = nullptr;
    handOn(*block);
  }
  // In singleBuf mode this must happen now: the next receive would lend the block.
  handOnPartial(/*sourceIsDry=*/settings_.singleBuf);
}

// Hands on what the head of free-raw holds if it should not wait for more.
void EventPipe::handOnPartial(bool sourceIsDry) {
  Block* head = blocks_.head();
  if (head == nullptr || head->pending().empty() || blocks_.lent()) return;
  const auto due = ends_.filter->due();
  const bool now = upstreamEnded() || (settings_.delivery == Delivery::Streaming && sourceIsDry) ||
                   (due && head->pending().size() >= *due);
  if (!now) return;
  // A block that receives nothing more leaves the list; so does one that could be lent while somebody reads it. And one that is
  // shared with a recorder, which can then read what has just come where it lies: to give up less than half of the block for
  // that costs less than a copy.
  const bool isWorthKeeping = head->readOnly && head->pending().size() >= head->capacity / 2;
  if (upstreamEnded() || settings_.singleBuf || isWorthKeeping) blocks_.takeHead();
  readProgress_ = true;  // also when they were held until adapt() said not to
  handOn(*head);
}

void EventPipe::handOn(Block& block) {
  const Bytes pending = block.pending();
  block.handedOn = block.filled;
  if (upstreamEnded()) {
    if (upstream_ == Upstream::Done) excess_.append(asText(pending));
  } else if (!pending.empty()) {
    blockShown_ = block.isFree ? nullptr : &block;
    feed(Slice::ofBlock(block, pending));
    blockShown_ = nullptr;
  }
  if (block.slices > 0) return;
  if (block.isFree) {
    block.rewind();
  } else {
    recycle(&block, FreeAt::Front);
  }
}

void EventPipe::feed(const Slice& raw) {
  const auto fed = ends_.filter->feed(raw, *this);
  switch (fed.state) {
    case InputFilter::State::More: break;
    case InputFilter::State::Complete:  // rule 8
      endUpstream(Upstream::Done);
      excess_.append(asText(raw.bytes().subspan(fed.consumed)));
      break;
    case InputFilter::State::Failed: endUpstream(Upstream::Failed, ends_.filter->error()); break;
  }
}

void EventPipe::pass(const Slice& part) {
  passed_ += part.size;
  if (!in_.empty()) {
    Slice& last = in_.back();
    if (last.block == part.block && last.data + last.size == part.data) {
      last.size += part.size;
      return;
    }
  }
  if (part.block != nullptr) ++part.block->slices;
  in_.pushBack(part);
}

void EventPipe::body(Bytes payload) {
  if (ends_.tap != nullptr) ends_.tap->onBody(payload);
}

void EventPipe::endOfStream(IoResult how) {
  // What was received belongs to the message before its end is judged.
  Block* head = blocks_.head();
  if (head != nullptr && !head->pending().empty() && !blocks_.lent()) handOn(*blocks_.takeHead());
  if (upstreamEnded()) return;
  if (how.status == IoResult::Status::Failed) return endUpstream(Upstream::Failed, std::move(how.error));
  Error error = ends_.filter->endError();
  const auto state = error.code == Code::None ? Upstream::Eof : Upstream::Failed;
  endUpstream(state, std::move(error));
}

void EventPipe::endUpstream(Upstream how, Error error) {
  upstream_ = how;
  upstreamError_ = std::move(error);
  readProgress_ = true;  // so that what is left is written
}

}  // namespace sluice::pipe
