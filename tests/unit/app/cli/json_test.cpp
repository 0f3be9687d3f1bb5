#include "app/cli/json.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "core/codec/tls/authority.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;

namespace {

// Every key, at any depth.
void addKeys(const nlohmann::ordered_json& json, std::set<std::string>& keys) {
  for (const auto& [key, value] : json.items()) {
    if (json.is_object()) keys.insert(key);
    if (value.is_structured()) addKeys(value, keys);
  }
}

throttle::Profile fullProfile() {
  throttle::Profile profile = throttle::presets().front();
  profile.down.jitter = profile.up.jitter = Micros(1000);
  profile.down.lossPercent = profile.up.lossPercent = 1;
  profile.perConnection = profile.down.rate;
  profile.offline = true;
  return profile;
}

// What documents the JSON, from this line on.
std::string documented(const char* file, const char* from) {
  std::ifstream stream(std::filesystem::path(SLUICE_RESOURCES) / file);
  const std::string all{std::istreambuf_iterator<char>(stream), {}};
  return all.substr(std::min(all.find(from), all.size()));
}

}  // namespace

SLUICE_TEST(anExchangeIsCompleteAndTyped) {
  store::ExchangeRow row;
  row.id = ExchangeId{17};
  row.state = store::State::Complete;
  row.method = "GET";
  row.url = "http://a:8000/x";
  row.port = 8000;
  row.status = 200;
  row.startedAt = WallTime(Micros(1'763'720'640'123'456));
  row.phases.finishedUs = 1500;
  row.response = {10, 8};
  const auto json = toJson(row);
  QVERIFY(json["id"] == 17);
  QVERIFY(json["state"] == "complete");
  QVERIFY(json["status"] == 200);
  QVERIFY(json["startedAt"] == "2025-11-21T10:24:00.123456Z");
  QVERIFY(json["phasesUs"]["finished"] == 1500);
  QVERIFY(json["phasesUs"]["resolved"].is_null());
  QVERIFY(json["responseBody"]["bytes"] == 10);
  QVERIFY(json["responseBody"]["capturedBytes"] == 8);
  QVERIFY(json["error"].is_null());
  QVERIFY(json["connection"].is_null());
  QVERIFY(json["mark"].is_null() && json["comment"] == "");
  row.mark = Mark::Yellow;
  row.comment = "why?";
  QVERIFY(toJson(row)["mark"] == "yellow" && toJson(row)["comment"] == "why?");
  QVERIFY(!json.contains("escaped"));
}

SLUICE_TEST(anErrorHasItsSide) {
  store::ExchangeRow row;
  row.error = {Code::ConnectionRefused, Side::Upstream, 111, "127.0.0.1:9"};
  const auto json = toJson(row);
  QVERIFY(json["status"].is_null());
  QVERIFY(json["error"]["side"] == "upstream");
  QVERIFY(json["error"]["code"] == "connection refused");
  QVERIFY(json["error"]["systemCode"] == 111);
}

SLUICE_TEST(bytesThatAreNoUtf8AreEscapedAndTheirFieldsNamed) {
  store::ExchangeDetails details;
  details.row.url = "http://a/\xe9\\";
  details.requestHead = std::string("GET \0\xff\r\n\r\n", 10);
  details.responseHead = "fine \\ as it is";
  const auto json = toJson(details);
  QVERIFY(json["url"] == "http://a/\\xe9\\\\");
  QVERIFY(json["requestHead"] == std::string("GET \0\\xff\r\n\r\n", 13));
  QVERIFY(json["responseHead"] == "fine \\ as it is");
  QVERIFY(json["escaped"] == nlohmann::json::array({"url", "requestHead"}));
  QVERIFY(nlohmann::json::accept(line(json)));
  QVERIFY(nlohmann::json::parse(pretty(json)) == json);
  QVERIFY(line(json).find('\n') == std::string::npos);
}

SLUICE_TEST(theStatusHoldsEverythingThatTheEngineSaid) {
  control::StatusReply status;
  status.pid = 12;
  status.uptime = Micros(1'500'000);
  status.listeners = {{"regular@127.0.0.1:0", "regular", "127.0.0.1:41234"}};
  status.now.capture = control::CaptureState::Failed;
  status.now.storeError = "disk \xff full";
  const auto json = toJson(status);
  QVERIFY(json["uptimeSeconds"] == 1.5);
  QVERIFY(json["listeners"][0]["address"] == "127.0.0.1:41234");
  QVERIFY(json["now"]["capture"] == "failed");
  QVERIFY(json["now"]["storeError"] == "disk \\xff full");
  QVERIFY(json["now"]["escaped"][0] == "storeError");
}

SLUICE_TEST(aMessageNamesItsSenderAndItsKind) {
  store::MessageRow message;
  message.direction = capture::Direction::Response;
  message.opcode = 10;
  message.bytes = message.wireBytes = 2;
  message.payload = "a\xff";
  const auto json = cli::toJson(message);
  QVERIFY(json["from"] == "server" && json["kind"] == "pong" && json["opcode"] == 10);
  QVERIFY(json["payload"] == "a\\xff" && json["escaped"][0] == "payload");
}

SLUICE_TEST(tlsHasItsCertificatesAsFacts) {
  const auto authority = tls::Authority::make(WallTime{});
  store::ExchangeDetails details;
  details.tls = {{Side::Upstream, "TLSv1.2", "c", "http/1.1", "a.example", false, -1, "n", authority->certificateDer()}};
  const auto tls = toJson(details)["tls"][0];
  QVERIFY(tls["side"] == "upstream" && tls["version"] == "TLSv1.2" && tls["handshakeUs"].is_null() && tls["note"] == "n");
  QVERIFY(tls["certificates"].size() == 1 && tls["certificates"][0]["sha256"].get<std::string>().size() == 64);
  QVERIFY(toJson(store::ExchangeDetails())["tls"].empty());
}

SLUICE_TEST(everyKeyIsDocumented) {
  store::ExchangeDetails details;
  details.row.url = "\xff";  // for "escaped"
  details.row.error = {Code::System, Side::Local, 1, "x"};
  details.row.profile = throttle::toJson(fullProfile());
  details.tls = {{Side::Upstream, "", "", "", "", false, 1, "", tls::Authority::make(WallTime{})->certificateDer()}};
  control::StatusReply status;
  status.listeners.emplace_back();
  control::ConnectionRow connection;
  connection.limit = details.row.profile;
  std::set<std::string> keys{"decodedBytes", "messages", "rules", "event", "exported", "imported", "saved", "removed", "roundTripMs",
                             "achieved", "asked", "askedBytesPerSecond", "achievedBytesPerSecond", "place", "whose", "trusted",
                             "canChange", "detail"};
  for (const auto& json : {toJson(details), toJson(status), toJson(connection), cli::toJson(store::MessageRow())}) addKeys(json, keys);
  QVERIFY(keys.contains("certificates") && keys.contains("lossPercent") && keys.contains("escaped"));
  const std::pair<const char*, const char*> documents[] = {{"man/sluicectl.1", ".SH JSON"}, {"../app/cli/README.md", "## JSON"}};
  for (const auto& [file, from] : documents) {
    const std::string text = documented(file, from);
    for (const std::string& key : keys) {
      const std::regex word("(^|[^A-Za-z]|\\\\fB)" + key + "($|[^A-Za-z])");
      QVERIFY2(std::regex_search(text, word), (std::string(file) + ": " + key).c_str());
    }
  }
}
