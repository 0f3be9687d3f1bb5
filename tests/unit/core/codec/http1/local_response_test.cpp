#include "core/codec/http1/local_response.h"

#include "core/base/limits.h"
#include "core/codec/http1/framing.h"
#include "tests/support/parse_head.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::http1;
using namespace std::string_view_literals;

SLUICE_TEST(namesTheSideAndTheCause) {
  const Error error{Code::ConnectionRefused, Side::Upstream, 0, "127.0.0.1:9"};
  QCOMPARE(errorResponse(error, Persistence::Close, BodyKind::Send),
           std::string("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 97\r\n"
                       "Connection: close\r\n\r\nSluice: 502 Bad Gateway\n\n"
                       "The server cannot be reached or failed: connection refused: 127.0.0.1:9\n"));
}

SLUICE_TEST(itsLengthIsThatOfItsBody) {
  for (const auto body : {BodyKind::Send, BodyKind::Omit}) {
    const auto text = errorResponse(400, {Code::BadRequest, Side::Client, 0, "x"}, Persistence::KeepOpen, body);
    const auto parsed = http1::test::parse(Role::Response, text);
    QVERIFY(parsed.done);
    const auto framing = responseFraming(parsed.head(), "GET");
    const auto sent = text.size() - parsed.consumed;
    QCOMPARE(sent, body == BodyKind::Send ? std::size_t(framing->length) : std::size_t(0));
    QVERIFY(framing->length > 0);
    QVERIFY(!parsed.head().find("Connection").has_value());
  }
}

SLUICE_TEST(hostileDetailsAreHarmlessAndShort) {
  const Error error{Code::BadTarget, Side::Client, 0, "\x1b[2J\r\nX: y" + std::string(5000, 'z')};
  const auto text = errorResponse(error, Persistence::Close, BodyKind::Send);
  QVERIFY(text.find('\x1b') == std::string::npos);
  QVERIFY(text.find("\\x1b[2J\\x0d\\x0aX: y") != std::string::npos);
  QVERIFY(text.size() < limits::kLocalDetailBytesMax + 300);
}

SLUICE_TEST(choosesTheStatusBySideAndCode) {
  const auto status = [](Side side, Code code) { return statusFor({code, side, 0, {}}); };
  QCOMPARE(status(Side::Client, Code::BadRequest), 400);
  QCOMPARE(status(Side::Client, Code::BadFraming), 400);
  QCOMPARE(status(Side::Client, Code::BadTarget), 400);
  QCOMPARE(status(Side::Client, Code::HeadTooLarge), 431);
  QCOMPARE(status(Side::Client, Code::TooManyHeaders), 431);
  QCOMPARE(status(Side::Client, Code::IdleTimeout), 408);
  QCOMPARE(status(Side::Client, Code::UnsupportedScheme), 501);
  QCOMPARE(status(Side::Client, Code::TooManyConnections), 503);
  QCOMPARE(status(Side::Upstream, Code::HostNotFound), 502);
  QCOMPARE(status(Side::Upstream, Code::HeadTooLarge), 502);
  QCOMPARE(status(Side::Upstream, Code::ConnectTimeout), 504);
  QCOMPARE(status(Side::Upstream, Code::IdleTimeout), 504);
  QCOMPARE(status(Side::Local, Code::TooManyConnections), 503);
  QCOMPARE(status(Side::Local, Code::ProxyLoop), 508);
  QCOMPARE(status(Side::Local, Code::NoSpace), 500);
}

SLUICE_TEST(everyStatusItChoosesHasAName) {
  for (const int status : {400, 408, 431, 500, 501, 502, 503, 504, 508}) QVERIFY(reasonPhrase(status) != "Error"sv);
  QCOMPARE(reasonPhrase(299), "Error"sv);
}

SLUICE_TEST(theAnswerToConnectIsAHeadAlone) {
  const auto parsed = http1::test::parse(Role::Response, kConnectionEstablished);
  QVERIFY(parsed.done);
  QCOMPARE(parsed.consumed, kConnectionEstablished.size());
  QCOMPARE(parsed.head().status(), 200);
}
