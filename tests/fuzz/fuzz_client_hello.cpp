// Any bytes as what a TLS client begins with: sniffed and read at every length, in one answer that more bytes never
// change.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/base/limits.h"
#include "core/codec/tls/client_hello.h"
#include "core/session/sniffer.h"

using namespace sluice;

namespace {
void require(bool condition) {
  if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto whole = tls::parseClientHello(bytes);
  if (whole && whole->has_value()) {
    require((*whole)->serverName.size() <= limits::kHostBytesMax);
    require((*whole)->protocols.size() <= limits::kOfferedProtocolsMax);
    require(session::sniff(bytes) == session::Sniffed::Tls);
  }
  const auto part = tls::parseClientHello(bytes.first(size / 2));
  if (!part) require(!whole);
  if (part && part->has_value()) require(whole && whole->has_value() && (*whole)->serverName == (*part)->serverName);
  const auto first = session::sniff(bytes.first(size / 2));
  require(first == session::Sniffed::NeedMore || first == session::sniff(bytes));
  return 0;
}
