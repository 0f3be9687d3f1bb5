// What a session asks of its driver, in order. Values only; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/capture/records.h"
#include "core/codec/http1/framing.h"
#include "core/codec/websocket/extensions.h"

namespace sluice::session {

// TLS towards a server.
struct UpstreamTls {
  std::string serverName;  // SNI; empty: none is sent
  std::string host;        // name or address that its certificate must be for
  bool verify = true;
  friend bool operator==(const UpstreamTls&, const UpstreamTls&) = default;
};

// Answered by upstreamOpened() or upstreamFailed(), or by upstreamStandsBy().
struct OpenUpstream {
  enum class Reuse : std::uint8_t { Allowed, Never };
  std::string host;  // without brackets
  std::uint16_t port = 0;
  Reuse reuse = Reuse::Allowed;
  // Requests of HTTP: a proxy in front of us may be given them as they are. Bytes: whatever is said must reach the host.
  enum class For : std::uint8_t { Requests, Bytes };
  For use = For::Requests;
  std::optional<UpstreamTls> tls = std::nullopt;  // with it, opened means that the handshake is done too
  // Where a connection secured like this stands idle, nothing is opened before it is known what the client wants of the server.
  std::optional<UpstreamTls> orStanding = std::nullopt;
  // The client has proved who it is to connections, not in requests: those that are kept for it alone come first.
  bool personal = false;
  // A connection that was kept and turns out to have ended costs nothing but another: the request may be sent twice.
  bool repeatable = false;
  // Otherwise the request is lost with it. So it may go over a kept connection only where the client would have had one without us.
  bool own = false;
};

// Begins TLS on the connection to upstream that stands; answered by upstreamSecured() or upstreamFailed().
struct SecureUpstream {
  UpstreamTls tls;
};

// Begins TLS on the client's connection, with the bytes that were sniffed; answered by clientSecured() or
// clientNotSecured().
struct SecureClient {
  std::string host;     // whom the certificate is for; empty: the address that the client has connected to
  std::string refusal;  // not empty: a certificate that nobody trusts and that says this
};

struct SendToUpstream {
  std::string bytes;
};

struct SendToClient {
  std::string bytes;
  std::size_t headBytes = std::string::npos;  // what is behind them is the body of a response of our own
};

// Moves the body that follows the client's head to upstream; answered by requestBodyEnded().
struct RelayRequestBody {
  http1::Framing framing;
};

// Moves the body that follows upstream's head to the client; answered by responseBodyEnded().
struct RelayResponseBody {
  http1::Framing framing;
};

// Moves bytes both ways, unchanged, until both directions have ended; answered by tunnelEnded().
struct OpenTunnel {
  // They are the frames of a WebSocket, whose messages are to be recorded.
  struct WebSocket {
    std::optional<websocket::Deflate> deflate;
  };
  std::optional<WebSocket> webSocket;
};

// Half-close towards upstream once everything for it is sent: the client has ended its side.
struct EndUpstreamSending {};

// The session is done with upstream. Reuse is a permission: what still stands in the connection may forbid it.
struct EndUpstream {
  enum class Fate : std::uint8_t {
    Reuse,
    Close,
    Abort,  // upstream sees a reset, as it would have without us
  };
  Fate fate = Fate::Close;
  bool personal = false;  // Reuse: by the same client connection only
};

struct CloseClient {
  enum class Kind : std::uint8_t {
    FlushThenClose,  // everything for the client is delivered first; what it still sends is read and thrown away
    FlushThenEnd,    // so too, but over TLS nothing confirms that this was all (RFC 8446 section 6.1)
    Abort,           // the client sees a reset and cannot take what it has for complete
  };
  Kind kind = Kind::FlushThenClose;
};

struct Tell {
  capture::Record record;
};

using Command = std::variant<OpenUpstream, SecureUpstream, SecureClient, SendToUpstream, SendToClient, RelayRequestBody,
                             RelayResponseBody, OpenTunnel, EndUpstreamSending, EndUpstream, CloseClient, Tell>;

}  // namespace sluice::session
