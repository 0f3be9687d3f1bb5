// What the engine tells the recorder about traffic, in the order in which it happened. Values only: a record can
// cross a thread or a process. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/base/bytes.h"
#include "core/base/annotation.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/time.h"

namespace sluice::buffer {
struct Block;
class BlockPool;
}  // namespace sluice::buffer

namespace sluice::capture {

// Stored by number: append only.
enum class Kind : std::uint8_t { Http = 0, Tunnel = 1 };
enum class Direction : std::uint8_t { Request = 0, Response = 1 };

struct ConnectionOpened {
  ConnectionId connection;
  WallTime at;
  std::string clientAddress;  // "127.0.0.1:53124"
  std::string listener;       // "regular 127.0.0.1:8080"
};

// Which program the client is. Comes when the system has told, perhaps after exchanges of the connection have ended.
struct ClientIdentified {
  ConnectionId connection;
  ExchangeId exchangesFrom;   // those of the connection have this id or a higher one
  std::uint64_t process = 0;  // id
  std::string program;        // path of its executable; a name alone where the system tells no more
};

struct ConnectionClosed {
  ConnectionId connection;
  WallTime at;
};

// A request head was read (or could not be: then method and url are empty, requestHead holds the raw bytes and an
// ExchangeEnded with the error follows). For a tunnel, url is "host:port" and method CONNECT.
struct ExchangeStarted {
  ExchangeId exchange;
  ConnectionId connection;
  Kind kind = Kind::Http;
  WallTime at;               // first byte of the head
  std::string method;
  std::string url;           // as the user would type it: http://host:port/path?query
  std::string scheme;        // "http"; empty for a tunnel
  std::string host;          // without brackets
  std::uint16_t port = 0;
  std::string path;          // path and query
  std::string requestHead;   // raw bytes as received, with the empty line
};

struct ResponseStarted {
  ExchangeId exchange;
  int status = 0;
  std::string contentType;   // value of Content-Type as received, may be empty
  std::string responseHead;  // raw bytes as received from upstream, with the empty line
};

// Body bytes as they are on the wire without transfer framing (still content-encoded).
struct BodyChunk {
  ExchangeId exchange;
  Direction direction = Direction::Response;
  std::string bytes;
};

// A whole message of a WebSocket (RFC 6455), or one of its control frames.
struct MessagePassed {
  ExchangeId exchange;
  Direction direction = Direction::Response;
  WallTime at;                  // its last byte
  std::uint8_t opcode = 0;      // of its first frame: 1 text, 2 binary, 8 close, 9 ping, 10 pong
  bool compressed = false;      // by permessage-deflate
  std::uint64_t wireBytes = 0;  // of payload, as it passed
  std::uint64_t bytes = 0;      // of payload, inflated
  std::string payload;          // inflated and unmasked; its beginning when it is long
  std::string fault;            // why nothing after this can be read in this direction; else empty
};

// The first `bytes` of this body lie in its file (body_file.h) already, written by whoever passed them on. Comes instead of
// BodyChunks, again whenever the file has grown.
struct BodyInFile {
  ExchangeId exchange;
  Direction direction = Direction::Response;
  std::uint64_t bytes = 0;
};

// How far a running exchange or tunnel is; sent now and then, at most once a second for each.
struct ExchangeProgress {
  ExchangeId exchange;
  std::uint64_t requestBodyBytes = 0;
  std::uint64_t responseBodyBytes = 0;
  friend bool operator==(const ExchangeProgress&, const ExchangeProgress&) = default;
};

// Microseconds from ExchangeStarted::at; negative: did not happen.
struct Phases {
  std::int64_t resolvedUs = -1;       // name looked up (absent on a reused upstream connection)
  std::int64_t connectedUs = -1;      // upstream connected, or taken from the pool
  std::int64_t requestSentUs = -1;    // last byte of the request handed to the system
  std::int64_t responseFirstUs = -1;  // first byte of a response
  std::int64_t responseHeadUs = -1;   // response head complete
  std::int64_t finishedUs = -1;
};

struct BodyTotals {
  std::uint64_t bytes = 0;          // body bytes that passed (tunnels: bytes in this direction)
  std::uint64_t capturedBytes = 0;  // of these, recorded; fewer when over the limit or the recorder lagged
  std::uint64_t wireBytes = 0;      // with head, chunk framing and trailers; 0 where only the body is known
};

struct ExchangeEnded {
  ExchangeId exchange;
  WallTime at;
  Error error;  // Code::None: complete
  Phases phases;
  BodyTotals request;
  BodyTotals response;
  std::string upstreamAddress;  // numeric "address:port", empty when none was reached
  bool upstreamReused = false;
  std::string profile;          // the network profile that acted on it, as JSON (core/throttle/profile_json.h); empty: none
  std::int64_t heldBackUs = 0;  // how long one of its directions waited for nothing but that, both added up
  std::string requestTrailers;  // raw lines after the last chunk, empty when none
  std::string responseTrailers;
};

// TLS on one side of an exchange, or of a tunnel that was to be intercepted: once for each side that has any.
struct TlsSeen {
  ExchangeId exchange;
  Side side = Side::Upstream;     // Client or Upstream
  std::string version;            // "TLSv1.3"; empty when the handshake failed before, or was not ours
  std::string cipher;
  std::string protocol;           // ALPN
  std::string serverName;         // SNI
  bool resumed = false;
  std::int64_t handshakeUs = -1;  // how long the handshake took; negative: there was none of ours
  std::string note;               // why it is as it is: "passed through: ..."; mostly empty
  std::string chain;              // the peer's certificates, DER, one after the other, its own first; may be empty
  std::string chainDigest;        // SHA-256 of it, hexadecimal: equal chains are kept once
};

// What a person said of an exchange, where it comes along with it: in a file of exchanges.
struct Annotated {
  ExchangeId exchange;
  Mark mark = Mark::None;
  std::string comment;
};

using Record = std::variant<ConnectionOpened, ConnectionClosed, ExchangeStarted, ResponseStarted, BodyChunk,
                            ExchangeProgress, ExchangeEnded, ClientIdentified, MessagePassed, TlsSeen, BodyInFile, Annotated>;

// Where records go. Never blocks and never fails towards traffic: what cannot be taken is counted by the sink.
class Sink {
 public:
  virtual ~Sink() = default;
  // False: the recorder lags and refuses this: a BodyChunk or a MessagePassed (the caller counts it as not captured), a
  // ConnectionOpened (say it again), or an ExchangeStarted (nothing of it is to follow). Every other record is always taken.
  virtual bool record(Record record) = 0;
  // A BodyChunk of these bytes, with the same answer. They lie in `block`, if it is given, and are not changed any more: a
  // sink that goes on reading them there sets its isKept.
  virtual bool recordBody(ExchangeId exchange, Direction direction, Bytes bytes, buffer::Block* block) {
    static_cast<void>(block);
    return record(BodyChunk{exchange, direction, std::string(asText(bytes))});
  }
  // Blocks to receive bodies into that the sink can keep. Null: any will do.
  virtual buffer::BlockPool* bodyBlocks() { return nullptr; }
};

}  // namespace sluice::capture
