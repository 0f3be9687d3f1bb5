#include "tests/support/origin/origin.h"

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>

#include "tests/support/test.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Everything the origin sends in reply to `request` until it closes.
std::string ask(std::uint16_t port, const std::string& request, bool halfClose = false) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), port});
  asio::write(socket, asio::buffer(request));
  if (halfClose) socket.shutdown(asio::ip::tcp::socket::shutdown_send);
  std::string reply;
  std::error_code error;
  asio::read(socket, asio::dynamic_buffer(reply), error);
  return error == asio::error::eof ? reply : reply + "<" + error.message() + ">";
}

std::string get(const Origin& origin, const std::string& target) {
  return ask(origin.port(), "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

std::string body(const std::string& reply) {
  const auto end = reply.find("\r\n\r\n");
  return end == reply.npos ? "" : reply.substr(end + 4);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

SLUICE_TEST(patternIsTheSameWhicheverWayItIsCut) {
  const Pattern pattern(7);
  const auto whole = pattern.text(0, 1000);
  for (const std::size_t step : {1u, 3u, 8u, 13u}) {
    std::string pieces;
    for (std::size_t at = 0; at < whole.size(); at += step) {
      pieces += pattern.text(at, std::min(step, whole.size() - at));
    }
    QCOMPARE(pieces, whole);
  }
  QVERIFY(pattern.matches(17, asBytes(std::string_view(whole).substr(17))));
  QVERIFY(!pattern.matches(16, asBytes(std::string_view(whole).substr(17))));
  QVERIFY(whole != Pattern(8).text(0, 1000));
}

SLUICE_TEST(digestIsSha256) {
  QCOMPARE(sha256(asBytes("abc")), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  QCOMPARE(patternSha256(7, 300000), sha256(asBytes(Pattern(7).text(0, 300000))));
}

SLUICE_TEST(bytesComeInEveryFraming) {
  const Origin origin;
  const auto expected = Pattern(5).text(0, 10);
  const auto byLength = get(origin, "/bytes/10?seed=5");
  QVERIFY(contains(byLength, "Content-Length: 10\r\n"));
  QCOMPARE(body(byLength), expected);
  QCOMPARE(body(get(origin, "/bytes/10?seed=5&framing=close")), expected);
  const auto chunked = get(origin, "/bytes/10?seed=5&framing=chunked&piece=6&ext=a=b&trailers=1");
  QVERIFY(contains(chunked, "Transfer-Encoding: chunked\r\n"));
  QCOMPARE(body(chunked), "6;a=b\r\n" + expected.substr(0, 6) + "\r\n4;a=b\r\n" + expected.substr(6) +
                              "\r\n0\r\nX-Trailer: kept\r\nX-Checksum: 0\r\n\r\n");
}

SLUICE_TEST(breaksOffWhereItIsTold) {
  const Origin origin;
  QCOMPARE(body(get(origin, "/bytes/10?seed=5&closeAt=4")), Pattern(5).text(0, 4));
  QVERIFY(contains(get(origin, "/reset"), "reset by peer"));
  QCOMPARE(get(origin, "/nothing"), std::string());
  QCOMPARE(get(origin, "/raw?b=%00hi%0d%0a"), std::string("\0hi\r\n", 5));
}

SLUICE_TEST(describesUploads) {
  const Origin origin;
  const auto chunked = ask(origin.port(),
                           "POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                           "3;x=1\r\nabc\r\n0\r\nT: 1\r\n\r\n");
  QCOMPARE(body(chunked), "{\"size\":3,\"sha256\":\"" + sha256(asBytes("abc")) +
                              "\",\"framing\":\"chunked\",\"chunks\":1,\"extensions\":\";x=1\","
                              "\"trailers\":\"T: 1\\r\\n\"}\n");
}

SLUICE_TEST(countsConnectionsAndTheirRequests) {
  const Origin origin;
  const auto reply =
      ask(origin.port(), "GET /connection HTTP/1.1\r\n\r\nGET /connection HTTP/1.1\r\nConnection: close\r\n\r\n");
  QVERIFY(contains(reply, "{\"connection\":1,\"request\":1}"));
  QVERIFY(contains(reply, "{\"connection\":1,\"request\":2}"));
  QVERIFY(contains(get(origin, "/connection"), "{\"connection\":2,\"request\":1}"));
}

SLUICE_TEST(eventsWaitAtTheirGate) {
  Origin origin;
  for (int i = 0; i < 2; ++i) origin.acknowledge("g");
  const auto reply = get(origin, "/events?gate=g&count=3&size=10&framing=close");
  QCOMPARE(body(reply), std::string("data:0..\n\ndata:1..\n\ndata:2..\n\n"));
  QCOMPARE(origin.eventsSentAtUs("g").size(), std::size_t(3));
}

SLUICE_TEST(rawStreamsHalfClose) {
  const Origin origin;
  QCOMPARE(ask(origin.rawPort(), "digest\nabc", true), "3 " + sha256(asBytes("abc")) + "\n");
  QCOMPARE(ask(origin.rawPort(), "talk 5\n"), Pattern(0).text(0, 5));
  QCOMPARE(ask(origin.rawPort(), "echo\nhello", true), std::string("hello"));
}

SLUICE_TEST(stopsWhileConnectionsAreOpen) {
  asio::io_context io;
  asio::ip::tcp::socket silent(io), waiting(io), unsecured(io);
  {
    const Origin origin;
    silent.connect({asio::ip::address_v4::loopback(), origin.port()});
    unsecured.connect({asio::ip::address_v4::loopback(), origin.tlsPort()});
    waiting.connect({asio::ip::address_v4::loopback(), origin.port()});
    asio::write(waiting, asio::buffer(std::string("GET /events?gate=never&count=9 HTTP/1.1\r\n\r\n")));
    std::string head;
    asio::read_until(waiting, asio::dynamic_buffer(head), "\r\n\r\n");
  }
  char byte = 0;
  std::error_code error;
  QCOMPARE(silent.read_some(asio::buffer(&byte, 1), error), std::size_t(0));
}
