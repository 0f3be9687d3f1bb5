#include "core/har/har_writer.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/filter/parser.h"
#include "core/har/har_reader.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::har;
using capture::Direction;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

std::string exported(Reader& reader, std::uint64_t decodedBytesMax = limits::kExportedBodyBytesMax) {
  std::string text;
  const auto written = writeHar(reader, [&](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  }, decodedBytesMax);
  return written ? text : describe(written.error());
}

// The file as the history of another recorder.
void import(History& history, const std::string& har) {
  std::istringstream file(har);
  std::uint64_t next = 101;  // ids differ from those of the file's history
  (void)readHar(file, history.folder.path(), [&](HarEntry entry) {
    return giveRecords(std::move(entry), ExchangeId{next++}, [&](capture::Record record) -> Result<void> {
      history.recorder->record(std::move(record));
      return {};
    });
  });
  history.recorder->flush();
}

void recordOddThings(Recorder& recorder) {
  auto post = started(1, "a.test");
  post.method = "POST";
  post.url = "http://a.test/p?q=1&r=a b\xff#f";
  post.requestHead = "POST http://a.test/p HTTP/1.1\r\nhost:a.test\r\nCookie: a=1; b\r\nX-Odd: \xff\"\\\r\n\r\n";
  recorder.record(std::move(post));
  recorder.record(chunk(1, "name=\xff\x01", capture::Direction::Request));
  recorder.record(capture::ResponseStarted{ExchangeId{1}, 302, "",
      "HTTP/1.1 302 Moved  On\r\nLocation: /x\r\nSet-Cookie: s=1; Path=/\r\n\r\n"});
  auto end = ended(1, 0);
  end.request = {8, 8, 0};
  end.requestTrailers = "T: 1\r\n";
  recorder.record(std::move(end));
  recorder.record(started(2));
  recorder.record(ended(2, 0, Error{Code::ConnectionRefused, Side::Upstream, 111, "example.test:80"}));
  recorder.record(started(3));
  recorder.record(responded(3));
  recorder.record(chunk(3, pattern(300'000)));
  recorder.record(ended(3, 300'000));
  recorder.record(started(4));
  recorder.record(capture::ResponseStarted{ExchangeId{4}, 200, "text/plain", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"});
  recorder.record(chunk(4, std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x4a\x06\0\xc2\x41\x24\x35\x03\0\0\0", 23)));  // "abc"
  recorder.record(ended(4, 23));
  auto tunnel = started(5);
  tunnel.kind = capture::Kind::Tunnel;
  recorder.record(std::move(tunnel));
  recorder.record(ended(5));
  recorder.record(started(6));  // still running
  recorder.flush();
  if (!recorder.annotate({ExchangeId{1}}, {Mark::Purple, "\"look\"\nhere"})) std::abort();
  if (!recorder.annotate({ExchangeId{4}}, {std::nullopt, "only words"})) std::abort();
}

}  // namespace

SLUICE_TEST(writesWhatHarAsksFor) {
  History history;
  VERIFY_OK(history.start());
  recordOddThings(*history.recorder);
  auto reader = history.reader();
  const auto json = nlohmann::json::parse(exported(reader));
  const auto& entries = json["log"]["entries"];
  QCOMPARE(entries.size(), std::size_t(4));
  QVERIFY(entries[0]["request"]["url"] == "http://a.test/p?q=1&r=a%20b%FF#f");
  QVERIFY(entries[0]["request"]["queryString"][1]["value"] == "a%20b%FF");
  QVERIFY(entries[0]["request"]["cookies"][0]["name"] == "a" && entries[0]["request"]["cookies"].size() == 2);
  QVERIFY(entries[0]["request"]["postData"]["encoding"] == "base64");
  QVERIFY(entries[0]["request"]["httpVersion"] == "HTTP/1.1" && entries[0]["request"]["headers"][0]["name"] == "host");
  QVERIFY(entries[0]["response"]["redirectURL"] == "/x" && entries[0]["response"]["statusText"] == "Moved  On");
  QVERIFY(entries[0]["comment"] == "\"look\"\nhere" && entries[0]["_sluice"]["mark"] == "purple");
  QVERIFY(!entries[1].contains("comment") && !entries[1]["_sluice"].contains("mark") && entries[3]["comment"] == "only words");
  QVERIFY(entries[0]["serverIPAddress"] == "127.0.0.1");
  QVERIFY(entries[1]["response"]["status"] == 0 && entries[1]["_sluice"]["error"]["code"] == 1);
  QVERIFY(entries[2]["response"]["content"]["size"] == 300'000);
  QVERIFY(entries[3]["response"]["content"]["text"] == "abc" && entries[3]["response"]["bodySize"] == 23);
}

SLUICE_TEST(writesOnlyWhatTheFilterShows) {
  History history;
  VERIFY_OK(history.start());
  recordOddThings(*history.recorder);
  auto reader = history.reader();
  VERIFY_OK(reader.show(*filter::parse("status=302")));
  QCOMPARE(nlohmann::json::parse(exported(reader))["log"]["entries"].size(), std::size_t(1));
  VERIFY_OK(reader.show(*filter::parse("status=999")));
  QCOMPARE(nlohmann::json::parse(exported(reader))["log"]["entries"].size(), std::size_t(0));
}

SLUICE_TEST(isTheSameFileWhenWrittenReadAndWrittenAgain) {
  History first, second, third;
  for (History* history : {&first, &second, &third}) VERIFY_OK(history->start());
  recordOddThings(*first.recorder);
  auto reader = first.reader();
  const std::string one = exported(reader);
  import(second, one);
  reader = second.reader();
  const std::string two = exported(reader);
  QVERIFY2(one == two, (one + "\n" + two).substr(0, 6000).c_str());
  import(third, two);
  reader = third.reader();
  QVERIFY(exported(reader) == two);
}

SLUICE_TEST(survivesABodyWhoseFileIsGone) {
  History history;
  VERIFY_OK(history.start());
  recordOddThings(*history.recorder);
  fs::remove(history.folder / "bodies/3.response");
  auto reader = history.reader();
  const auto json = nlohmann::json::parse(exported(reader));
  QVERIFY(json["log"]["entries"][2]["response"]["content"]["size"] == 0);
  const auto written = writeHar(reader, [](std::string_view) { return Result<void>(); });
  QCOMPARE(written.value().bodiesGone, 1u);
}

// What would become more than that when it is decoded stays as it is; the rest is not touched by it.
SLUICE_TEST(writesBodiesOfAnySize) {
  History history, copy;
  VERIFY_OK(history.start());
  VERIFY_OK(copy.start());
  recordOddThings(*history.recorder);
  auto reader = history.reader();
  const std::string all = exported(reader, 2);
  const auto json = nlohmann::json::parse(all);
  const auto& entries = json["log"]["entries"];
  QVERIFY(entries[2]["response"]["content"]["size"] == 300'000);
  QVERIFY(entries[3]["response"]["content"]["encoding"] == "base64" && entries[3]["response"]["content"]["size"] == 23);
  QVERIFY(entries[0]["request"]["postData"]["encoding"] == "base64");
  import(copy, all);
  auto copied = copy.reader();
  QVERIFY(exported(copied, 2) == all);
}

SLUICE_TEST(saysWhichExchangeCannotBeRead) {
  History history;
  VERIFY_OK(history.start());
  recordOddThings(*history.recorder);
  const fs::path file = history.folder / "bodies/3.response";
  fs::remove(file);
  fs::create_directory(file);  // which nobody can read
  auto reader = history.reader();
  const auto problem = exported(reader);
  QVERIFY2(problem.find("exchange 3 (http://") != std::string::npos && problem.find("3.response") != std::string::npos, problem.c_str());
}

// The rest would be of another history.
SLUICE_TEST(failsWhenTheHistoryIsClearedMeanwhile) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 250; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(responded(id));
    history.recorder->record(ended(id, 0));
  }
  history.recorder->flush();
  auto reader = history.reader();
  int calls = 0;
  const auto written = writeHar(reader, [&](std::string_view) { return ++calls == 10 ? history.recorder->clear() : Result<void>(); });
  QVERIFY(!written && written.error().code == Code::DatabaseBusy);
  QVERIFY2(written.error().detail.find("cleared") != std::string::npos, written.error().detail.c_str());
}

SLUICE_TEST(endsWhenNobodyReads) {
  History history;
  VERIFY_OK(history.start());
  recordOddThings(*history.recorder);
  auto reader = history.reader();
  for (int after = 0; after < 30; ++after) {
    int calls = 0;
    const auto written = writeHar(reader, [&](std::string_view) -> Result<void> {
      if (calls++ == after) return fail(Side::Local, Code::NoSpace);
      return {};
    });
    QVERIFY(!written && written.error().code == Code::NoSpace);
  }
}

SLUICE_TEST(writesMessagesOfWebSocketsAndReadsThemAgain) {
  History history, copy;
  VERIFY_OK(history.start());
  VERIFY_OK(copy.start());
  history.recorder->record(started(1));
  history.recorder->record(responded(1, 101));
  const auto message = [](Direction direction, std::int64_t at, std::uint8_t opcode, std::string payload) {
    return capture::MessagePassed{ExchangeId{1}, direction, wall(at), opcode, false, 0, payload.size(), payload, {}};
  };
  const std::string longText = std::string(65'535, 'x') + "\xc3\xa9", longBytes = pattern(200'000);
  history.recorder->record(message(Direction::Request, 1'700'000'000'000'007, 1, "say \"hi\" \xc3\xa9"));
  history.recorder->record(message(Direction::Response, 1'700'000'000'250'000, 2, std::string("\0\xff!", 3)));
  for (int i = 0; i < 40; ++i) history.recorder->record(message(Direction::Response, 1'700'000'001'000'000 + i, 9, ""));
  history.recorder->record(message(Direction::Request, 1'700'000'002'000'000, 1, longText));
  history.recorder->record(message(Direction::Request, 1'700'000'002'000'000, 2, longBytes));
  history.recorder->record(message(Direction::Request, 1'700'000'002'000'000, 1, longText + '\xff'));  // what may not be, is kept
  for (int i = 0; i < 1000; ++i) history.recorder->record(message(Direction::Response, 1'700'000'003'000'000 + i, 1, "more"));
  history.recorder->record(ended(1));
  history.recorder->record(started(2));
  history.recorder->record(responded(2));
  history.recorder->record(ended(2));
  history.recorder->flush();
  auto reader = history.reader();
  const std::string first = exported(reader);
  const auto entries = nlohmann::json::parse(first)["log"]["entries"];
  const auto& messages = entries[0]["_webSocketMessages"];
  QCOMPARE(messages.size(), std::size_t(1045));
  QVERIFY(messages[42]["data"] == longText && messages[44]["data"].get<std::string>().ends_with("x\xc3\x83\xc2\xa9\xc3\xbf"));
  QVERIFY(messages[0]["type"] == "send" && messages[0]["opcode"] == 1 && messages[0]["data"] == "say \"hi\" \xc3\xa9");
  QVERIFY(messages[1]["type"] == "receive" && messages[1]["data"] == "AP8h" && messages[1]["time"] == 1700000000.25);
  QVERIFY(!entries[1].contains("_webSocketMessages"));
  import(copy, first);
  auto copied = copy.reader();
  QCOMPARE(exported(copied), first);
  QCOMPARE(copied.messages(ExchangeId{101}, 0, 100).value().at(1).payload, std::string("\0\xff!", 3));
  QVERIFY(copied.messages(ExchangeId{101}, 0, 100).value().at(43).payload == longBytes);
}
