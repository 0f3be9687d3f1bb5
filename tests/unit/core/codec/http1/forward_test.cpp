#include "core/codec/http1/forward.h"

#include "tests/support/parse_head.h"
#include "tests/support/test.h"

using namespace sluice::http1;
using sluice::http1::test::crlf;
using sluice::http1::test::request;
using sluice::http1::test::response;

namespace {

constexpr ForwardOptions kUnsaid{};
constexpr ForwardOptions kClose{ConnectionField::Close, UpgradeField::Remove};
constexpr ForwardOptions kKeepAlive{ConnectionField::KeepAlive, UpgradeField::Remove};
constexpr ForwardOptions kTrailers{ConnectionField::Unsaid, UpgradeField::Remove, TeField::KeepTrailers};
constexpr ForwardOptions kTrailersUpgrade{ConnectionField::KeepAlive, UpgradeField::Keep, TeField::KeepTrailers};
constexpr ForwardOptions kUpgrade{ConnectionField::Unsaid, UpgradeField::Keep};

struct Row {
  const char* about;
  ForwardOptions options;
  std::string_view in;
  std::string_view out;
};

const Row kRequests[] = {
    {"origin-form stays as it is", kUnsaid, "GET /x HTTP/1.1\nhOsT:  a \nX-B:\ty\n\n",
     "GET /x HTTP/1.1\nhOsT:  a \nX-B:\ty\n\n"},
    {"absolute-form becomes origin-form", kUnsaid, "GET http://a/x?y HTTP/1.1\nHost: a\n\n",
     "GET /x?y HTTP/1.1\nHost: a\n\n"},
    {"no path becomes /", kUnsaid, "GET http://a HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\n\n"},
    {"no path but a query", kUnsaid, "GET http://a?q HTTP/1.1\nHost: a\n\n", "GET /?q HTTP/1.1\nHost: a\n\n"},
    {"OPTIONS without a path", kUnsaid, "OPTIONS http://a:81 HTTP/1.1\nHost: a:81\n\n",
     "OPTIONS * HTTP/1.1\nHost: a:81\n\n"},
    {"OPTIONS with a path", kUnsaid, "OPTIONS http://a/ HTTP/1.1\nHost: a\n\n", "OPTIONS / HTTP/1.1\nHost: a\n\n"},
    {"OPTIONS with a query", kUnsaid, "OPTIONS http://a?q HTTP/1.1\nHost: a\n\n", "OPTIONS /?q HTTP/1.1\nHost: a\n\n"},
    {"asterisk-form", kUnsaid, "OPTIONS * HTTP/1.1\nHost: a\n\n", "OPTIONS * HTTP/1.1\nHost: a\n\n"},
    {"authority-form", kUnsaid, "CONNECT a:1 HTTP/1.1\nHost: b\n\n", "CONNECT a:1 HTTP/1.1\nHost: b\n\n"},
    {"Host of another name", kUnsaid, "GET http://a/ HTTP/1.1\nX: y\nHOST:  b \nZ: z\n\n",
     "GET / HTTP/1.1\nX: y\nHOST:  a \nZ: z\n\n"},
    {"Host of another port", kUnsaid, "GET http://a:81/ HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a:81\n\n"},
    {"Host that says the same", kUnsaid, "GET http://A:80/ HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\n\n"},
    {"Host that says the same with a port", kUnsaid, "GET http://a/ HTTP/1.1\nHost: A:80\n\n",
     "GET / HTTP/1.1\nHost: A:80\n\n"},
    {"Host without a value", kUnsaid, "GET http://a/ HTTP/1.1\nHost:\n\n", "GET / HTTP/1.1\nHost:a\n\n"},
    {"Host missing in HTTP/1.0", kUnsaid, "GET http://a:81/ HTTP/1.0\nX: y\n\n",
     "GET / HTTP/1.0\nHost: a:81\nX: y\n\n"},
    {"Host IPv6", kUnsaid, "GET http://[::1]/ HTTP/1.1\nHost: [::1]\n\n", "GET / HTTP/1.1\nHost: [::1]\n\n"},
    {"user information", kUnsaid, "GET http://u:p@a/ HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\n\n"},
    {"fields of this hop", kUnsaid,
     "GET / HTTP/1.1\nA: 1\nProxy-Connection: keep-alive\nKeep-Alive: timeout=5\nHost: a\nProxy-Authorization: Basic "
     "eA==\n"
     "TE: trailers\nUpgrade: h2c\nB: 2\n\n",
     "GET / HTTP/1.1\nA: 1\nHost: a\nB: 2\n\n"},
    {"named by Connection", kUnsaid,
     "GET / HTTP/1.1\nX-Hop: 1\nHost: a\nConnection: x-hop, keep-alive\nx-HOP: 2\nX-Hop2: 3\n\n",
     "GET / HTTP/1.1\nHost: a\nX-Hop2: 3\n\n"},
    {"named by Connection without being allowed to", kUnsaid,
     "POST / HTTP/1.1\nHost: a\nContent-Length: 3\nCookie: c\nAuthorization: b\nConnection: Host, content-length, "
     "Cookie, authorization\n\n",
     "POST / HTTP/1.1\nHost: a\nContent-Length: 3\nCookie: c\nAuthorization: b\n\n"},
    {"several fields named by Connection", kUnsaid,
     "GET / HTTP/1.1\nHost: a\nC: 1\nA: 2\nD: 3\nB: 4\nConnection: c, d\nConnection: b, a\n\n",
     "GET / HTTP/1.1\nHost: a\n\n"},
    {"Connection that contradicts itself, for close", kClose,
     "GET / HTTP/1.1\nConnection: close, keep-alive\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\nConnection: close\n\n"},
    {"Connection that contradicts itself, for keep-alive", kKeepAlive,
     "GET / HTTP/1.1\nConnection: close, keep-alive\nHost: a\n\n",
     "GET / HTTP/1.1\nHost: a\nConnection: keep-alive\n\n"},
    {"Connection that fits stays", kUnsaid, "GET / HTTP/1.1\nConnection: keep-alive\nHost: a\n\n",
     "GET / HTTP/1.1\nConnection: keep-alive\nHost: a\n\n"},
    {"Connection: close goes", kUnsaid, "GET / HTTP/1.1\nConnection: close\nHost: a\n\n",
     "GET / HTTP/1.1\nHost: a\n\n"},
    {"close is added", kClose, "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\nConnection: close\n\n"},
    {"close takes the place of keep-alive", kClose, "GET / HTTP/1.1\nConnection: keep-alive\nHost: a\n\n",
     "GET / HTTP/1.1\nHost: a\nConnection: close\n\n"},
    {"close is already there", kClose, "GET / HTTP/1.1\nConnection: Close\nHost: a\n\n",
     "GET / HTTP/1.1\nConnection: Close\nHost: a\n\n"},
    {"keep-alive is added", kKeepAlive, "GET / HTTP/1.0\n\n", "GET / HTTP/1.0\nConnection: keep-alive\n\n"},
    {"keep-alive of HTTP/1.0 goes", kUnsaid, "GET / HTTP/1.0\nConnection: keep-alive\n\n", "GET / HTTP/1.0\n\n"},
    {"an upgrade", kUpgrade, "GET / HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\n\n",
     "GET / HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\n\n"},
    {"an upgrade beside keep-alive", kUpgrade,
     "GET / HTTP/1.1\nHost: a\nConnection: keep-alive, Upgrade\nUpgrade: websocket\n\n",
     "GET / HTTP/1.1\nHost: a\nConnection: keep-alive, Upgrade\nUpgrade: websocket\n\n"},
    {"an upgrade that names another field", kUpgrade,
     "GET / HTTP/1.1\nHost: a\nConnection: Upgrade, X\nX: 1\nUpgrade: websocket\n\n",
     "GET / HTTP/1.1\nHost: a\nUpgrade: websocket\nConnection: Upgrade\n\n"},
    {"an upgrade not wanted", kUnsaid, "GET / HTTP/1.1\nHost: a\nConnection: Upgrade\nUpgrade: websocket\n\n",
     "GET / HTTP/1.1\nHost: a\n\n"},
    {"trailers are accepted on", kTrailers, "GET / HTTP/1.1\nHost: a\nte:  Trailers\nConnection: TE\n\n",
     "GET / HTTP/1.1\nHost: a\nte:  Trailers\nConnection: TE\n\n"},
    {"trailers without a Connection that says so", kTrailers, "GET / HTTP/1.1\nTE: trailers\nHost: a\n\n",
     "GET / HTTP/1.1\nTE: trailers\nHost: a\nConnection: TE\n\n"},
    {"codings are not ours to accept", kTrailers,
     "GET / HTTP/1.1\nTE: gzip;q=0.5, trailers \nHost: a\nConnection: close, te\nTE: trailers\n\n",
     "GET / HTTP/1.1\nTE: trailers \nHost: a\nConnection: TE\n\n"},
    {"a TE that does not accept trailers", kTrailers, "GET / HTTP/1.1\nTE: gzip\nHost: a\nConnection: TE\n\n",
     "GET / HTTP/1.1\nHost: a\n\n"},
    {"Connection that names a TE that is not there", kTrailers, "GET / HTTP/1.1\nHost: a\nConnection: TE\n\n",
     "GET / HTTP/1.1\nHost: a\n\n"},
    {"trailers of a hop of its own", kUnsaid, "GET / HTTP/1.1\nTE: trailers\nHost: a\nConnection: TE\n\n",
     "GET / HTTP/1.1\nHost: a\n\n"},
    {"trailers beside all other options", kTrailersUpgrade, "GET / HTTP/1.1\nTE: trailers\nHost: a\nUpgrade: x\n\n",
     "GET / HTTP/1.1\nTE: trailers\nHost: a\nUpgrade: x\nConnection: keep-alive, TE, Upgrade\n\n"},
    {"equal lengths become one", kUnsaid, "POST / HTTP/1.1\nHost: a\nContent-Length: 3\nX: y\ncontent-length: 3\n\n",
     "POST / HTTP/1.1\nHost: a\nContent-Length: 3\nX: y\n\n"},
    {"a list of equal lengths", kUnsaid, "POST / HTTP/1.1\nHost: a\nContent-Length:  3, 3 \n\n",
     "POST / HTTP/1.1\nHost: a\nContent-Length:  3 \n\n"},
    {"a later HTTP/1.x", kUnsaid, "GET / HTTP/1.7\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\n\n"},
    {"framing and Expect stay", kUnsaid,
     "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTrailer: X\nExpect: 100-continue\n\n",
     "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTrailer: X\nExpect: 100-continue\n\n"},
};

const Row kResponses[] = {
    {"untouched", kUnsaid, "HTTP/1.1 200 OK then\nServer:  x \nSet-Cookie: a\nset-cookie: b\n\n",
     "HTTP/1.1 200 OK then\nServer:  x \nSet-Cookie: a\nset-cookie: b\n\n"},
    {"a status line without a reason", kUnsaid, "HTTP/1.1 200\n\n", "HTTP/1.1 200\n\n"},
    {"an empty reason", kUnsaid, "HTTP/1.0 200 \n\n", "HTTP/1.0 200 \n\n"},
    {"fields of this hop", kUnsaid,
     "HTTP/1.1 200 OK\nKeep-Alive: timeout=5\nA: b\nConnection: close\nProxy-Connection: x\n\n",
     "HTTP/1.1 200 OK\nA: b\n\n"},
    {"proxy challenges are for the client", kUnsaid,
     "HTTP/1.1 407 Who\nProxy-Authenticate: Basic\nProxy-Authorization: x\n\n",
     "HTTP/1.1 407 Who\nProxy-Authenticate: Basic\nProxy-Authorization: x\n\n"},
    {"close", kClose, "HTTP/1.1 200 OK\nA: b\n\n", "HTTP/1.1 200 OK\nA: b\nConnection: close\n\n"},
    {"switching protocols", kUpgrade, "HTTP/1.1 101 Go\nUpgrade: websocket\nConnection: upgrade\n\n",
     "HTTP/1.1 101 Go\nUpgrade: websocket\nConnection: upgrade\n\n"},
    {"switching protocols without saying so", kUpgrade, "HTTP/1.1 101 Go\nUpgrade: websocket\n\n",
     "HTTP/1.1 101 Go\nUpgrade: websocket\nConnection: Upgrade\n\n"},
    {"a later HTTP/1.x", kUnsaid, "HTTP/1.2 200\nA: b\n\n", "HTTP/1.1 200\nA: b\n\n"},
    {"Set-Cookie cannot be taken out", kUnsaid, "HTTP/1.1 200 OK\nSet-Cookie: a\nConnection: set-cookie\n\n",
     "HTTP/1.1 200 OK\nSet-Cookie: a\n\n"},
};

std::string forwarded(const Row& row) {
  const Head head = request(row.in);
  const auto target = parseTarget(head.method(), head.target());
  if (!target) return target.error().detail;
  std::string out = "before ";
  forwardRequestHead(head, *target, row.options, out);
  return out.substr(7);
}

}  // namespace

SLUICE_TEST(forwardsRequestHeads) {
  for (const auto& row : kRequests) {
    const auto out = forwarded(row);
    QVERIFY2(out == crlf(row.out), (std::string(row.about) + "\n" + out).c_str());
  }
}

SLUICE_TEST(forwardsResponseHeads) {
  for (const auto& row : kResponses) {
    std::string out;
    forwardResponseHead(response(row.in), row.options, out);
    QVERIFY2(out == crlf(row.out), (std::string(row.about) + "\n" + out).c_str());
  }
}
