// Errors are values: a code, the side that failed, the system's own number and a detail for people. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// Which side of the proxy failed: the first thing that the user of a proxy asks.
enum class Side : std::uint8_t { Local, Client, Upstream };

// Stored in the database by number: append only, never renumber.
enum class Code : std::uint16_t {
  None = 0,
  // Connections.
  ConnectionRefused = 1,
  ConnectionReset = 2,
  ConnectTimeout = 3,
  IdleTimeout = 4,
  HostNotFound = 5,
  HostUnreachable = 6,
  EndedEarly = 7,      // the peer closed before the message was whole
  ResolveFailed = 8,   // the resolver itself failed: no server answered
  Aborted = 9,         // ended because the other side, or the engine, went away
  TooManyConnections = 10,
  ProxyLoop = 11,      // the request leads back to this proxy
  UpstreamProxyRefused = 14,  // the proxy in front of us would not: its rules, or our credentials
  // Bytes from a peer.
  BadRequest = 20,
  BadResponse = 21,
  HeadTooLarge = 22,
  TooManyHeaders = 23,
  BadFraming = 24,     // Content-Length, Transfer-Encoding or chunk framing is wrong or ambiguous
  BadChunk = 25,
  ChunkLineTooLong = 26,
  UnsupportedScheme = 27,
  BadTarget = 28,
  BadFrame = 35,       // a WebSocket frame
  UnsupportedCoding = 36,  // a content coding that is not known here
  BadCoding = 37,      // a body is not what its content coding says
  DecodedTooLarge = 38,
  BadSocks = 39,       // not SOCKS, or of SOCKS what is not supported
  // TLS: the verdict on a handshake.
  TlsFailed = 60,                  // any other reason
  TlsProtocolMismatch = 61,        // no version or cipher in common, or no TLS at all
  TlsTruncated = 62,               // the stream ended without close_notify
  TlsClientDistrusts = 63,         // the client does not trust our CA
  TlsClientPinned = 64,            // the client went away when it saw our certificate
  TlsClientCertificateWanted = 65, // upstream wants a certificate that only the client has
  TlsCertificateExpired = 66,      // of upstream, and so the following
  TlsCertificateNotYetValid = 67,
  TlsCertificateWrongHost = 68,
  TlsCertificateSelfSigned = 69,
  TlsCertificateUntrusted = 70,    // no chain to a trusted root
  TlsCertificateOwn = 71,          // of our own CA
  TlsCertificateInvalid = 72,      // wrong in any other way
  // This machine.
  AddressInUse = 40,
  AccessDenied = 41,
  NoSpace = 42,
  NotFound = 43,
  FileChanged = 44,    // a file became shorter while it was being sent
  DatabaseDamaged = 45,
  DatabaseBusy = 46,
  DatabaseTooNew = 47,
  DataDirInUse = 48,
  System = 49,         // any other failure of a system call; systemCode says which
  OutOfMemory = 50,
  BadArgument = 51,
  ProtocolFault = 52,  // another program of ours broke the control protocol
  NotRunning = 53,     // no engine answers on this data directory
};

struct Error {
  Code code = Code::None;
  Side side = Side::Local;
  int systemCode = 0;  // errno or GetLastError, 0 when there is none
  std::string detail;  // names the thing that failed: a host, a path, a header; may be empty

  friend bool operator==(const Error&, const Error&) = default;
};

std::string_view name(Side side);
std::string_view name(Code code);

// One sentence for a person: what failed, with which value. Made once, at the edge.
std::string describe(const Error& error);

}  // namespace sluice
