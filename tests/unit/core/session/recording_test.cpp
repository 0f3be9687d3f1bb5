#include "core/session/recording.h"

#include "core/codec/http1/head_parser.h"
#include "tests/support/test.h"

using namespace sluice;
using session::Destination;
using session::Recording;

namespace {

Destination destinationOf(const std::string& startLine) {
  http1::HeadParser parser(http1::Role::Request);
  (void)parser.feed(asBytes(startLine + "\r\nHost: x\r\n\r\n"));
  const auto target = http1::parseTarget(parser.head().method(), parser.head().target());
  return session::destinationOf(parser.head(), target ? &*target : nullptr);
}

MonoTime at(std::int64_t microseconds) { return MonoTime(Micros(microseconds)); }

const Now kBegin{at(1000), WallTime(Micros(5'000'000))};

}  // namespace

SLUICE_TEST(aRequestGoesWhereItsTargetSays) {
  const auto to = destinationOf("GET http://Host:81/a/b?c HTTP/1.1");
  QVERIFY(to.kind == capture::Kind::Http);
  QCOMPARE(to.method, std::string("GET"));
  QCOMPARE(to.scheme, std::string("http"));
  QCOMPARE(to.host, std::string("Host"));
  QCOMPARE(to.port, std::uint16_t{81});
  QCOMPARE(to.path, std::string("/a/b?c"));
  QCOMPARE(to.url, std::string("http://Host:81/a/b?c"));
}

SLUICE_TEST(aTargetWithoutAPathHasTheRootAsItsPath) {
  const auto to = destinationOf("GET http://h HTTP/1.1");
  QCOMPARE(to.path, std::string("/"));
  QCOMPARE(to.url, std::string("http://h/"));
  QCOMPARE(to.port, std::uint16_t{80});
}

SLUICE_TEST(aTunnelGoesToHostAndPort) {
  const auto to = destinationOf("CONNECT [::1]:443 HTTP/1.1");
  QVERIFY(to.kind == capture::Kind::Tunnel);
  QCOMPARE(to.url, std::string("[::1]:443"));
  QCOMPARE(to.host, std::string("::1"));
  QCOMPARE(to.port, std::uint16_t{443});
  QCOMPARE(to.scheme + to.path, std::string());
}

SLUICE_TEST(aRequestOfOriginFormHasAPathAlone) {
  const auto to = destinationOf("GET /a?b HTTP/1.1");
  QCOMPARE(to.path, std::string("/a?b"));
  QCOMPARE(to.url, std::string("/a?b"));
  QCOMPARE(to.host, std::string());
}

SLUICE_TEST(aTargetThatIsNotUnderstoodIsShownAsItCame) {
  const auto to = destinationOf("GET http://a:b:c/ HTTP/1.1");
  QCOMPARE(to.method, std::string("GET"));
  QCOMPARE(to.url, std::string("http://a:b:c/"));
  QCOMPARE(to.host, std::string());
}

SLUICE_TEST(everyRecordNamesItsExchange) {
  Recording recording(ExchangeId{3}, ConnectionId{4}, kBegin);
  QVERIFY(recording.exchange() == ExchangeId{3});
  const auto started = recording.started(destinationOf("GET http://h/p HTTP/1.1"), "raw head");
  QVERIFY(started.exchange == ExchangeId{3} && started.connection == ConnectionId{4});
  QVERIFY(started.at == kBegin.wall);
  QCOMPARE(started.requestHead, std::string("raw head"));
  QCOMPARE(started.host, std::string("h"));
  const auto response = recording.responseStarted(200, "text/html", "HTTP/1.1 200");
  QVERIFY(response.exchange == ExchangeId{3} && response.status == 200);
  QCOMPARE(response.contentType, std::string("text/html"));
  QCOMPARE(response.responseHead, std::string("HTTP/1.1 200"));
  QVERIFY(recording.ended({}, kBegin).exchange == ExchangeId{3});
}

SLUICE_TEST(phasesAreCountedFromTheFirstByte) {
  Recording recording(ExchangeId{1}, ConnectionId{1}, kBegin);
  recording.upstreamOpened("1.2.3.4:80", false, at(1010), at(1025));
  recording.requestSent(at(1030));
  recording.responseHeadCame(at(1045));
  const auto end = recording.ended({}, {at(1060), kBegin.wall});
  QCOMPARE(end.phases.resolvedUs, std::int64_t{10});
  QCOMPARE(end.phases.connectedUs, std::int64_t{25});
  QCOMPARE(end.phases.requestSentUs, std::int64_t{30});
  QCOMPARE(end.phases.responseHeadUs, std::int64_t{45});
  QCOMPARE(end.phases.finishedUs, std::int64_t{60});
  QCOMPARE(end.upstreamAddress, std::string("1.2.3.4:80"));
  QVERIFY(!end.upstreamReused);
}

SLUICE_TEST(whatDidNotHappenHasNoTime) {
  Recording recording(ExchangeId{1}, ConnectionId{1}, kBegin);
  const auto end = recording.ended({Code::HostNotFound, Side::Upstream, 0, "h"}, {at(1001), kBegin.wall});
  QVERIFY(end.error.code == Code::HostNotFound);
  QVERIFY(end.phases.resolvedUs < 0 && end.phases.connectedUs < 0 && end.phases.requestSentUs < 0);
  QVERIFY(end.phases.responseHeadUs < 0);
}

SLUICE_TEST(aKeptConnectionWasNotResolved) {
  Recording recording(ExchangeId{1}, ConnectionId{1}, kBegin);
  recording.upstreamOpened("1.2.3.4:80", true, {}, at(1010));
  const auto end = recording.ended({}, kBegin);
  QVERIFY(end.upstreamReused);
  QVERIFY(end.phases.resolvedUs < 0);
  QCOMPARE(end.phases.connectedUs, std::int64_t{10});
}

SLUICE_TEST(bodiesKeepTheirTotalsAndTrailers) {
  Recording recording(ExchangeId{1}, ConnectionId{1}, kBegin);
  recording.requestBodyEnded({{10, 8}, {}, "A: 1\r\n", false});
  recording.responseBodyEnded({{20, 16}, {}, "B: 2\r\n", false});
  const auto end = recording.ended({}, kBegin);
  QCOMPARE(end.request.bytes, std::uint64_t{10});
  QCOMPARE(end.request.capturedBytes, std::uint64_t{8});
  QCOMPARE(end.requestTrailers, std::string("A: 1\r\n"));
  QCOMPARE(end.response.bytes, std::uint64_t{20});
  QCOMPARE(end.response.capturedBytes, std::uint64_t{16});
  QCOMPARE(end.responseTrailers, std::string("B: 2\r\n"));
}
