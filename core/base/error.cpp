#include "core/base/error.h"

#include <algorithm>
#include <system_error>

namespace sluice {

std::string_view name(Side side) {
  switch (side) {
    case Side::Local: return "local";
    case Side::Client: return "client";
    case Side::Upstream: return "upstream";
  }
  return "unknown";
}

std::string_view name(Code code) {
  switch (code) {
    case Code::None: return "no error";
    case Code::ConnectionRefused: return "connection refused";
    case Code::ConnectionReset: return "connection reset";
    case Code::ConnectTimeout: return "connecting timed out";
    case Code::IdleTimeout: return "timed out while idle";
    case Code::HostNotFound: return "host not found";
    case Code::HostUnreachable: return "host unreachable";
    case Code::EndedEarly: return "connection closed before the message was complete";
    case Code::ResolveFailed: return "name resolution failed";
    case Code::Aborted: return "aborted";
    case Code::TooManyConnections: return "too many connections";
    case Code::ProxyLoop: return "the request leads back to this proxy";
    case Code::UpstreamProxyRefused: return "the upstream proxy refused";
    case Code::BadRequest: return "malformed request";
    case Code::BadResponse: return "malformed response";
    case Code::HeadTooLarge: return "message head too large";
    case Code::TooManyHeaders: return "too many header fields";
    case Code::BadFraming: return "ambiguous or invalid message framing";
    case Code::BadChunk: return "malformed chunk";
    case Code::ChunkLineTooLong: return "chunk line too long";
    case Code::UnsupportedScheme: return "unsupported scheme";
    case Code::BadTarget: return "malformed request target";
    case Code::BadFrame: return "malformed WebSocket frame";
    case Code::UnsupportedCoding: return "unsupported content coding";
    case Code::BadCoding: return "malformed content coding";
    case Code::DecodedTooLarge: return "decoded body too large";
    case Code::BadSocks: return "SOCKS request refused";
    case Code::TlsFailed: return "TLS failed";
    case Code::TlsProtocolMismatch: return "TLS protocol mismatch";
    case Code::TlsTruncated: return "TLS stream cut";
    case Code::TlsClientDistrusts: return "CA not trusted by the client";
    case Code::TlsClientPinned: return "certificate refused by the client";
    case Code::TlsClientCertificateWanted: return "client certificate wanted";
    case Code::TlsCertificateExpired: return "server certificate expired";
    case Code::TlsCertificateNotYetValid: return "server certificate not yet valid";
    case Code::TlsCertificateWrongHost: return "server certificate for another host";
    case Code::TlsCertificateSelfSigned: return "server certificate self-signed";
    case Code::TlsCertificateUntrusted: return "server certificate not trusted";
    case Code::TlsCertificateOwn: return "server certificate of our own CA";
    case Code::TlsCertificateInvalid: return "server certificate invalid";
    case Code::AddressInUse: return "address already in use";
    case Code::AccessDenied: return "access denied";
    case Code::NoSpace: return "no space left";
    case Code::NotFound: return "not found";
    case Code::FileChanged: return "file changed while it was being read";
    case Code::DatabaseDamaged: return "database damaged";
    case Code::DatabaseBusy: return "database busy";
    case Code::DatabaseTooNew: return "database made by a newer version";
    case Code::DataDirInUse: return "data directory in use";
    case Code::System: return "system error";
    case Code::OutOfMemory: return "out of memory";
    case Code::BadArgument: return "bad argument";
    case Code::ProtocolFault: return "protocol fault";
    case Code::NotRunning: return "no engine running";
  }
  return "unknown error";
}

namespace {
// "Connection refused", said by the system of what we call "connection refused".
bool saysTheSame(std::string_view ofSystem, std::string_view ours) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
  return ofSystem.size() >= ours.size() && std::equal(ours.begin(), ours.end(), ofSystem.begin(),
                                                      [&](char x, char y) { return lower(x) == lower(y); });
}
}  // namespace

std::string describe(const Error& error) {
  std::string text{name(error.code)};
  if (!error.detail.empty()) text.append(": ").append(error.detail);
  if (error.systemCode == 0) return text;
  const auto ofSystem = std::system_category().message(error.systemCode);
  if (!saysTheSame(ofSystem, name(error.code))) text.append(" (").append(ofSystem).append(")");
  return text;
}

}  // namespace sluice
