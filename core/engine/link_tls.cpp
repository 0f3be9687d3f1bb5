// Link: TLS over its transport. Ciphertext is received into the session's memory, plaintext goes straight into the
// caller's, so that bodies run through the same pipes as without.
#include <algorithm>
#include <array>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/engine/link.h"

namespace sluice::engine {

using Progress = tls::Session::Progress;
using Status = IoResult::Status;

namespace {

// Of ciphertext without plaintext in one go. New keys come so (RFC 8446 section 4.6.3), one after the other if the peer likes.
constexpr std::size_t kInVainBytesMax = 4 * limits::kTlsReceiveBytes;

// A record costs more than copying so much: a head travels with a small body.
constexpr std::size_t kGatheredBytesMax = 4 * limits::kKiB;

// The first piece, or a copy of the first ones together where they are small. REQUIRES: `pieces` not empty.
Bytes takePiece(std::span<const Bytes>& pieces, MutableBytes gathered) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < pieces.size() && pieces[count].size() <= gathered.size() - bytes) bytes += pieces[count++].size();
  const auto first = pieces.first(std::max<std::size_t>(count, 1));
  pieces = pieces.subspan(first.size());
  if (first.size() == 1) return first[0];
  auto to = gathered.begin();
  for (const Bytes piece : first) to = std::copy(piece.begin(), piece.end(), to);
  return gathered.first(bytes);
}

}  // namespace

void Link::beginTls(std::unique_ptr<tls::Session> session, Bytes received) {
  SLUICE_ASSERT(!tls_ && !writer_.pending());
  tls_ = std::move(session);
  tls_->feed(received);
  mayReceive_ = true;
  if (output_) output_->chain.setDemands(kDemandsOfTls);
}

Progress Link::handshake() {
  while (true) {
    const auto progress = tls_->handshake();
    pushOut();  // an alert too
    if (progress == Progress::Done) mayReceive_ = true;
    if (progress != Progress::WantsInput) return progress;
    const auto pulled = pull();
    if (pulled.status == Status::WouldBlock) return progress;
    if (pulled.status != Status::Ok) tls_->receivedEnd();
  }
}

// Receives ciphertext.
IoResult Link::pull() {
  if (!mayReceive_) return IoResult::wouldBlock();
  if (std::exchange(drained_, false)) {
    mayReceive_ = false;
    tls_->rest();
    return IoResult::wouldBlock();
  }
  const auto room = tls_->room();
  auto result = transport_.receive({&room, 1});
  if (result.status == Status::Ok) {
    tls_->received(result.bytes);
    drained_ = result.bytes < room.size();  // as without TLS: the rest has not arrived yet
  } else if (result.status == Status::WouldBlock) {
    mayReceive_ = false;
    tls_->rest();
  } else if (result.status == Status::Failed) {
    result.error = tls_->explain(std::move(result.error));
  }
  return result;
}

// Sends ciphertext. Ok: none is left.
IoResult Link::pushOut() {
  while (!tls_->outgoing().empty()) {
    const auto bytes = tls_->outgoing();
    auto result = transport_.send({&bytes, 1});
    if (result.status == Status::Failed) result.error = tls_->explain(std::move(result.error));
    if (result.status != Status::Ok) return result;
    tls_->sent(result.bytes);
  }
  if (std::exchange(endWanted_, false)) transport_.endSending();
  return IoResult::ok(0);
}

// Receives ciphertext after `inVain` bytes of it that held nothing. What is too much waits as if it had not come yet.
IoResult Link::pullFurther(std::size_t& inVain) {
  if (inVain >= kInVainBytesMax) {
    mayReceive_ = false;
    return IoResult::wouldBlock();
  }
  auto result = pull();
  inVain += result.bytes;
  if (result.status == Status::End) tls_->receivedEnd();
  return result;
}

IoResult Link::receiveSecure(std::span<const MutableBytes> into) {
  std::size_t total = 0;
  std::size_t inVain = 0;
  const auto outcome = [&](IoResult otherwise) {
    pushOut();  // what reading made it answer
    return total > 0 ? IoResult::ok(total) : std::move(otherwise);
  };
  for (auto piece : into) {
    while (!piece.empty()) {
      auto result = tls_->read(piece);
      if (result.status == Status::WouldBlock) {
        auto pulled = pullFurther(inVain);
        if (pulled.status == Status::WouldBlock || pulled.status == Status::Failed) return outcome(std::move(pulled));
        continue;
      }
      if (result.status != Status::Ok) return outcome(std::move(result));
      total += result.bytes;
      inVain = 0;
      piece = piece.subspan(result.bytes);
    }
  }
  return outcome(IoResult::wouldBlock());
}

IoResult Link::peekSecure() {
  std::size_t inVain = 0;
  while (true) {
    auto result = tls_->peek();
    if (result.status != Status::WouldBlock) return result;
    auto pulled = pullFurther(inVain);
    if (pulled.status == Status::WouldBlock || pulled.status == Status::Failed) return pulled;
  }
}

IoResult Link::sendSecure(std::span<const Bytes> pieces) {
  constexpr std::size_t kRecordBytesMax = 1 << 14;  // RFC 8446 section 5.1
  std::array<std::byte, kGatheredBytesMax> gathered;
  std::size_t total = 0;
  for (Bytes piece; !piece.empty() || !pieces.empty();) {
    if (piece.empty()) piece = takePiece(pieces, gathered);
    if (tls_->outgoing().size() >= limits::kTlsHeldBackBytesMax) {
      auto sent = pushOut();
      if (sent.status != Status::Ok) return total > 0 ? IoResult::ok(total) : std::move(sent);
    }
    const auto part = piece.first(std::min(piece.size(), kRecordBytesMax));
    if (part.empty()) continue;
    if (auto written = tls_->write(part); !written) return IoResult::failed(std::move(written.error()));
    total += part.size();
    piece = piece.subspan(part.size());
  }
  auto sent = pushOut();
  return sent.status == Status::Failed ? std::move(sent) : IoResult::ok(total);
}

IoResult Link::flush() { return tls_ ? pushOut() : IoResult::ok(0); }

void Link::endSending(Farewell farewell) {
  if (!tls_) return transport_.endSending();
  if (farewell == Farewell::Say) tls_->endSending();
  endWanted_ = true;
  pushOut();
}

}  // namespace sluice::engine
