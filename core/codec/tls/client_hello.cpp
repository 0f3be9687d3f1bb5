#include "core/codec/tls/client_hello.h"

#include <algorithm>

#include "core/base/limits.h"

namespace sluice::tls {
namespace {

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::size_t kMessageHeadBytes = 4;
constexpr std::size_t kOldestRecord = 0x0300;  // the version in a record's head, as the sniffer takes it
constexpr std::size_t kNewestRecord = 0x0304;
constexpr std::size_t kRecordBytesMax = 1 << 14;
constexpr std::uint16_t kServerName = 0;
constexpr std::uint16_t kApplicationProtocols = 16;
constexpr std::uint16_t kSupportedVersions = 43;

tl::unexpected<Error> malformed(const char* what) {
  return fail(Side::Client, Code::TlsFailed, std::string("malformed ClientHello: ") + what);
}

// Takes numbers and vectors from the front; once something is missing, everything that follows is empty.
class Cursor {
 public:
  explicit Cursor(Bytes rest) : rest_(rest) {}

  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  Bytes take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::size_t number(std::size_t octets) {
    std::size_t value = 0;
    for (const std::byte each : take(octets)) value = value << 8 | std::to_integer<std::size_t>(each);
    return value;
  }
  // A vector with its length before it (RFC 8446 section 3.4).
  Bytes vector(std::size_t lengthOctets) { return take(number(lengthOctets)); }

 private:
  Bytes rest_;
  bool ok_ = true;
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// RFC 6066 section 3: of the names only a host name is defined, and one of it.
bool readServerName(Bytes extension, ClientHello& hello) {
  Cursor list(Cursor(extension).vector(2));
  while (!list.empty()) {
    const bool isHost = list.number(1) == 0;
    const auto name = asText(list.vector(2));
    if (!list.ok()) return false;
    if (!isHost) continue;
    if (name.empty() || name.size() > limits::kHostBytesMax || name.find('\0') != std::string_view::npos) return false;
    hello.serverName.resize(name.size());
    std::transform(name.begin(), name.end(), hello.serverName.begin(), lower);
    return true;
  }
  return true;
}

// RFC 7301 section 3.1.
bool readProtocols(Bytes extension, ClientHello& hello) {
  Cursor list(Cursor(extension).vector(2));
  while (!list.empty()) {
    const auto name = list.vector(1);
    if (!list.ok() || name.empty() || hello.protocols.size() == limits::kOfferedProtocolsMax) return false;
    hello.protocols.emplace_back(asText(name));
  }
  return !hello.protocols.empty();
}

// RFC 8446 section 4.2.1. Values for greasing (RFC 8701) are above every version.
bool readVersions(Bytes extension, ClientHello& hello) {
  constexpr std::uint16_t kNewest = 0x0304;
  Cursor list(Cursor(extension).vector(1));
  std::uint16_t newest = 0;
  while (!list.empty()) {
    const auto version = static_cast<std::uint16_t>(list.number(2));
    if (!list.ok()) return false;
    if (version <= kNewest) newest = std::max(newest, version);
  }
  if (newest != 0) hello.versionMax = newest;
  return newest != 0;
}

bool readExtension(std::uint16_t type, Bytes content, ClientHello& hello) {
  switch (type) {
    case kServerName: return readServerName(content, hello);
    case kApplicationProtocols: return readProtocols(content, hello);
    case kSupportedVersions: return readVersions(content, hello);
    default: return true;
  }
}

Result<std::optional<ClientHello>> parseMessage(Bytes message) {
  constexpr std::size_t kRandomBytes = 32;
  Cursor cursor(message);
  ClientHello hello;
  hello.versionMax = static_cast<std::uint16_t>(cursor.number(2));
  cursor.take(kRandomBytes);
  cursor.vector(1);                          // session id
  const auto ciphers = cursor.vector(2);
  const auto compressions = cursor.vector(1);
  if (!cursor.ok() || ciphers.empty() || ciphers.size() % 2 != 0 || compressions.empty()) return malformed("its fixed part");
  if (cursor.empty()) return hello;
  Cursor extensions(cursor.vector(2));
  if (!cursor.ok() || !cursor.empty()) return malformed("the length of its extensions");
  std::vector<std::uint16_t> seen;
  while (!extensions.empty()) {
    const auto type = static_cast<std::uint16_t>(extensions.number(2));
    const auto content = extensions.vector(2);
    if (!extensions.ok()) return malformed("an extension is cut");
    if (std::find(seen.begin(), seen.end(), type) != seen.end()) return malformed("an extension stands twice");
    seen.push_back(type);
    if (!readExtension(type, content, hello)) return malformed("its server name, protocols or versions");
  }
  return hello;
}

}  // namespace

bool ClientHello::accepts(std::string_view protocol) const {
  return protocols.empty() || std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
}

// The message may be spread over several records (RFC 8446 section 5.1).
Result<std::optional<ClientHello>> parseClientHello(Bytes first) {
  std::string message;
  Cursor records(first);
  while (true) {
    if (message.size() >= kMessageHeadBytes) {
      Cursor head(asBytes(message));
      if (head.number(1) != kClientHello) return malformed("another message");
      const std::size_t length = head.number(3);
      if (length > limits::kClientHelloBytesMax) return malformed("larger than any real one");
      if (message.size() >= kMessageHeadBytes + length) return parseMessage(asBytes(message).subspan(kMessageHeadBytes, length));
    }
    if (records.empty()) return std::nullopt;
    const auto type = records.number(1);
    if (records.ok() && type != kHandshakeRecord) return malformed("another record in between");
    const auto version = records.number(2);
    if (records.ok() && (version < kOldestRecord || version > kNewestRecord)) return malformed("the version of a record");
    const auto length = records.number(2);
    if (!records.ok()) return std::nullopt;
    if (length == 0 || length > kRecordBytesMax) return malformed("the length of a record");
    const auto content = records.take(length);
    if (!records.ok()) return std::nullopt;
    message.append(asText(content));
    if (message.size() > kMessageHeadBytes + limits::kClientHelloBytesMax + kRecordBytesMax) return malformed("too many records");
  }
}

}  // namespace sluice::tls
