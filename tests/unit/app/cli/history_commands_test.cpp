#include "app/cli/history_commands.h"

#include <nlohmann/json.hpp>

#include "collecting_output.h"
#include "recorded_history.h"
#include "core/base/limits.h"
#include "core/filter/parser.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;

namespace {

std::size_t lines(const std::string& text) { return std::size_t(std::count(text.begin(), text.end(), '\n')); }

nlohmann::json listed(const RecordedHistory& history, std::size_t limit) {
  CollectingOutput output;
  if (!list({limit}, Format::Json, history.dataDir(), output)) return nullptr;
  return nlohmann::json::parse(output.text);
}

// Every byte value, as often as it takes.
std::string binary(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 131 >> 3);
  return text;
}

}  // namespace

SLUICE_TEST(listsTheNewestExchangesTheNewestLast) {
  RecordedHistory history;
  for (std::uint64_t id = 1; id <= 5; ++id) history.exchange(id, "http://a/" + std::to_string(id));
  history.commit();
  CollectingOutput output;
  QVERIFY(list({3}, Format::Human, history.dataDir(), output).has_value());
  QCOMPARE(output.text, std::string("ID  STATE     METHOD  STATUS  SIZE    TIME  URL\n"
                                    " 3  complete  GET        200   5 B  1.5 ms  http://a/3\n"
                                    " 4  complete  GET        200   5 B  1.5 ms  http://a/4\n"
                                    " 5  complete  GET        200   5 B  1.5 ms  http://a/5\n"));
  const auto json = listed(history, 3);
  QCOMPARE(json.size(), std::size_t(3));
  QVERIFY(json[0]["id"] == 3 && json[2]["id"] == 5);
}

SLUICE_TEST(listsOnlyWhatTheFilterLetsThrough) {
  RecordedHistory history;
  for (std::uint64_t id = 1; id <= 1200; ++id) history.exchange(id, "http://a/" + std::to_string(id));
  history.commit();
  CollectingOutput output;
  const ListCommand command{700, *filter::parse("url~7$ !url~17$")};
  QVERIFY(list(command, Format::Json, history.dataDir(), output).has_value());
  const auto json = nlohmann::json::parse(output.text);
  QCOMPARE(json.size(), std::size_t(108));
  QVERIFY(json[0]["id"] == 7 && json[107]["id"] == 1197);
}

SLUICE_TEST(listsRunningAndFailedExchanges) {
  RecordedHistory history;
  history.begin(1, "http://a/running");
  history.begin(2, "http://a/failed");
  history.end(2, {Code::ConnectionRefused, Side::Upstream, 0, "127.0.0.1:9"}, 0);
  history.commit();
  const auto json = listed(history, 50);
  QVERIFY(json[0]["state"] == "running" && json[0]["status"].is_null());
  QVERIFY(json[1]["state"] == "failed" && json[1]["error"]["side"] == "upstream");
}

SLUICE_TEST(aLongListComesInPagesAndIsStillOneArray) {
  RecordedHistory history;
  for (std::uint64_t id = 1; id <= 1203; ++id) history.exchange(id, "http://a/" + std::to_string(id));
  history.commit();
  for (const std::size_t limit : {499u, 500u, 501u, 1000u, 1001u, 1203u, 5000u}) {
    const auto json = listed(history, limit);
    const auto expected = std::min<std::size_t>(limit, 1203);
    QCOMPARE(json.size(), expected);
    for (std::size_t i = 0; i < expected; ++i) QVERIFY(json[i]["id"] == 1203 - expected + 1 + i);
    CollectingOutput output;
    QVERIFY(list({limit}, Format::Human, history.dataDir(), output).has_value());
    QVERIFY(lines(output.text) >= expected + 1);
  }
}

SLUICE_TEST(anEmptyHistoryIsAnEmptyList) {
  RecordedHistory history;
  CollectingOutput json, human;
  QVERIFY(list({50}, Format::Json, history.dataDir(), json).has_value());
  QCOMPARE(json.text, std::string("[]\n"));
  QVERIFY(list({50}, Format::Human, history.dataDir(), human).has_value());
  QCOMPARE(lines(human.text), std::size_t(1));
}

SLUICE_TEST(worksWithoutAnEngine) {
  RecordedHistory history;
  history.exchange(1, "http://a/");
  history.close();
  QCOMPARE(listed(history, 50).size(), std::size_t(1));
}

SLUICE_TEST(noHistoryIsAnErrorThatNamesTheDirectory) {
  const test::TemporaryDirectory dir;
  CollectingOutput output;
  for (const auto& outcome : {list({}, Format::Human, dir.path(), output), show({ExchangeId{1}}, Format::Human, dir.path(), output),
                              body({ExchangeId{1}}, dir.path(), output)}) {
    QVERIFY(!outcome);
    QVERIFY(outcome.error().code == Code::NotFound);
    QVERIFY(outcome.error().detail.find(dir.path().string()) != std::string::npos);
  }
  QVERIFY(std::filesystem::is_empty(dir.path()));
}

SLUICE_TEST(showsOneExchangeOrSaysThatThereIsNone) {
  RecordedHistory history;
  history.exchange(1, "http://a/\xe9");
  history.commit();
  CollectingOutput json, human, none;
  QVERIFY(show({ExchangeId{1}}, Format::Json, history.dataDir(), json).has_value());
  const auto parsed = nlohmann::json::parse(json.text);
  QVERIFY(parsed["requestHead"] == "GET http://a/\\xe9 HTTP/1.1\r\nHost: a\r\n\r\n");
  QVERIFY(parsed["escaped"].size() == 2);
  QVERIFY(show({ExchangeId{1}}, Format::Human, history.dataDir(), human).has_value());
  QVERIFY(human.text.find("GET http://a/\\xe9 HTTP/1.1\nHost: a\n") != std::string::npos);
  const auto missing = show({ExchangeId{2}}, Format::Human, history.dataDir(), none);
  QVERIFY(!missing);
  QCOMPARE(describe(missing.error()), std::string("not found: exchange 2"));
  QVERIFY(none.text.empty());
}

SLUICE_TEST(saysWhetherTheExchangeOrOnlyItsBodyIsMissing) {
  RecordedHistory history;
  history.exchange(1, "http://a/", binary(1'000'003));
  history.close();
  CollectingOutput output;
  const auto none = body({ExchangeId{2}}, history.dataDir(), output);
  QVERIFY(!none && describe(none.error()).find("exchange 2 ") != std::string::npos);
  std::filesystem::remove(history.dataDir() / "bodies" / "1.response");
  const auto gone = body({ExchangeId{1}}, history.dataDir(), output);
  QVERIFY(!gone);
  QVERIFY2(describe(gone.error()).find("1.response") != std::string::npos, describe(gone.error()).c_str());
}

SLUICE_TEST(aBodyComesByteForByte) {
  RecordedHistory history;
  const std::string bodies[] = {"", "x", binary(65536), binary(1'000'003)};
  for (std::uint64_t id = 1; id <= 4; ++id) history.exchange(id, "http://a/", bodies[id - 1]);
  history.commit();
  for (std::uint64_t id = 1; id <= 4; ++id) {
    CollectingOutput output;
    QVERIFY(body({ExchangeId{id}}, history.dataDir(), output).has_value());
    QVERIFY(output.text == bodies[id - 1]);
    CollectingOutput request;
    QVERIFY(body({ExchangeId{id}, capture::Direction::Request}, history.dataDir(), request).has_value());
    QVERIFY(request.text.empty());
  }
  CollectingOutput none;
  QVERIFY(!body({ExchangeId{5}}, history.dataDir(), none));
}

// Bodies are as large as --capture-size allows, and a command is made in memory.
SLUICE_TEST(refusesToMakeACommandOfABodyThatIsTooLargeForOne) {
  RecordedHistory history;
  history.largeRequest(7, "http://a/", limits::kCurlBodyBytesMax + 1);
  history.close();
  CollectingOutput output;
  const auto shown = show({ExchangeId{7}, true}, Format::Human, history.dataDir(), output);
  QVERIFY(!shown);
  const std::string said = describe(shown.error());
  for (const char* word : {"exchange 7", "67,108,865", "body 7 --request"}) QVERIFY2(said.find(word) != std::string::npos, said.c_str());
  QVERIFY(output.text.empty());
}

SLUICE_TEST(aBodyOnATerminalIsVisibleTextAndNoCharacterIsCut) {
  RecordedHistory history;
  std::string text = "a\x1b[2J\r\n";
  while (text.size() < 600'000) text += "\xe2\x82\xac";
  history.exchange(1, "http://a/", text + "\xe2\x82");
  history.commit();
  CollectingOutput output;
  output.terminal = true;
  QVERIFY(body({ExchangeId{1}}, history.dataDir(), output).has_value());
  QVERIFY(output.text == "a\\x1b[2J\n" + text.substr(7) + "\\xe2\\x82");
}

SLUICE_TEST(everyFailedWriteEndsTheCommandWithItsError) {
  RecordedHistory history;
  for (std::uint64_t id = 1; id <= 1001; ++id) history.exchange(id, "http://a/");
  history.exchange(1002, "http://a/", binary(600'000));
  history.commit();
  const auto failsAt = [](int write, const auto& command) {
    CollectingOutput output;
    output.writesLeft = write;
    const Result<void> outcome = command(output);
    return !outcome && outcome.error().code == Code::NoSpace;
  };
  for (int write = 0; write < 3; ++write) {
    QVERIFY(failsAt(write, [&](Output& out) { return list({5000}, Format::Json, history.dataDir(), out); }));
    QVERIFY(failsAt(write, [&](Output& out) { return list({5000}, Format::Human, history.dataDir(), out); }));
    QVERIFY(failsAt(write, [&](Output& out) { return body({ExchangeId{1002}}, history.dataDir(), out); }));
  }
  QVERIFY(failsAt(0, [&](Output& out) { return show({ExchangeId{1}}, Format::Json, history.dataDir(), out); }));
}

SLUICE_TEST(tellsHowLargeABodyIsWithoutItsCoding) {
  RecordedHistory history;
  // "hello " twenty times, as gzip.
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\xa0\x3b\x09\x00\x2f\xfa\xf8\x48\x78\x00\x00\x00",
      29);
  history.exchange(1, "http://a/", packed, "content-ENCODING: gzip\r\n");
  history.exchange(2, "http://a/", packed);
  history.exchange(3, "http://a/", "no gzip at all", "Content-Encoding: gzip\r\n");
  history.commit();
  const auto shown = [&](std::uint64_t id, Format format) {
    CollectingOutput output;
    return show({ExchangeId{id}}, format, history.dataDir(), output) ? output.text : std::string();
  };
  QVERIFY2(shown(1, Format::Human).find("decoded 120 bytes") != std::string::npos, shown(1, Format::Human).c_str());
  QVERIFY(nlohmann::json::parse(shown(1, Format::Json))["responseBody"]["decodedBytes"] == 120);
  for (const std::uint64_t id : {2, 3}) {
    QVERIFY(shown(id, Format::Human).find("decoded") == std::string::npos);
    QVERIFY(!nlohmann::json::parse(shown(id, Format::Json))["responseBody"].contains("decodedBytes"));
  }
}
