// The bytes of a head as the proxy sends it on: identical to what came, in order, case and white space, except for
// what a proxy has to change. Any thread; appends to `out`, whose memory can be reused from message to message.
//
// What changes (RFC 9110 section 7.6, RFC 9112 section 3.2):
// - absolute-form becomes origin-form (OPTIONS with no path: "*"), Host becomes the target's when it names another
//   host, and is added when missing;
// - Connection and the fields it names, Keep-Alive, Proxy-Connection and TE are removed, Proxy-Authorization too in
//   requests: it is meant for us. Proxy-Authenticate is end-to-end here: it is for the client, and we ask for no
//   credentials. Trailer and Transfer-Encoding stay, because the body is sent on in the framing in which it came; so
//   does TE: trailers if the caller sends trailers on as well;
// - a Connection field cannot remove what every recipient needs (Host, framing, content description, credentials,
//   caching...);
// - Upgrade is removed unless the caller says that this is an upgrade;
// - a Connection field stays as it is when it already says just what the caller wants to say;
// - several equal Content-Length values become one; HTTP/1.x above 1.1 becomes HTTP/1.1.
//
// On purpose not done: Via is not added and Max-Forwards not counted (RFC 9110 sections 7.6.2 and 7.6.3), because a
// debugging proxy must not be seen in the traffic; a version of 1.0 stays 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/codec/http1/head.h"
#include "core/codec/http1/target.h"

namespace sluice::http1 {

// What the forwarded head says about the connection it travels on.
enum class ConnectionField : std::uint8_t {
  Unsaid,     // nothing: the version's own rule holds
  Close,      // Connection: close
  KeepAlive,  // Connection: keep-alive
};

enum class UpgradeField : std::uint8_t { Remove, Keep };

// How the request names what it wants. Absolute, a whole URL, is for a proxy in front of us (RFC 9112 section 3.2.2).
enum class TargetForm : std::uint8_t { Origin, Absolute };

enum class TeField : std::uint8_t { Remove, KeepTrailers };

struct ForwardOptions {
  ConnectionField connection = ConnectionField::Unsaid;
  UpgradeField upgrade = UpgradeField::Remove;  // Keep: Upgrade stays, and Connection says upgrade
  // KeepTrailers: where TE accepts trailers, it goes on saying that and nothing else, and Connection says TE (RFC 9110
  // section 10.1.4).
  TeField te = TeField::Remove;
  TargetForm target = TargetForm::Origin;
  std::string_view proxyAuthorization = {};  // for that proxy; empty: none
};

// REQUIRES: `head` is complete, and `target` is parsed from head.target(), or, where the server is known otherwise, made to
// name it: Form::Absolute with its authority.
void forwardRequestHead(const Head& head, const Target& target, const ForwardOptions& options, std::string& out);
void forwardResponseHead(const Head& head, const ForwardOptions& options, std::string& out);

}  // namespace sluice::http1
