#include "core/control/encode.h"

#include "core/base/limits.h"
#include "core/control/decode.h"
#include "core/control/frame_reader.h"
#include "tests/support/test.h"
#include "samples.h"

using namespace sluice;
using namespace sluice::control;

namespace {

// What the other side makes of one encoded reply.
Reply received(const Reply& sent) {
  const auto bytes = encodeReply(1, sent);
  FrameReader reader(limits::kControlFrameBytesMax);
  auto rest = asBytes(bytes);
  const auto frame = reader.next(rest);
  if (!frame || !*frame || !rest.empty()) return Unknown{255};
  auto message = decodeReply(**frame);
  return message ? message->reply : Unknown{254};
}

}  // namespace

SLUICE_TEST(everyReplyArrivesAsItWasSent) {
  for (const auto& reply : samples::replies()) {
    const auto bytes = encodeReply(0x89abcdef, reply);
    const auto message = decodeReply(asBytes(bytes).subspan(4));
    QVERIFY(message.has_value());
    QCOMPARE(message->stream, StreamId(0x89abcdef));
    QVERIFY(message->reply == reply);
  }
}

SLUICE_TEST(everyRequestArrivesAsItWasSent) {
  for (const auto& request : samples::requests()) {
    const auto bytes = encodeRequest(7, request);
    QVERIFY(bytes.size() - 4 <= limits::kControlRequestBytesMax);
    const auto message = decodeRequest(asBytes(bytes).subspan(4));
    QVERIFY(message.has_value());
    QCOMPARE(message->stream, StreamId(7));
    QVERIFY(message->request == request);
  }
}

SLUICE_TEST(everyMessageOfDefaultsArrives) {
  QVERIFY(received(StatusReply{}) == Reply(StatusReply{}));
  QVERIFY(received(ConnectionsReply{}) == Reply(ConnectionsReply{}));
  QVERIFY(received(Failure{}) == Reply(Failure{}));
}

SLUICE_TEST(textKeepsEveryByte) {
  Failure failure;
  for (int byte = 0; byte < 256; ++byte) failure.error.detail.push_back(static_cast<char>(byte));
  QVERIFY(received(failure) == Reply(failure));
}

SLUICE_TEST(unknownCannotBeSent) {
  QVERIFY(encodeReply(1, Unknown{9}).empty());
  QVERIFY(encodeRequest(1, Unknown{9}).empty());
}

SLUICE_TEST(longTextIsCutAndNotRefused) {
  const Failure failure{Error{Code::System, Side::Local, 5, std::string(limits::kControlTextBytesMax + 1, 'x')}};
  const auto arrived = received(failure);
  QVERIFY(std::holds_alternative<Failure>(arrived));
  QCOMPARE(std::get<Failure>(arrived).error.detail, std::string(limits::kControlTextBytesMax, 'x'));
}

SLUICE_TEST(asManyConnectionsAsTheLimitFitOneFrame) {
  ConnectionsReply connections;
  auto row = samples::connection();
  row.target = "a-host-name-of-a-usual-length.example.org:443";
  connections.rows.assign(limits::kControlRowsMax + 5, row);
  const auto arrived = received(connections);
  QVERIFY(std::holds_alternative<ConnectionsReply>(arrived));
  QCOMPARE(std::get<ConnectionsReply>(arrived).rows.size(), limits::kControlRowsMax);
  QCOMPARE(std::get<ConnectionsReply>(arrived).total, std::uint64_t(limits::kControlRowsMax + 5));
}

SLUICE_TEST(rowsThatDoNotFitAreLeftOffAndCounted) {
  ConnectionsReply connections;
  auto row = samples::connection();
  row.target = row.listener = row.clientAddress = std::string(limits::kControlTextBytesMax * 2, 'u');
  connections.rows.assign(5000, row);
  connections.total = 6000;
  const auto arrived = received(connections);
  QVERIFY(std::holds_alternative<ConnectionsReply>(arrived));
  const auto& reply = std::get<ConnectionsReply>(arrived);
  QVERIFY(reply.rows.size() > 300 && reply.rows.size() < 5000);
  QCOMPARE(reply.total, std::uint64_t(6000));
}

SLUICE_TEST(listenersOverTheLimitAreLeftOff) {
  auto status = samples::status();
  ListenerStatus listener;
  listener.spec = listener.kind = listener.address = std::string(limits::kControlTextBytesMax * 2, 'l');
  status.listeners.assign(limits::kControlListenersMax + 1, listener);
  const auto arrived = received(status);
  QVERIFY(std::holds_alternative<StatusReply>(arrived));
  QCOMPARE(std::get<StatusReply>(arrived).listeners.size(), limits::kControlListenersMax);
}

SLUICE_TEST(asManyExchangesAsMayBeAnnotatedAtOnceAreOneRequest) {
  Annotate annotate;
  annotate.exchanges.assign(kAnnotatedAtOnceMax, ExchangeId{UINT64_MAX});
  annotate.annotation = {Mark::Red, std::string(kCommentBytesMax, 'x')};
  const auto bytes = encodeRequest(7, annotate);
  FrameReader reader(limits::kControlRequestBytesMax);
  auto rest = asBytes(bytes);
  const auto frame = reader.next(rest);
  QVERIFY(frame && *frame);
  const auto message = decodeRequest(**frame);
  QVERIFY(message && message->request == Request(annotate));
}
