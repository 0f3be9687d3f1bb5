// Conversations in which something goes wrong.
#include "core/session/http_session.h"

#include "core/base/limits.h"
#include "tests/conversation/play.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;
using Phase = HttpSession::Phase;

namespace {
const std::string kGet = "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

Play awaitingResponse(const std::string& request) {
  auto conversation = play();
  conversation.in(clientBytes(request)).out(openUpstream("a", 80)).in(upstreamOpened());
  if (request == kPost) {
    conversation.out(sendToUpstream("POST "), relayRequestBody(http1::Framing::ofLength(5)));
  } else {
    conversation.out(sendToUpstream("GET "));
  }
  return conversation;
}

Play relayingResponse(const std::string& head, const http1::Framing& framing) {
  auto conversation = awaitingResponse(kGet);
  conversation.in(upstreamBytes(head)).out(sendToClient("HTTP/1.1 200 "), relayResponseBody(framing));
  return conversation;
}
}  // namespace

SLUICE_TEST(answersARefusedConnectionAndKeepsTheClient) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                  .phase(Phase::AwaitRequest)
                  .recorded<capture::ResponseStarted>([](const auto& r) { return r.status == 502; }, "status 502")
                  .recorded<capture::ExchangeEnded>(
                      [](const auto& r) {
                        return r.error.code == Code::ConnectionRefused && r.error.side == Side::Upstream &&
                               r.response.bytes > 0;
                      },
                      "refused by upstream"));
}

SLUICE_TEST(aConnectTimeoutIs504) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamFailed(Code::ConnectTimeout))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 504 ")));
}

SLUICE_TEST(aRequestWithABodyThatWasNotReadClosesTheClient) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kPost))
                  .out(openUpstream("a", 80))
                  .in(upstreamFailed(Code::HostNotFound))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(malformedRequestsAreAnsweredRecordedAndClosed) {
  for (const std::string request : {"GARBAGE\r\n\r\n", "GET http://a/ HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                    "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    VERIFY_PLAY(play()
                    .in(clientBytes(request))
                    .out(sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose))
                    .phase(Phase::Closed)
                    .recorded<capture::ExchangeStarted>([](const auto& r) { return !r.requestHead.empty(); }, "raw head")
                    .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.side == Side::Client; }, "client"));
  }
}

SLUICE_TEST(whatIsNeitherHttpNorHttpsIs501) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 501 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aHeadOverTheLimitIs431) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://a/ HTTP/1.1\r\nX: " + std::string(limits::kHeadBytesMax, 'x')))
                  .out(sendToClient("HTTP/1.1 431 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aClientThatEndsInsideAHeadGets400) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://a/ HT"))
                  .out()
                  .in(clientEnded())
                  .out(sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aClientThatEndsBetweenRequestsIsClosed) {
  VERIFY_PLAY(play().in(clientEnded()).out(closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(malformedResponsesAre502) {
  for (const std::string response : {"garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                                     "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    VERIFY_PLAY(awaitingResponse(kGet)
                    .in(upstreamBytes(response))
                    .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                    .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.side == Side::Upstream; },
                                                      "upstream is to blame"));
  }
}

SLUICE_TEST(aCutResponseOfKnownLengthIsDeliveredAsFarAsItCame) {
  auto conversation = relayingResponse("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", http1::Framing::ofLength(9));
  VERIFY_PLAY(conversation.in(responseBodyEnded(3, {Code::EndedEarly, Side::Upstream, 0, {}}))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>(
                      [](const auto& r) { return r.error.code == Code::EndedEarly && r.response.bytes == 3; }, "cut at 3"));
}

SLUICE_TEST(aCutResponseUntilCloseIsResetSoThatTheClientNotices) {
  auto conversation = relayingResponse("HTTP/1.1 200 OK\r\n\r\n", http1::Framing::untilClose());
  VERIFY_PLAY(conversation.in(responseBodyEnded(3, {Code::ConnectionReset, Side::Upstream, 0, {}}))
                  .out(endUpstream(Fate::Close), closeClient(Close::Abort)));
}

// Many servers end so. What has a length of its own is cut all the same.
SLUICE_TEST(aResponseUntilCloseThatTlsDoesNotConfirmEndsForTheClientAsItDid) {
  for (const auto& framing : {http1::Framing::untilClose(), http1::Framing::chunked()}) {
    const bool untilClose = framing.kind == http1::Framing::Kind::UntilClose;
    auto conversation = relayingResponse(
        untilClose ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", framing);
    VERIFY_PLAY(conversation.in(responseBodyEnded(3, {Code::TlsTruncated, Side::Upstream, 0, {}}))
                    .out(endUpstream(Fate::Close), closeClient(untilClose ? Close::FlushThenEnd : Close::FlushThenClose))
                    .recorded<capture::ExchangeEnded>(
                        [](const auto& r) { return r.error.code == Code::TlsTruncated && r.response.bytes == 3; }, "not confirmed"));
  }
}

SLUICE_TEST(aServerThatTakesNoMoreOfTheRequestIsNotWaitedFor) {
  VERIFY_PLAY(awaitingResponse(kPost)
                  .in(requestBodyEnded(3, {Code::IdleTimeout, Side::Upstream, 0, {}}))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 504 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aClientThatGoesAwayMidBodyEndsTheExchange) {
  auto conversation = relayingResponse("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", http1::Framing::ofLength(9));
  VERIFY_PLAY(conversation.in(responseBodyEnded(3, {Code::ConnectionReset, Side::Client, 0, {}}))
                  .out(endUpstream(Fate::Close), closeClient(Close::Abort))
                  .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.side == Side::Client; }, "client"));
}

SLUICE_TEST(aClientThatFailsWhileWaitingEndsTheExchange) {
  VERIFY_PLAY(awaitingResponse(kGet)
                  .in(clientFailed(Code::ConnectionReset))
                  .out(endUpstream(Fate::Close), closeClient(Close::Abort))
                  .phase(Phase::Closed));
}

SLUICE_TEST(aBrokenRequestBodyIs400) {
  VERIFY_PLAY(awaitingResponse(kPost)
                  .in(requestBodyEnded(2, {Code::EndedEarly, Side::Client, 0, {}}))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(anUpstreamThatTakesNoMoreMayStillAnswer) {
  VERIFY_PLAY(awaitingResponse(kPost)
                  .in(requestBodyEnded(2, {Code::ConnectionReset, Side::Upstream, 0, {}}))
                  .out()
                  .in(upstreamBytes("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 413 "), endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(silenceWhileAResponseIsDueIs504) {
  VERIFY_PLAY(awaitingResponse(kGet).in(timedOut()).out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 504 ")));
}

SLUICE_TEST(anIdleClientIsClosedWithoutAWord) {
  VERIFY_PLAY(play().in(timedOut()).out(closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aSlowHeadIs408) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://a/"))
                  .out()
                  .in(timedOut())
                  .out(sendToClient("HTTP/1.1 408 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aBrokenTunnelIsResetBothWays) {
  VERIFY_PLAY(play()
                  .in(clientBytes("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"))
                  .out(openUpstream("a", 443, session::OpenUpstream::Reuse::Never))
                  .in(upstreamOpened())
                  .out(sendToClient("HTTP/1.1 200 "))
                  .in(firstBytes("SSH-2.0-x\r\n"))
                  .out(openTunnel())
                  .in(tunnelEnded(1, 2, {Code::ConnectionReset, Side::Upstream, 0, {}}))
                  .out(endUpstream(Fate::Abort), closeClient(Close::Abort)));
}

SLUICE_TEST(aTunnelThatCannotBeOpenedIs502) {
  VERIFY_PLAY(play()
                  .in(clientBytes("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"))
                  .out(openUpstream("a", 443, session::OpenUpstream::Reuse::Never))
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(anEndlessRowOfInterimResponsesIs502) {
  const std::string interim = "HTTP/1.1 102 Processing\r\n\r\n";
  auto conversation = awaitingResponse(kGet);
  for (std::size_t i = 0; i < limits::kInterimResponsesMax; ++i) {
    conversation.in(upstreamBytes(interim)).out(sendToClient("HTTP/1.1 102 "));
  }
  VERIFY_PLAY(conversation.in(upstreamBytes(interim)).out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(interimResponsesAreCountedForEachRequest) {
  const std::string interim = "HTTP/1.1 102 Processing\r\n\r\n";
  auto conversation = awaitingResponse(kGet);
  for (std::size_t i = 0; i < limits::kInterimResponsesMax; ++i) {
    conversation.in(upstreamBytes(interim)).out(sendToClient("HTTP/1.1 102 "));
  }
  VERIFY_PLAY(conversation.in(upstreamBytes("HTTP/1.1 204 No Content\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 204 "), endUpstream(Fate::Reuse))
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes(interim))
                  .out(sendToClient("HTTP/1.1 102 ")));
}

SLUICE_TEST(aKeptConnectionThatAnsweredBeforeItBrokeIsNotAskedAgain) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamReused())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes("HTTP/1.1 102 Processing\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 102 "))
                  .in(upstreamFailed(Code::EndedEarly))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(switchingProtocolsInsideTheRequestIs502) {
  VERIFY_PLAY(play()
                  .in(clientBytes("POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: Upgrade\r\n"
                                  "Upgrade: x\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("POST "), relayRequestBody(http1::Framing::ofLength(5)))
                  .in(upstreamBytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aClientWhoseRequestIsWholeStaysWhenUpstreamFails) {
  VERIFY_PLAY(awaitingResponse(kPost)
                  .in(requestBodyEnded(5))
                  .out()
                  .in(upstreamFailed(Code::EndedEarly))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                  .phase(Phase::AwaitRequest));
}

// The client has a whole response by then, and a reset could take it away.
SLUICE_TEST(aRequestBodyThatBreaksBehindTheResponseResetsNobody) {
  VERIFY_PLAY(awaitingResponse(kPost)
                  .in(upstreamBytes("HTTP/1.1 204 No Content\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 204 "))
                  .in(requestBodyEnded(2, {Code::EndedEarly, Side::Client, 0, {}}))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(whatUpstreamSentInsteadOfAResponseIsRecordedOnce) {
  for (const std::string response : {"garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                                     "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    VERIFY_PLAY(awaitingResponse(kGet)
                    .in(upstreamBytes(response))
                    .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                    .recorded<capture::ResponseStarted>(
                        [&](const auto& r) { return r.status == 502 && response.rfind(r.responseHead, 0) == 0; }, "as sent")
                    .recorded<capture::ExchangeEnded>([](const auto& r) { return r.phases.responseHeadUs < 0; },
                                                      "no response head came"));
  }
}

SLUICE_TEST(anUnfinishedResponseHeadIsRecorded) {
  VERIFY_PLAY(awaitingResponse(kGet)
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nServ"))
                  .out()
                  .in(upstreamFailed(Code::EndedEarly))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                  .recorded<capture::ResponseStarted>(
                      [](const auto& r) { return r.responseHead == "HTTP/1.1 200 OK\r\nServ"; }, "as far as it came")
                  // The next exchange has none of it.
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                  .recorded<capture::ResponseStarted>(
                      [](const auto& r) { return r.responseHead.rfind("HTTP/1.1 502 ", 0) == 0; }, "our own head"));
}
