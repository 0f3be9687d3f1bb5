// Any bytes on a control connection: cut into frames at odd places, verified, decoded. What decodes must encode to
// something that decodes to the same.
//
// The first byte of the input says how large the pieces are that arrive.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/base/limits.h"
#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/frame_reader.h"

using namespace sluice;
using namespace sluice::control;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// Whether the encoder takes the message as it is: it cuts what a peer may have sent in excess.
bool fitsLimits(const Reply& reply) {
  if (const auto* status = std::get_if<StatusReply>(&reply)) return status->listeners.size() <= limits::kControlListenersMax;
  if (const auto* connections = std::get_if<ConnectionsReply>(&reply)) return connections->total >= connections->rows.size();
  return true;
}

void checkRequest(Bytes frame) {
  const auto message = decodeRequest(frame);
  if (!message) return;
  const auto again = encodeRequest(message->stream, message->request);
  if (std::holds_alternative<Unknown>(message->request)) return require(again.empty());
  const auto same = decodeRequest(asBytes(again).subspan(4));
  require(same && same->stream == message->stream && same->request == message->request);
}

void checkReply(Bytes frame) {
  const auto message = decodeReply(frame);
  if (!message) return;
  const auto again = encodeReply(message->stream, message->reply);
  if (std::holds_alternative<Unknown>(message->reply)) return require(again.empty());
  const auto same = decodeReply(asBytes(again).subspan(4));
  require(same && same->stream == message->stream);
  if (fitsLimits(message->reply)) require(same->reply == message->reply);
}

void readStream(Bytes stream, std::size_t pieceBytes) {
  FrameReader reader(limits::kControlRequestBytesMax);
  while (!stream.empty()) {
    auto piece = stream.first(std::min(pieceBytes, stream.size()));
    stream = stream.subspan(piece.size());
    for (;;) {
      const auto frame = reader.next(piece);
      if (!frame) return;
      if (!*frame) break;
      require(!(*frame)->empty() && (*frame)->size() <= limits::kControlRequestBytesMax);
      checkRequest(**frame);
      checkReply(**frame);
    }
    require(piece.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size));
  readStream(input.subspan(1), std::size_t(data[0]) + 1);
  // And as frames of their own, at an address that is not aligned.
  checkRequest(input.subspan(1));
  checkReply(input.subspan(1));
  return 0;
}
