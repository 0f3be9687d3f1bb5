// What the exports of other tools have that the specification of HAR 1.2 does not, a tool at a time.
#include <sstream>
#include <vector>

#include "core/har/har_reader.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::har;

namespace {

// The records of the only entry.
struct Imported {
  std::string problem;
  capture::ExchangeStarted started;
  capture::ResponseStarted response;
  capture::ExchangeEnded ended;
  std::string body;
  std::size_t messages = 0;
};

void take(Imported& to, const capture::Record& record) {
  if (const auto* started = std::get_if<capture::ExchangeStarted>(&record)) to.started = *started;
  if (const auto* response = std::get_if<capture::ResponseStarted>(&record)) to.response = *response;
  if (const auto* ended = std::get_if<capture::ExchangeEnded>(&record)) to.ended = *ended;
  if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) to.body += chunk->bytes;
  if (std::holds_alternative<capture::MessagePassed>(record)) ++to.messages;
}

// `beside`: what stands beside the entries in the log.
Imported import(const std::string& beside, const std::string& entry, const std::string& before = "") {
  Imported result;
  std::istringstream file(before + "{\"log\":{" + beside + "\"entries\":[" + entry + "]}}");
  const auto count = readHar(file, {}, [&](HarEntry each) {
    return giveRecords(std::move(each), ExchangeId{1}, [&](const capture::Record& record) -> Result<void> {
      take(result, record);
      return {};
    });
  });
  if (!count) result.problem = describe(count.error());
  else if (*count != 1) result.problem = std::to_string(*count) + " entries";
  return result;
}

}  // namespace

SLUICE_TEST(charlesWritesNullWhereNothingIsRedirected) {
  const auto got = import(R"("version":"1.2","creator":{"name":"Charles Proxy","version":"4"},)",
                          R"({"startedDateTime":"2026-11-21T10:15:00.250+01:00","time":7,
    "request":{"method":"GET","url":"https://a.test/x","httpVersion":"HTTP/1.1","cookies":[],"headers":[{"name":"Host","value":"a.test"}],
      "queryString":[],"headersSize":40,"bodySize":0},
    "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"redirectURL":null,
      "content":{"size":2,"mimeType":"text/plain","text":"ok"},"headersSize":17,"bodySize":2},
    "serverIPAddress":"192.0.2.1","cache":{},"timings":{"dns":-1,"connect":null,"ssl":null,"send":1,"wait":5,"receive":1}})");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.started.requestHead, std::string("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n"));
  QCOMPARE(got.response.status, 200);
  QCOMPARE(got.body, std::string("ok"));
  QCOMPARE(got.ended.upstreamAddress, std::string("192.0.2.1"));
  QCOMPARE(got.ended.phases.finishedUs, std::int64_t(7000));
}

SLUICE_TEST(chromeWritesTheRequestLineAsFieldsAndAMarkBeforeAll) {
  const auto got = import(R"("version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[],)",
                          R"({"_initiator":{"type":"script"},"_priority":"High","_resourceType":"fetch",
    "startedDateTime":"2026-11-21T09:15:00.1Z",
    "request":{"method":"GET","url":"https://a.test/p","httpVersion":"h3",
      "headers":[{"name":":authority","value":"a.test"},{"name":":method","value":"GET"},{"name":"accept","value":"*/*"}],"bodySize":0},
    "response":{"status":200,"statusText":"","httpVersion":"h3","headers":[],"redirectURL":"",
      "content":{"size":3,"mimeType":"image/png","text":"iVBO","encoding":"base64"},"bodySize":-1,"_transferSize":90,"_error":null},
    "serverIPAddress":"","timings":{"blocked":1,"dns":-1,"connect":-1,"ssl":-1,"send":0.1,"wait":2,"receive":0.4,"_blocked_queueing":1},
    "_webSocketMessages":[{"type":"send","time":1700000000.5,"opcode":1,"data":"x"},{"type":"error","time":1,"opcode":-1,"data":"gone"}]})",
                          "\xef\xbb\xbf");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.started.requestHead, std::string("GET /p h3\r\naccept: */*\r\n\r\n"));
  QCOMPARE(got.body, std::string("\x89PN"));
  QCOMPARE(got.ended.upstreamAddress, std::string());
  QCOMPARE(got.ended.response.bytes, std::uint64_t(3));
  QCOMPARE(got.messages, std::size_t(1));
}

SLUICE_TEST(chromeWritesWhatWasBlockedWithoutAResponse) {
  const auto got = import(R"("version":"1.2",)", R"({"startedDateTime":"2026-11-21T09:15:00.1Z",
    "request":{"method":"GET","url":"https://ads.test/","httpVersion":"","headers":[]},
    "response":{"status":0,"statusText":"","httpVersion":"","headers":[],"redirectURL":"","content":{"size":0,"mimeType":"x-unknown"},
      "_error":"net::ERR_BLOCKED_BY_CLIENT"},"serverIPAddress":"","timings":{"blocked":-1,"send":0,"wait":0,"receive":0}})");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.started.host, std::string("ads.test"));
  QCOMPARE(got.response.status, 0);
  QVERIFY(got.ended.error.code != Code::None);
}

SLUICE_TEST(firefoxLeavesOutSizesAndTimes) {
  const auto got = import(R"("version":"1.2","creator":{"name":"Firefox","version":"120"},"browser":{"name":"Firefox"},"pages":[{}],)",
                          R"({"startedDateTime":"2026-11-21T10:15:00.123+01:00","_securityState":"secure",
    "request":{"method":"GET","url":"https://a.test/","httpVersion":"HTTP/3","headers":[],"headersSize":null,"bodySize":null},
    "response":{"status":204,"statusText":"","httpVersion":"HTTP/3","headers":[],"content":{"mimeType":"text/plain"},"redirectURL":""},
    "cache":{},"timings":{}})");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.response.status, 204);
  QCOMPARE(got.ended.response.bytes, std::uint64_t(0));
  QVERIFY(got.ended.error.code == Code::None);
}

SLUICE_TEST(safariWritesPortsApartAndAddressesCutShort) {
  const auto got = import(R"("version":"1.2","creator":{"name":"WebKit Web Inspector","version":"1.0"},"pages":[],)",
                          R"({"startedDateTime":"2026-11-21T09:15:00.000Z","_fetchType":"Network Load","_priority":"high","_serverPort":443,
    "request":{"method":"GET","url":"https://a.test/i","httpVersion":"HTTP/2","headers":[],"bodySize":0},
    "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/2","headers":[],"redirectURL":"",
      "content":{"size":3,"compression":-1,"mimeType":"image/png","text":"iVBO","encoding":"base64"},"bodySize":4},
    "serverIPAddress":"[2001:db8::1","timings":{"blocked":0.2,"dns":-1,"connect":-1,"ssl":-1,"send":0.1,"wait":3,"receive":1}})");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.body, std::string("\x89PN"));
  QCOMPARE(got.ended.upstreamAddress, std::string("[2001:db8::1]"));
}

SLUICE_TEST(insomniaHasNoPagesAndNoPaths) {
  const auto got = import(R"("version":"1.2","creator":{"name":"Insomnia REST Client","version":"insomnia.desktop.app:v2023"},)",
                          R"({"startedDateTime":"2026-11-21T09:15:00.000Z","time":0,
    "request":{"method":"POST","url":"http://a.test","httpVersion":"HTTP/1.1","headers":[],"bodySize":-1,
      "postData":{"mimeType":"application/json","text":"{}","params":[]},"settingEncodeUrl":true},
    "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"redirectURL":"",
      "content":{"size":0,"mimeType":"","text":null},"bodySize":-1},
    "cache":{},"timings":{"blocked":-1,"dns":-1,"connect":-1,"send":0,"wait":0,"receive":0,"ssl":-1},"comment":"New Request"})");
  QCOMPARE(got.problem, std::string());
  QCOMPARE(got.started.path, std::string("/"));
  QCOMPARE(got.started.requestHead, std::string("POST / HTTP/1.1\r\n\r\n"));
  QCOMPARE(got.body, std::string("{}"));
}
