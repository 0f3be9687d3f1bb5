// Transport: waits that own memory.
#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/buffer.hpp>
#include <cstring>
#include <utility>

#include "platform/net/transport_shared.h"

namespace sluice::net {
namespace {

// What is left of the piece in which so many bytes end; empty: they fill all pieces.
MutableBytes restBehind(std::span<const MutableBytes> pieces, std::size_t bytes) {
  for (const auto piece : pieces) {
    if (bytes < piece.size()) return piece.subspan(bytes);
    bytes -= piece.size();
  }
  return {};
}

}  // namespace

void Transport::Shared::receiveInto(MutableBytes memory, Lender& lender) {
  if (!loan) loan = std::make_unique<Loan>(socket.get_executor());
  loan->lender = &lender;
  loan->memory = memory;
  loan->inFlight = waitingRead = true;
  ++loan->number;
  auto done = [self = shared_from_this()](const std::error_code& code, std::size_t bytes) { self->lentReceived(code, bytes); };
  socket.async_receive(asio::buffer(memory.data(), memory.size()), asio::bind_cancellation_slot(loan->cancel.slot(), std::move(done)));
  if (!loan->idleRuns) watchLoan();
}

void Transport::Shared::lentReceived(const std::error_code& code, std::size_t bytes) {
  loan->inFlight = false;
  loan->came = bytes;
  if (isFailure(code)) receiveFailed = code;
  if (bytes == 0 || !isOpen()) endLoan();
  announceReadable();
}

// Who has waited with the same loan from one look to the next has it back, and is told as if something had come.
void Transport::Shared::watchLoan() {
  loan->idleRuns = true;
  loan->idle.expires_after(std::chrono::milliseconds(kLentIdleMs));
  loan->idle.async_wait([self = shared_from_this(), number = loan->number](const std::error_code& code) {
    self->loan->idleRuns = false;
    if (code || !self->loan->inFlight) return;
    if (self->loan->number != number) return self->watchLoan();
    self->loan->cancel.emit(asio::cancellation_type::total);
  });
}

// How many of the bytes found room.
std::size_t Transport::Shared::takeWhatCame(std::span<const MutableBytes> into) {
  const auto before = loan->came;
  for (const auto piece : into) {
    const auto count = std::min(piece.size(), loan->came);
    if (count > 0) std::memmove(piece.data(), loan->memory.data(), count);
    loan->memory = loan->memory.subspan(count);
    loan->came -= count;
  }
  const auto found = before - loan->came;
  if (loan->came == 0) endLoan();
  return found;
}

void Transport::Shared::endLoan() {
  loan->came = 0;
  if (auto* lender = std::exchange(loan->lender, nullptr)) lender->givenBack();
}

// Nobody takes what comes any more.
void Transport::Shared::breakOffLoan() {
  if (!loan) return;
  loan->idle.cancel();
  if (loan->inFlight) {
    loan->cancel.emit(asio::cancellation_type::total);
  } else {
    endLoan();
  }
}

bool Transport::lend(MutableBytes into, Lender& lender) {
  if (!lends() || !isOpen() || shared_->waitingRead || shared_->isLent()) return false;
  if (received_ - receivedAtWait_ < strategy_.muchBytes) return false;
  receivedAtWait_ = received_;
  shared_->receiveInto(into, lender);
  return true;
}

IoResult Transport::receiveLent(std::span<const MutableBytes> into) {
  if (shared_->loan->inFlight) return IoResult::wouldBlock();
  const auto came = shared_->takeWhatCame(into);
  received_ += came;
  const auto rest = restBehind(into, came);  // more may have come meanwhile
  return IoResult::ok(came + (rest.empty() ? 0 : receiveNow({&rest, 1}).bytes));
}

}  // namespace sluice::net
