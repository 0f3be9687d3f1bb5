// Any bytes as one direction of a WebSocket: read whole and in pieces, with and without compression.
#include <string>
#include <vector>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/codec/websocket/extensions.h"
#include "core/codec/websocket/message_reader.h"

namespace {

using namespace sluice;
using namespace sluice::websocket;

bool same(const Message& a, const Message& b) {
  return a.opcode == b.opcode && a.compressed == b.compressed && a.wireBytes == b.wireBytes && a.bytes == b.bytes &&
         a.payload == b.payload && a.fault == b.fault;
}

std::vector<Message> read(Bytes wire, std::optional<Inflater::Context> inflation, std::size_t cut) {
  std::vector<Message> messages;
  bool blind = false;
  MessageReader reader(Side::Client, inflation, [&](Message message) {
    SLUICE_ASSERT(!blind);
    SLUICE_ASSERT(message.payload.size() <= limits::kMessageBytesKept);
    SLUICE_ASSERT(message.bytes >= message.payload.size());
    SLUICE_ASSERT(message.compressed || message.bytes == message.wireBytes);
    SLUICE_ASSERT(!isControl(message.opcode) || message.wireBytes <= 125);
    blind = !message.fault.empty();
    messages.push_back(std::move(message));
  });
  for (std::size_t at = 0; at < wire.size(); at += cut) reader.feed(wire.subspan(at, std::min(cut, wire.size() - at)));
  reader.finish();
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const unsigned choice = size > 0 ? data[0] : 0;
  const Bytes wire = std::as_bytes(std::span(data + (size > 0), size - (size > 0)));
  (void)acceptedDeflate(asText(wire));
  std::optional<Inflater::Context> inflation;
  if ((choice & 1) != 0) inflation = (choice & 2) != 0 ? Inflater::Context::Kept : Inflater::Context::Dropped;

  const auto whole = read(wire, inflation, wire.size() + 1);
  const auto pieces = read(wire, inflation, 1 + (choice >> 2) % 32);
  SLUICE_ASSERT(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    // How much of a broken compressed message came out before it broke depends on the cuts.
    if (!whole[i].fault.empty() && whole[i].compressed) {
      SLUICE_ASSERT(!pieces[i].fault.empty());
    } else {
      SLUICE_ASSERT(same(whole[i], pieces[i]));
    }
  }
  return 0;
}
