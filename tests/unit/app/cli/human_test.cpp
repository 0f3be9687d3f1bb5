#include "app/cli/human.h"

#include "core/codec/tls/authority.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool isSafe(const std::string& text) {
  for (const char byte : text) {
    if (byte != '\n' && (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)) return false;
  }
  return true;
}

const std::string kNasty = "\x1b]0;owned\x07\r\n\x9b" "2J";

}  // namespace

SLUICE_TEST(statusTellsWhatRunsWhereAndHowItGoes) {
  control::StatusReply status;
  status.pid = 1234;
  status.version = "0.1.0";
  status.uptime = std::chrono::minutes(125);
  status.dataDir = "/data";
  status.listeners = {{"regular@127.0.0.1:0", "regular", "127.0.0.1:41234"}};
  status.exchangesTotal = 1'000'000;
  status.now.downBytesPerSecond = 200'000;
  status.now.capture = control::CaptureState::On;
  status.now.recorderQueueBytes = 54'000'000;  // most of it in shared memory, where nobody has counted records yet
  const auto text = describe(status);
  QVERIFY(contains(text, "Waiting      54 MB to be written\n"));
  QVERIFY(contains(text, "Engine       sluiced 0.1.0, process 1234, up 2 h 5 min\n"));
  QVERIFY(contains(text, "Listening    regular 127.0.0.1:41234\n"));
  QVERIFY(contains(text, "now 1.6 Mbit/s (200 KB/s)\n"));
  QVERIFY(contains(text, "Recording    on\n"));
  QVERIFY(contains(text, "1,000,000 exchanges"));
  QVERIFY(!contains(text, "Not kept"));
  QVERIFY(!contains(text, "Bugs"));
}

SLUICE_TEST(statusTellsWhyRecordingIsPausedAndWhatWasLost) {
  control::StatusReply status;
  status.bugsSurvived = 2;
  status.storeNotice = "the history was damaged";
  status.now.capture = control::CaptureState::Failed;
  status.now.storeError = "no space left";
  status.now.refusedBodyBytes = 1500;
  status.now.droppedExchanges = 1;
  const auto text = describe(status);
  QVERIFY(contains(text, "Listening    nowhere\n"));
  QVERIFY(contains(text, "Recording    paused: no space left\n"));
  QVERIFY(contains(text, "Not kept     1.5 KB of bodies and 1 exchange, because"));
  QVERIFY(contains(text, "Note         the history was damaged\n"));
  QVERIFY(contains(text, "Bugs         2 survived"));
}

SLUICE_TEST(nothingFromTrafficReachesTheTerminalAsACommand) {
  control::ConnectionsReply connections;
  connections.rows.resize(1);
  connections.rows[0].target = connections.rows[0].clientAddress = connections.rows[0].program = kNasty;
  QVERIFY(isSafe(describe(connections, WallTime())));

  store::ExchangeDetails details;
  details.row.clientProgram = details.row.method = details.row.url = details.row.upstreamAddress = details.row.error.detail = kNasty;
  details.row.error.code = Code::BadRequest;
  details.requestHead = details.responseHead = details.clientAddress = details.listener = kNasty;
  details.requestTrailers = details.responseTrailers = kNasty;
  QVERIFY(isSafe(describe(details)));
  QVERIFY(isSafe(describe(std::vector{details.row})));
  QVERIFY(isSafe(describeLine(details.row)));
}

SLUICE_TEST(listsShowTheBeginningOfALongUrlAndShowAllOfIt) {
  store::ExchangeDetails details;
  details.row.method = "GET";
  details.row.url = "http://a/" + std::string(990, 'x') + "\u20ac\u20ac" + std::string(100'000, 'y') + "END";
  for (const auto& text : {describe(std::vector{details.row}), describeLine(details.row)}) {
    QVERIFY(contains(text, "x\u20ac…"));
    QVERIFY(text.size() < 2000);
  }
  QVERIFY(contains(describe(details), "yEND\n"));
}

SLUICE_TEST(connectionsThatWereLeftOffAreCounted) {
  control::ConnectionsReply connections{3, {control::ConnectionRow{}}};
  QVERIFY(contains(describe(connections, WallTime()), "and 2 more\n"));
  connections.total = 0;
  QVERIFY(!contains(describe(connections, WallTime()), "more"));
}

SLUICE_TEST(anExchangeShowsItsHeadsLineByLine) {
  store::ExchangeDetails details;
  details.row.id = ExchangeId{5};
  details.row.method = "GET";
  details.row.url = "http://a/";
  details.row.status = 502;
  details.row.error = {Code::ConnectionRefused, Side::Upstream, 0, "127.0.0.1:9"};
  details.row.phases.connectedUs = 1500;
  details.row.response = {2000, 1000};
  details.requestHead = "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto text = describe(details);
  QVERIFY(contains(text, "Exchange     5, http, running\n"));
  QVERIFY(contains(text, "Error        upstream: connection refused: 127.0.0.1:9\n"));
  QVERIFY(contains(text, "Times        connected 1.5 ms\n"));
  QVERIFY(contains(text, "Received     2 KB (2,000 bytes), of these recorded: 1,000 bytes\n"));
  QVERIFY(contains(text, "\nRequest head\nGET http://a/ HTTP/1.1\nHost: a\n\n"));
  QVERIFY(!contains(text, "Response head"));
}

SLUICE_TEST(theRatesFitOneLineOfATerminal) {
  control::StatusSample sample;
  sample.openConnections = 99'999;
  sample.upBytesPerSecond = sample.downBytesPerSecond = 124'500'000'000;
  QVERIFY(describeLine(sample).size() < 80);
}

SLUICE_TEST(showsTheMessagesOfAWebSocketOneALine) {
  store::MessageRow first;
  first.at = WallTime(Micros(1'012'000));
  first.opcode = 1;
  first.bytes = 5;
  first.payload = "Hello";
  store::MessageRow second;
  second.direction = capture::Direction::Response;
  second.at = first.at;
  second.opcode = 2;
  second.compressed = true;
  second.wireBytes = 10;
  second.bytes = 1000;
  second.payload = kNasty;
  second.fault = "a reserved bit";
  const auto text = cli::describe({first, second}, WallTime(Micros(1'000'000)));
  QVERIFY2(text.starts_with("+12 ms  client  text  5 B  Hello\n"), text.c_str());
  QVERIFY2(text.find("server  binary  1 KB (10 B compressed)  ") != std::string::npos, text.c_str());
  QVERIFY2(text.ends_with("...  [a reserved bit]\n"), text.c_str());
  QVERIFY(text.find('\x1b') == std::string::npos);
}

SLUICE_TEST(showTellsWhatTlsWasOnEachSide) {
  const auto authority = tls::Authority::make(WallTime{});
  store::ExchangeDetails details;
  details.tls = {{Side::Client, "TLSv1.3", "TLS_AES_128_GCM_SHA256", "http/1.1", "a.example", true, -1, {}, {}},
                 {Side::Upstream, "TLSv1.2", {}, {}, {}, false, 12'000, "a note", authority->certificateDer()}};
  const auto text = describe(details);
  QVERIFY2(contains(text, "TLS client   TLSv1.3, TLS_AES_128_GCM_SHA256, http/1.1, for a.example, resumed\n"), text.c_str());
  QVERIFY2(contains(text, "TLS server   TLSv1.2, handshake 12 ms, a note\n"), text.c_str());
  QVERIFY2(contains(text, "Certificate  CN = " + authority->name()), text.c_str());
  QVERIFY2(contains(text, "valid 1969-12-30 to 1979-"), text.c_str());
}
