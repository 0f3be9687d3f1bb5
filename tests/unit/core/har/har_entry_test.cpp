#include "core/har/har_entry.h"

#include <nlohmann/json.hpp>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::har;

namespace {

HarEntry from(const char* json) { return entryFrom(nlohmann::json::parse(json)); }

template <class Wanted>
Wanted only(const std::vector<capture::Record>& records) {
  for (const auto& record : records) {
    if (const auto* wanted = std::get_if<Wanted>(&record)) return *wanted;
  }
  return {};
}

}  // namespace

SLUICE_TEST(takesWhateverFits) {
  for (const char* odd : {"null", "{}", "[]", "5", "{\"request\":null,\"response\":[]}", "{\"request\":{\"headers\":{},\"postData\":7}}",
                          "{\"request\":{\"headers\":[null,5,{\"name\":null},{\"value\":\"x\"}]},"
                          "\"timings\":{\"wait\":null,\"send\":\"x\"}}",
                          "{\"startedDateTime\":12,\"response\":{\"status\":\"200\",\"bodySize\":null,\"content\":null}}",
                          "{\"response\":{\"status\":-1e300,\"bodySize\":1e300},\"_sluice\":{\"error\":{\"code\":-5,\"side\":99}}}"}) {
    const auto records = recordsOf(from(odd), ExchangeId{7});
    QVERIFY2(only<capture::ExchangeEnded>(records).exchange == ExchangeId{7}, odd);
  }
}

SLUICE_TEST(knowsTheOddsOfTools) {
  const auto entry = from(R"({"startedDateTime":"2026-11-21T10:15:00.5+01:00",
    "request":{"method":"POST","url":"https://user@[2001:db8::1]:8443/a?b=1#c","httpVersion":"h2","bodySize":-1,
      "headers":[{"name":":path","value":"/a"},{"name":"X","value":"1\r\nY: 2"}],
      "postData":{"mimeType":null,"params":[{"name":"a","value":"1"},{"name":"b"}]}},
    "response":{"status":200,"statusText":null,"redirectURL":null,"content":{"mimeType":"image/png","text":"iVBO","encoding":"base64"}},
    "serverIPAddress":"[2001:db8::1]","timings":{"dns":null,"connect":-1,"send":0.25,"wait":10,"receive":1}})");
  const auto records = recordsOf(entry, ExchangeId{1});
  const auto started = only<capture::ExchangeStarted>(records);
  QCOMPARE(started.host, std::string("2001:db8::1"));
  QCOMPARE(int(started.port), 8443);
  QCOMPARE(started.path, std::string("/a?b=1"));
  QCOMPARE(started.requestHead, std::string("POST /a?b=1 h2\r\nX: 1  Y: 2\r\n\r\n"));
  QCOMPARE(entry.request.body, std::string("a=1&b="));
  QCOMPARE(entry.response.body, std::string("\x89PN"));
  const auto ended = only<capture::ExchangeEnded>(records);
  QCOMPARE(ended.upstreamAddress, std::string("[2001:db8::1]"));
  QCOMPARE(ended.phases.requestSentUs, std::int64_t(250));
  QCOMPARE(ended.phases.finishedUs, std::int64_t(11'250));
  QCOMPARE(ended.response.bytes, std::uint64_t(3));
}

SLUICE_TEST(leavesOutAddressesThatAreNone) {
  for (const char* address : {"", "unknown", "[2001", "example.test", "12"}) {
    const auto entry = from(("{\"serverIPAddress\":\"" + std::string(address) + "\"}").c_str());
    const bool kept = std::string_view(address) == "[2001";
    QVERIFY2(kept || entry.upstreamAddress.empty(), address);
  }
}

SLUICE_TEST(cutsLargeBodiesIntoChunks) {
  HarEntry entry;
  entry.status = 200;
  entry.response.body = std::string(200'000, 'x');
  std::size_t bytes = 0;
  for (const auto& record : recordsOf(entry, ExchangeId{1})) {
    if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) bytes += chunk->bytes.size();
  }
  QCOMPARE(bytes, std::size_t(200'000));
}
