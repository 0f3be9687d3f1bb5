#include "core/session/sniffer.h"

#include "core/base/limits.h"
#include "core/codec/http1/chars.h"

namespace sluice::session {
namespace {

constexpr std::byte kHandshakeRecord{22};
constexpr std::byte kClientHello{1};
constexpr std::size_t kRecordHeadBytes = 5;

// RFC 8446 section 5.1: type, legacy version 3.x, length; then the type of the first handshake message.
Sniffed sniffTls(Bytes first) {
  constexpr std::byte kMajorVersion{3};
  constexpr std::byte kMinorVersionMax{4};
  constexpr int kRecordBytesMax = 1 << 14;
  if (first.size() > 1 && first[1] != kMajorVersion) return Sniffed::Raw;
  if (first.size() > 2 && first[2] > kMinorVersionMax) return Sniffed::Raw;
  if (first.size() >= kRecordHeadBytes) {
    const int length = std::to_integer<int>(first[3]) << 8 | std::to_integer<int>(first[4]);
    if (length == 0 || length > kRecordBytesMax) return Sniffed::Raw;
  }
  if (first.size() <= kRecordHeadBytes) return Sniffed::NeedMore;
  return first[kRecordHeadBytes] == kClientHello ? Sniffed::Tls : Sniffed::Raw;
}

Sniffed undecided(std::string_view text) {
  return text.size() < limits::kSniffedBytesMax ? Sniffed::NeedMore : Sniffed::Raw;
}

// "HTTP/1.x" CRLF; RFC 9112 section 2.2 lets a line end in a bare LF too.
Sniffed sniffVersion(std::string_view rest, std::string_view whole) {
  constexpr std::string_view kVersion = "HTTP/1.";
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (i < kVersion.size() ? c != kVersion[i] : i == kVersion.size() && !http1::is(http1::kDigit, c)) return Sniffed::Raw;
    if (i <= kVersion.size()) continue;
    if (c == '\n') return Sniffed::Http1;
    if (c != '\r' || i > kVersion.size() + 1) return Sniffed::Raw;
  }
  return undecided(whole);
}

// RFC 9112 section 3: method SP request-target SP HTTP-version.
Sniffed sniffHttp1(std::string_view text) {
  text = text.substr(0, limits::kSniffedBytesMax);
  const std::size_t methodEnd = http1::skip(http1::kToken, text);
  if (methodEnd == 0 || methodEnd > limits::kMethodBytesMax) return Sniffed::Raw;
  if (methodEnd == text.size()) return Sniffed::NeedMore;
  if (text[methodEnd] != ' ') return Sniffed::Raw;

  const std::string_view method = text.substr(0, methodEnd);
  const std::string_view rest = text.substr(methodEnd + 1);
  if (rest.empty()) return undecided(text);
  // A whole URL or host:port is meant for a proxy that the client has reached through us: not ours to answer.
  const bool isAsterisk = rest[0] == '*' && method == "OPTIONS";
  if (rest[0] != '/' && !isAsterisk) return Sniffed::Raw;
  const std::size_t targetEnd = isAsterisk ? 1 : http1::skip(http1::kTargetChar, rest);
  if (targetEnd == rest.size()) return undecided(text);
  if (rest[targetEnd] != ' ') return Sniffed::Raw;
  return sniffVersion(rest.substr(targetEnd + 1), text);
}

}  // namespace

bool beginsTls(Bytes first) { return !first.empty() && first[0] == kHandshakeRecord; }

Sniffed sniff(Bytes first) {
  if (first.empty()) return Sniffed::NeedMore;
  return beginsTls(first) ? sniffTls(first) : sniffHttp1(asText(first));
}

}  // namespace sluice::session
