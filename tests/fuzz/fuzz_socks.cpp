// Any bytes as the beginning of a SOCKS client, and as the answers of a SOCKS proxy: fed whole and in pieces.
#include <algorithm>
#include <string>

#include "core/base/assert.h"
#include "core/codec/socks5/addresses.h"
#include "core/codec/socks5/client_handshake.h"
#include "core/codec/socks5/server_handshake.h"

namespace {

using namespace sluice;
using namespace sluice::socks5;

struct Outcome {
  int state = 0;
  std::size_t consumed = 0;
  std::string replies, host, detail;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome serve(std::string_view wire, const std::optional<Credentials>& required, std::size_t cut) {
  ServerHandshake handshake(required);
  Outcome outcome;
  auto state = ServerHandshake::State::NeedMore;
  while (outcome.consumed < wire.size() && state == ServerHandshake::State::NeedMore) {
    const auto piece = wire.substr(outcome.consumed, cut == 0 ? wire.size() : cut);
    const auto fed = handshake.feed(asBytes(piece));
    SLUICE_ASSERT(fed.consumed <= piece.size());
    SLUICE_ASSERT(fed.state != ServerHandshake::State::NeedMore || fed.consumed == piece.size());
    state = fed.state;
    outcome.consumed += fed.consumed;
    outcome.replies += handshake.takeReplies();
  }
  SLUICE_ASSERT(handshake.raw() == wire.substr(0, outcome.consumed));
  SLUICE_ASSERT(handshake.raw().size() < 2048);
  outcome.state = static_cast<int>(state);
  if (state == ServerHandshake::State::Requested) {
    outcome.host = handshake.request().host;
    SLUICE_ASSERT(isHostName(outcome.host) && outcome.host.size() <= 255 && handshake.request().port != 0);
    SLUICE_ASSERT(!required || handshake.request().user == required->user);
  }
  if (state == ServerHandshake::State::Refused) {
    outcome.detail = handshake.error().detail;
    SLUICE_ASSERT(!outcome.detail.empty());
  }
  return outcome;
}

Outcome ask(std::string_view wire, const std::optional<Credentials>& credentials, std::size_t cut) {
  ClientHandshake handshake({"host", {}, 80}, credentials);
  Outcome outcome;
  outcome.replies = handshake.takeOutput();
  while (outcome.consumed < wire.size() && outcome.state == 0) {
    const auto piece = wire.substr(outcome.consumed, cut == 0 ? wire.size() : cut);
    const auto fed = handshake.feed(asBytes(piece));
    if (!fed) {
      outcome.consumed = 0;  // how far it had come is nobody's business
      outcome.state = 2;
      outcome.detail = fed.error().detail;
      SLUICE_ASSERT(!outcome.detail.empty());
      return outcome;
    }
    outcome.consumed += fed->consumed;
    outcome.replies += handshake.takeOutput();
    outcome.state = fed->state == ClientHandshake::State::Connected ? 1 : 0;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const unsigned choice = size > 0 ? data[0] : 0;
  const std::string_view wire(reinterpret_cast<const char*>(data) + (size > 0), size - (size > 0));
  const auto credentials = (choice & 1) != 0 ? std::optional(Credentials{"u", "p"}) : std::nullopt;
  const std::size_t cut = 1 + (choice >> 1) % 16;
  SLUICE_ASSERT(serve(wire, credentials, 0) == serve(wire, credentials, cut));
  auto whole = ask(wire, credentials, 0);
  auto pieces = ask(wire, credentials, cut);
  if (whole.state == 2) whole.replies = pieces.replies = {};  // what was sent before the error depends on the cuts
  SLUICE_ASSERT(whole == pieces);
  return 0;
}
