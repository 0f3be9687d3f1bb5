#include "core/codec/http1/persistence.h"

#include "tests/support/parse_head.h"
#include "tests/support/test.h"

using namespace sluice::http1;
using sluice::http1::test::request;
using sluice::http1::test::response;

namespace {
bool clientStays(std::string_view text) { return afterRequest(request(text)) == Persistence::KeepOpen; }
bool upstreamStays(std::string_view text) {
  const Head head = response(text);
  return afterResponse(head, *responseFraming(head, "GET")) == Persistence::KeepOpen;
}
}  // namespace

SLUICE_TEST(clientConnectionStaysOpenByVersionAndWord) {
  QVERIFY(clientStays("GET / HTTP/1.1\nHost: a\n\n"));
  QVERIFY(clientStays("GET / HTTP/1.1\nHost: a\nProxy-Connection: keep-alive\n\n"));
  QVERIFY(!clientStays("GET / HTTP/1.1\nHost: a\nConnection: x, Close\n\n"));
  QVERIFY(!clientStays("GET / HTTP/1.1\nHost: a\nConnection: keep-alive\nConnection: close\n\n"));
  QVERIFY(!clientStays("GET / HTTP/1.1\nHost: a\nProxy-Connection: close\n\n"));
  QVERIFY(!clientStays("GET / HTTP/1.0\nConnection: keep-alive\n\n"));
  QVERIFY(!clientStays("GET / HTTP/1.0\nProxy-Connection: keep-alive\n\n"));
}

SLUICE_TEST(upstreamConnectionStaysOpenByVersionWordAndFraming) {
  QVERIFY(upstreamStays("HTTP/1.1 200 OK\nContent-Length: 5\n\n"));
  QVERIFY(upstreamStays("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.1 200 OK\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.1 200 OK\nContent-Length: 5\nConnection: close\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.0 200 OK\nContent-Length: 5\n\n"));
  QVERIFY(upstreamStays("HTTP/1.0 200 OK\nContent-Length: 5\nConnection: Keep-Alive\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.0 200 OK\nConnection: Keep-Alive\n\n"));
}

SLUICE_TEST(aBodilessResponseThatAnnouncesABodyEndsTheConnection) {
  QVERIFY(upstreamStays("HTTP/1.1 204 No\n\n"));
  QVERIFY(upstreamStays("HTTP/1.1 204 No\nContent-Length: 0\n\n"));
  QVERIFY(upstreamStays("HTTP/1.1 304 No\nContent-Length: 5\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.1 204 No\nContent-Length: 5\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.1 204 No\nTransfer-Encoding: chunked\n\n"));
  QVERIFY(!upstreamStays("HTTP/1.1 100 Go\nContent-Length: 5\n\n"));
}
