#include "core/har/har_entry.h"

#include <nlohmann/json.hpp>

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::har;

namespace {

HarEntry from(const char* json) {
  return *entryFrom(nlohmann::json::parse(json), HarTexts(std::filesystem::temp_directory_path()));
}

std::vector<capture::Record> recordsOf(HarEntry entry) {
  std::vector<capture::Record> records;
  const auto given = giveRecords(std::move(entry), ExchangeId{7}, [&](capture::Record record) -> Result<void> {
    records.push_back(std::move(record));
    return {};
  });
  return given ? records : std::vector<capture::Record>();
}

std::string bodyOf(const std::vector<capture::Record>& records, capture::Direction direction) {
  std::string body;
  for (const auto& record : records) {
    const auto* chunk = std::get_if<capture::BodyChunk>(&record);
    if (chunk != nullptr && chunk->direction == direction) body += chunk->bytes;
  }
  return body;
}

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
    const auto records = recordsOf(from(odd));
    QVERIFY2(only<capture::ExchangeEnded>(records).exchange == ExchangeId{7}, odd);
  }
}

SLUICE_TEST(knowsTheOddsOfTools) {
  auto entry = from(R"({"startedDateTime":"2026-11-21T10:15:00.5+01:00",
    "request":{"method":"POST","url":"https://user@[2001:db8::1]:8443/a?b=1#c","httpVersion":"h2","bodySize":-1,
      "headers":[{"name":":path","value":"/a"},{"name":"X","value":"1\r\nY: 2"}],
      "postData":{"mimeType":null,"params":[{"name":"a","value":"1"},{"name":"b"}]}},
    "response":{"status":200,"statusText":null,"redirectURL":null,"content":{"mimeType":"image/png","encoding":"base64"}},
    "serverIPAddress":"[2001:db8::1]","timings":{"dns":null,"connect":-1,"send":0.25,"wait":10,"receive":1}})");
  VERIFY_OK(entry.texts.response.add("iVBO"));
  const auto records = recordsOf(std::move(entry));
  const auto started = only<capture::ExchangeStarted>(records);
  QCOMPARE(started.host, std::string("2001:db8::1"));
  QCOMPARE(int(started.port), 8443);
  QCOMPARE(started.path, std::string("/a?b=1"));
  QCOMPARE(started.requestHead, std::string("POST /a?b=1 h2\r\nX: 1  Y: 2\r\n\r\n"));
  QCOMPARE(bodyOf(records, capture::Direction::Request), std::string("a=1&b="));
  QCOMPARE(bodyOf(records, capture::Direction::Response), std::string("\x89PN"));
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
  auto entry = from(R"({"response":{"status":200}})");
  const std::string body(1'000'000, 'x');
  VERIFY_OK(entry.texts.response.add(body));
  const auto records = recordsOf(std::move(entry));
  QCOMPARE(bodyOf(records, capture::Direction::Response), body);
  for (const auto& record : records) {
    if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) QVERIFY(chunk->bytes.size() <= 64 * 1024);
  }
}

// What is said to be base64 and is none, is taken as it stands; what is, may be cut anywhere.
SLUICE_TEST(decodesLongBase64) {
  std::string base64, bytes;
  for (int i = 0; i < 100'000; ++i) base64 += "iVBO ", bytes += "\x89PN";
  for (const std::string& end : std::vector<std::string>{"", "iQ==", "iV", "!"}) {
    auto entry = from(R"({"response":{"status":200,"content":{"encoding":"base64"}}})");
    VERIFY_OK(entry.texts.response.add(base64 + end));
    const std::string body = bodyOf(recordsOf(std::move(entry)), capture::Direction::Response);
    QVERIFY2(body == (end == "!" ? base64 + end : bytes + (end.empty() ? "" : "\x89")), end.c_str());
  }
}

SLUICE_TEST(givesMessagesAsTheyCame) {
  auto entry = from(R"({"response":{"status":101}})");
  const auto add = [&](const char* json) { return appendMessage(nlohmann::json::parse(json), entry.texts.messages); };
  for (int i = 0; i < 10'000; ++i) VERIFY_OK(add(R"({"type":"send","time":1700000000.5,"opcode":2,"data":"iVBO"})"));
  for (const char* none : {"null", "5", "[]", R"({"opcode":-1,"data":"gone"})"}) VERIFY_OK(add(none));
  std::size_t count = 0;
  for (const auto& record : recordsOf(std::move(entry))) {
    const auto* message = std::get_if<capture::MessagePassed>(&record);
    if (message == nullptr) continue;
    QVERIFY(message->exchange == ExchangeId{7} && message->payload == "\x89PN" && message->direction == capture::Direction::Request);
    ++count;
  }
  QCOMPARE(count, std::size_t(10'000));
}

SLUICE_TEST(endsWithWhoeverTakesTheRecords) {
  for (std::size_t after = 0; after < 6; ++after) {
    auto entry = from(R"({"request":{"method":"POST"},"response":{"status":200},"comment":"x"})");
    VERIFY_OK(entry.texts.request.add("a"));
    VERIFY_OK(entry.texts.response.add("b"));
    std::size_t calls = 0;
    const auto given = giveRecords(std::move(entry), ExchangeId{1}, [&](const capture::Record&) -> Result<void> {
      return calls++ == after ? Result<void>(fail(Side::Local, Code::NoSpace)) : Result<void>();
    });
    QVERIFY(!given && given.error().code == Code::NoSpace);
    QCOMPARE(calls, after + 1);
  }
}
