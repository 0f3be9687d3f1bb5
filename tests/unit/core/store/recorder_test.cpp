#include "core/store/recorder.h"

#include <chrono>
#include <future>
#include <thread>

#include <mutex>

#include "core/store/body_files.h"
#include "core/store/history_files.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

SLUICE_TEST(storesEveryFieldOfAnExchange) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(capture::ConnectionOpened{ConnectionId{7}, wall(10), "127.0.0.1:53124", "regular 127.0.0.1:8080"});
  auto start = started(5, "host.test");
  start.connection = ConnectionId{7};
  start.method = "POST";
  const auto expected = start;
  history.recorder->record(start);
  history.recorder->record(chunk(5, "question", Direction::Request));
  history.recorder->record(responded(5, 404));
  history.recorder->record(chunk(5, "ans"));
  history.recorder->record(chunk(5, "wer"));
  auto end = ended(5, 6, {Code::ConnectionReset, Side::Upstream, 104, "host.test"});
  end.request.bytes = 8;
  end.upstreamReused = true;
  end.profile = R"({"name":"slow"})";
  end.heldBackUs = 1234;
  end.request.wireBytes = 108;
  end.response.wireBytes = 206;
  end.requestTrailers = "X: 1\r\n";
  end.responseTrailers = "Y: 2\r\n";
  history.recorder->record(end);
  history.recorder->record(capture::ConnectionClosed{ConnectionId{7}, wall(20)});
  history.recorder->flush();

  auto found = history.reader().exchange(ExchangeId{5});
  VERIFY_OK(found);
  QVERIFY(found->has_value());
  const ExchangeDetails& details = **found;
  const ExchangeRow& row = details.row;
  QCOMPARE(row.id.value, 5u);
  QCOMPARE(row.connection.value, 7u);
  QVERIFY(row.kind == capture::Kind::Http);
  QVERIFY(row.state == State::CutOff);
  QCOMPARE(row.method, std::string("POST"));
  QCOMPARE(row.url, expected.url);
  QCOMPARE(row.scheme, expected.scheme);
  QCOMPARE(row.host, expected.host);
  QCOMPARE(row.port, std::uint16_t(80));
  QCOMPARE(row.path, expected.path);
  QCOMPARE(row.status, 404);
  QCOMPARE(row.contentType, std::string("text/plain"));
  QVERIFY(row.startedAt == expected.at);
  QCOMPARE(row.phases.resolvedUs, 100);
  QCOMPARE(row.phases.connectedUs, 200);
  QCOMPARE(row.phases.requestSentUs, 300);
  QCOMPARE(row.phases.responseHeadUs, 400);
  QCOMPARE(row.phases.finishedUs, 500);
  QCOMPARE(row.request.bytes, 8u);
  QCOMPARE(row.request.capturedBytes, 8u);
  QCOMPARE(row.response.bytes, 6u);
  QCOMPARE(row.response.capturedBytes, 6u);
  QVERIFY(row.error == end.error);
  QCOMPARE(row.upstreamAddress, std::string("127.0.0.1:9"));
  QVERIFY(row.upstreamReused);
  QCOMPARE(row.profile, end.profile);
  QCOMPARE(row.heldBackUs, 1234);
  QCOMPARE(row.phases.responseFirstUs, 350);
  QCOMPARE(row.request.wireBytes, 108u);
  QCOMPARE(row.response.wireBytes, 206u);
  QCOMPARE(details.requestHead, expected.requestHead);
  QCOMPARE(details.responseHead, responded(5, 404).responseHead);
  QCOMPARE(details.requestTrailers, std::string("X: 1\r\n"));
  QCOMPARE(details.responseTrailers, std::string("Y: 2\r\n"));
  QCOMPARE(details.clientAddress, std::string("127.0.0.1:53124"));
  QCOMPARE(details.listener, std::string("regular 127.0.0.1:8080"));
  QCOMPARE(history.body(5, Direction::Request), std::string("question"));
  QCOMPARE(history.body(5), std::string("answer"));
}

SLUICE_TEST(showsARunningExchangeAndItsBodyAsTheyArrive) {
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  history.recorder->record(started(1));
  history.recorder->flush();
  auto row = reader.exchange(ExchangeId{1}).value().value().row;
  QVERIFY(row.state == State::Running);
  QCOMPARE(row.status, 0);
  QCOMPARE(row.phases.finishedUs, -1);

  history.recorder->record(responded(1, 200));
  history.recorder->record(chunk(1, "data: 1\n\n"));
  history.recorder->record(capture::ExchangeProgress{ExchangeId{1}, 3, 9});
  history.recorder->flush();
  row = reader.exchange(ExchangeId{1}).value().value().row;
  QVERIFY(row.state == State::Running);
  QCOMPARE(row.status, 200);
  QCOMPARE(row.request.bytes, 3u);
  QCOMPARE(row.response.bytes, 9u);
  QCOMPARE(history.body(1), std::string("data: 1\n\n"));

  history.recorder->record(chunk(1, "data: 2\n\n"));
  history.recorder->flush();
  QCOMPARE(history.body(1), std::string("data: 1\n\ndata: 2\n\n"));
  const auto details = reader.exchange(ExchangeId{1}).value().value();
  QCOMPARE(details.requestHead, started(1).requestHead);
  QCOMPARE(details.responseHead, responded(1).responseHead);

  history.recorder->record(ended(1, 18));
  history.recorder->flush();
  QVERIFY(reader.exchange(ExchangeId{1}).value().value().row.state == State::Complete);
  QCOMPARE(reader.exchange(ExchangeId{1}).value().value().responseHead, responded(1).responseHead);
  QCOMPARE(reader.totals().value().running, 0u);
}

SLUICE_TEST(tellsFailedFromCutOff) {
  History history;
  VERIFY_OK(history.start());
  const Error reset{Code::ConnectionReset, Side::Upstream, 0, ""};
  history.recorder->record(started(1));
  history.recorder->record(responded(1));  // our own answer: nothing came from upstream
  auto unanswered = ended(1, 0, reset);
  unanswered.phases.responseHeadUs = -1;
  history.recorder->record(unanswered);
  history.recorder->record(started(2));
  history.recorder->record(responded(2));
  history.recorder->record(ended(2, 0, reset));
  auto tunnel = started(3);
  tunnel.kind = capture::Kind::Tunnel;
  history.recorder->record(tunnel);
  history.recorder->record(ended(3, 0, reset));
  tunnel.exchange = ExchangeId{4};
  history.recorder->record(tunnel);
  auto end = ended(4, 0, reset);
  end.phases.connectedUs = -1;
  history.recorder->record(end);
  history.recorder->flush();
  const auto rows = history.reader().newest(10).value();
  QCOMPARE(rows.size(), std::size_t(4));
  QVERIFY(rows[0].state == State::Failed);
  QVERIFY(rows[1].state == State::CutOff);
  QVERIFY(rows[2].state == State::CutOff);
  QVERIFY(rows[3].state == State::Failed);
}

SLUICE_TEST(aBodyThatLiesInItsFileIsStoredWithoutACopy) {
  History history;
  VERIFY_OK(history.start());
  const std::string body = pattern(300'000, 3);
  const BodyKey key{ExchangeId{1}, capture::Direction::Response};
  writeFile(bodyFile(history.folder.path(), key), body);
  history.recorder->record(started(1));
  history.recorder->record(capture::BodyInFile{key.exchange, key.direction, 100'000});
  history.recorder->flush();
  QCOMPARE(history.body(1), body.substr(0, 100'000));
  history.recorder->record(capture::BodyInFile{key.exchange, key.direction, 300'000});
  history.recorder->record(ended(1, 300'000));
  history.recorder->flush();
  QCOMPARE(history.body(1), body);
  QCOMPARE(history.reader().totals().value().bodyFileBytes, 300'000u);
}

SLUICE_TEST(theFileOfAnExchangeThatIsNotKeptGoes) {
  History history;
  VERIFY_OK(history.start());
  const BodyKey key{ExchangeId{5}, capture::Direction::Request};
  const auto file = bodyFile(history.folder.path(), key);
  writeFile(file, "nobody began this exchange");
  history.recorder->record(capture::BodyInFile{key.exchange, key.direction, 26});
  history.recorder->flush();
  QVERIFY(!fs::exists(file));
}

SLUICE_TEST(keepsBodiesOfEverySizeByteForByte) {
  const std::size_t inlineMax = limits::kInlineBodyBytesMax;
  const std::size_t sizes[] = {0, 1, 1000, inlineMax - 1, inlineMax, inlineMax + 1, 5 * inlineMax + 17};
  History history;
  VERIFY_OK(history.start());
  std::uint64_t id = 0;
  for (const bool flushBetween : {false, true}) {
    for (const std::size_t size : sizes) {
      ++id;
      const std::string body = pattern(size, unsigned(id));
      history.recorder->record(started(id));
      for (std::size_t at = 0; at < size; at += 50'000) {
        QVERIFY(history.recorder->record(chunk(id, body.substr(at, 50'000))));
        if (flushBetween) history.recorder->flush();
      }
      history.recorder->record(ended(id, size));
    }
  }
  history.recorder->flush();
  id = 0;
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t size : sizes) {
      ++id;
      QVERIFY(history.body(id) == pattern(size, unsigned(id)));
      const bool file = fs::exists(bodyFile(history.folder.path(), {ExchangeId{id}, Direction::Response}));
      QCOMPARE(file, size > inlineMax);
      QCOMPARE(history.reader().exchange(ExchangeId{id}).value()->row.response.capturedBytes, std::uint64_t(size));
    }
  }
  QCOMPARE(history.reader().totals().value().bodyFileBytes, std::uint64_t(2 * (6 * inlineMax + 18)));
}

SLUICE_TEST(keepsTextThatIsNoText) {
  using namespace std::string_literals;
  History history;
  VERIFY_OK(history.start());
  auto start = started(1);
  start.method = "G\0T"s;
  start.url = "http://\xff\xfe/\0/'\"--"s;
  start.host = "\xc3\x28\0"s;
  start.path = ""s;
  start.requestHead = "\0\r\n\0"s;
  history.recorder->record(start);
  history.recorder->record(ended(1, 0, {Code::HostNotFound, Side::Upstream, 0, "\xff\0\xff"s}));
  history.recorder->flush();
  const auto details = history.reader().exchange(ExchangeId{1}).value().value();
  QVERIFY(details.row.method == start.method);
  QVERIFY(details.row.url == start.url);
  QVERIFY(details.row.host == start.host);
  QVERIFY(details.row.path.empty());
  QVERIFY(details.requestHead == start.requestHead);
  QVERIFY(details.row.error.detail == "\xff\0\xff"s);
}

SLUICE_TEST(countsAndIgnoresRecordsForWhatItDoesNotKnow) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(responded(9));
  history.recorder->record(chunk(9, "x"));
  history.recorder->record(capture::ExchangeProgress{ExchangeId{9}, 1, 1});
  history.recorder->record(ended(9));
  history.recorder->record(capture::ConnectionClosed{ConnectionId{9}, wall(1)});
  history.recorder->record(started(0));
  history.recorder->record(started(1));
  history.recorder->record(started(1));
  history.recorder->record(ended(1));
  history.recorder->record(ended(1));
  history.recorder->flush();
  QCOMPARE(history.recorder->status().ignoredRecords, 8u);
  QCOMPARE(history.recorder->status().queuedBytes, 0u);
  QCOMPARE(history.reader().totals().value().exchanges, 1u);
}

SLUICE_TEST(leavesAloneAnExchangeWhoseIdIsTaken) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1, "first.test"));
  history.recorder->record(ended(1));
  history.recorder->flush();
  history.recorder->record(started(1, "second.test"));
  history.recorder->record(chunk(1, "x"));
  history.recorder->record(ended(1));
  history.recorder->flush();
  history.recorder->record(started(2));
  history.recorder->flush();
  const auto rows = history.reader().newest(10).value();
  QCOMPARE(rows.size(), std::size_t(2));
  QCOMPARE(rows[0].host, std::string("first.test"));
  QCOMPARE(history.body(1), std::string());
}

SLUICE_TEST(marksWhatAnEarlierProcessLeftRunningAsCutOff) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(started(2));
  history.recorder->record(ended(2));
  history.recorder->flush();
  history.stop();
  const auto before = history.reader().totals().value();
  VERIFY_OK(history.start());
  const auto after = history.reader().totals().value();
  QVERIFY(after.version > before.version);
  QCOMPARE(after.running, 0u);
  const auto rows = history.reader().newest(10).value();
  QVERIFY(rows[0].state == State::CutOff);
  QVERIFY(rows[0].error.code == Code::Aborted);
  QVERIFY(rows[0].error.side == Side::Local);
  QVERIFY(!rows[0].error.detail.empty());
  QVERIFY(rows[1].state == State::Complete);
}

SLUICE_TEST(goesOnNumberingAboveEverythingRecorded) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(capture::ConnectionOpened{ConnectionId{30}, wall(10), "a", "b"});
  history.recorder->record(started(41));
  history.recorder->flush();
  history.stop();
  const auto database = Database::open(history.folder.path(), wall(0));
  VERIFY_OK(database);
  QCOMPARE(database->nextExchangeId().value, 42u);
  QCOMPARE(database->nextConnectionId().value, 31u);
}

SLUICE_TEST(tellsAboutEachCommit) {
  History history;
  std::mutex mutex;
  std::vector<RecorderStatus> commits;
  RecorderOptions options;
  options.onCommitted = [&](const RecorderStatus& status) {
    const std::lock_guard lock(mutex);
    commits.push_back(status);
  };
  VERIFY_OK(history.start(std::move(options)));
  history.recorder->record(started(1));
  history.recorder->flush();
  history.recorder->record(started(2));
  history.recorder->record(ended(1));
  history.recorder->flush();
  history.recorder->flush();
  history.stop();
  QVERIFY(commits.size() >= 2);
  for (std::size_t i = 1; i < commits.size(); ++i) QVERIFY(commits[i].version == commits[i - 1].version + 1);
  QCOMPARE(commits.back().exchanges, 2u);
  QCOMPARE(commits.back().newest.value, 2u);
  QVERIFY(commits.back().databaseBytes > 0);
}

SLUICE_TEST(commitsABurstInFewTransactions) {
  History history;
  std::atomic<int> commits{0};
  RecorderOptions options;
  options.onCommitted = [&](const RecorderStatus&) { ++commits; };
  VERIFY_OK(history.start(std::move(options)));
  for (std::uint64_t id = 1; id <= 5000; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
  QCOMPARE(history.reader().totals().value().exchanges, 5000u);
  // 10,000 records make at least 10 commits of 1000 records; a slow machine may add some for time that passed.
  QVERIFY(commits.load() >= 5);
  QVERIFY(commits.load() < 1000);
}

SLUICE_TEST(writesWhatIsLeftWhenItStops) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 3000; ++id) history.recorder->record(started(id));
  history.recorder->stop();
  QCOMPARE(history.recorder->record(started(4000)), false);
  history.recorder->flush();
  history.recorder->stop();
  QCOMPARE(history.reader().totals().value().exchanges, 3000u);
  QCOMPARE(history.recorder->status().queuedBytes, 0u);
}

SLUICE_TEST(sweepsBodyFilesWithoutARow) {
  History history;
  const std::string body = pattern(200'000);
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, body));
  history.recorder->record(ended(1, body.size()));
  history.recorder->record(started(2));
  history.recorder->record(chunk(2, "inline"));
  history.recorder->record(ended(2, 6));
  history.recorder->record(started(9));
  history.recorder->record(ended(9));
  history.stop();
  const fs::path folder = bodyFolder(history.folder.path());
  for (const char* name : {"1.request", "2.response", "7.response", "notes.txt", "8.other", "99.response"}) {
    writeFile(folder / name, "x");
  }
  VERIFY_OK(history.start());
  history.stop();
  QVERIFY(history.body(1) == body);
  QVERIFY(!fs::exists(folder / "1.request"));
  QVERIFY(!fs::exists(folder / "2.response"));
  QVERIFY(!fs::exists(folder / "7.response"));
  QVERIFY(fs::exists(folder / "notes.txt"));
  QVERIFY(!fs::exists(folder / "99.response"));
  QVERIFY(fs::exists(folder / "8.other"));
}

namespace {
capture::MessagePassed message(std::uint64_t exchange, std::string payload, Direction direction = Direction::Response) {
  capture::MessagePassed record;
  record.exchange = ExchangeId{exchange};
  record.direction = direction;
  record.at = wall(77);
  record.opcode = 1;
  record.wireBytes = record.bytes = payload.size();
  record.payload = std::move(payload);
  return record;
}
}  // namespace

SLUICE_TEST(keepsMessagesInTheOrderInWhichTheyPassed) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(started(2));
  history.recorder->record(message(1, "question", Direction::Request));
  history.recorder->record(message(2, "elsewhere"));
  history.recorder->flush();
  auto odd = message(1, std::string("a\0\xff", 3));
  odd.compressed = true;
  odd.opcode = 2;
  odd.wireBytes = 2;
  odd.bytes = 1'000'000;
  odd.fault = "a reserved bit";
  history.recorder->record(odd);
  history.recorder->record(ended(1));
  history.recorder->record(message(1, "behind the end"));
  history.recorder->flush();

  auto reader = history.reader();
  const auto all = reader.messages(ExchangeId{1}, 0, 100).value();
  QCOMPARE(all.size(), std::size_t(2));
  QCOMPARE(all[0].payload, std::string("question"));
  QVERIFY(all[0].direction == Direction::Request && all[1].direction == Direction::Response);
  QCOMPARE(all[1].payload, odd.payload);
  QCOMPARE(all[1].opcode, 2);
  QVERIFY(all[1].compressed && !all[0].compressed);
  QCOMPARE(all[1].wireBytes, 2u);
  QCOMPARE(all[1].bytes, 1'000'000u);
  QCOMPARE(all[1].fault, odd.fault);
  QVERIFY(all[1].at == wall(77));
  QCOMPARE(reader.messages(ExchangeId{1}, all[0].id, 100).value().size(), std::size_t(1));
  QCOMPARE(reader.messages(ExchangeId{1}, 0, 1).value().at(0).payload, std::string("question"));
  QVERIFY(reader.messages(ExchangeId{9}, 0, 1).value().empty());
}

SLUICE_TEST(theProgramOfAClientShowsOnEveryRowOfItsConnection) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(capture::ConnectionOpened{ConnectionId{1}, wall(0), "127.0.0.1:5", "regular"});
  for (const std::uint64_t id : {1, 2}) history.recorder->record(started(id));
  history.recorder->record(ended(1));
  history.recorder->record(capture::ConnectionClosed{ConnectionId{1}, wall(1)});
  history.recorder->flush();
  auto reader = history.reader();
  const auto seen = reader.changesSince(0, 100).value().version;
  QCOMPARE(reader.newest(9).value().at(0).clientProgram, std::string());

  history.recorder->record(capture::ClientIdentified{ConnectionId{1}, ExchangeId{1}, 4711, "/usr/bin/curl"});
  history.recorder->flush();
  const auto changes = reader.changesSince(seen, 100).value();
  QCOMPARE(changes.ids.size(), std::size_t(2));
  const auto rows = reader.newest(9).value();
  for (const auto& row : rows) QCOMPARE(row.clientProgram, std::string("/usr/bin/curl"));
  QCOMPARE(reader.exchange(ExchangeId{2}).value()->clientProcess, 4711u);
  QCOMPARE(reader.exchange(ExchangeId{2}).value()->row.clientProgram, std::string("/usr/bin/curl"));
  QCOMPARE(history.recorder->status().ignoredRecords, 0u);
}

// Whoever follows the history hears of it, an exchange that runs keeps it when it ends, and nothing else of a row changes.
SLUICE_TEST(keepsWhatPeopleSayOfExchanges) {
  History history;
  VERIFY_OK(history.start());
  for (const std::uint64_t id : {1, 2, 3}) history.recorder->record(started(id));
  history.recorder->record(ended(1));
  history.recorder->flush();
  auto reader = history.reader();
  const auto seen = reader.changesSince(0, 100).value().version;
  const std::string odd("a\nb \xff \xe2\x80\xae");
  VERIFY_OK(history.recorder->annotate({ExchangeId{1}, ExchangeId{2}, ExchangeId{99}}, {Mark::Green, odd}));
  const auto changes = reader.changesSince(seen, 100).value();
  QVERIFY((changes.ids == std::vector<ExchangeId>{ExchangeId{1}, ExchangeId{2}}));
  QVERIFY(changes.version == history.recorder->status().version);
  VERIFY_OK(history.recorder->annotate({ExchangeId{2}}, {Mark::Red, std::nullopt}));
  history.recorder->record(responded(2));
  history.recorder->record(ended(2, 5));
  history.recorder->flush();
  const auto rows = reader.newest(9).value();
  QVERIFY(rows[0].mark == Mark::Green && rows[0].comment == odd && rows[0].state == State::Complete);
  QVERIFY(rows[1].mark == Mark::Red && rows[1].comment == odd && rows[1].state == State::Complete && rows[1].status == 200);
  QVERIFY(rows[2].mark == Mark::None && rows[2].comment.empty() && rows[2].state == State::Running);
  VERIFY_OK(history.recorder->annotate({ExchangeId{1}}, {std::nullopt, std::string()}));
  QVERIFY(reader.newest(9).value()[0].mark == Mark::Green && reader.newest(9).value()[0].comment.empty());
  const auto none = history.recorder->annotate({ExchangeId{77}}, {Mark::Red, std::nullopt});
  QVERIFY(!none && none.error().code == Code::NotFound);
}

// The recorder's thread stands meanwhile, as it does when somebody holds the database.
SLUICE_TEST(whoeverAsksForAnAnswerDoesNotWaitForIt) {
  std::promise<void> stands;
  std::promise<void> mayGoOn;
  RecorderOptions options;
  options.onCommitted = [&, once = std::make_shared<std::once_flag>()](const RecorderStatus&) {
    std::call_once(*once, [&] {
      stands.set_value();
      mayGoOn.get_future().wait();
    });
  };
  History history;
  VERIFY_OK(history.start(std::move(options)));
  history.recorder->record(started(1));
  stands.get_future().wait();
  std::promise<Result<void>> annotated;
  std::promise<Result<void>> cleared;
  history.recorder->annotate({ExchangeId{1}}, {Mark::Red, std::nullopt}, [&](Result<void> outcome) { annotated.set_value(outcome); });
  history.recorder->clear([&](Result<void> outcome) { cleared.set_value(outcome); });
  mayGoOn.set_value();
  VERIFY_OK(annotated.get_future().get());
  VERIFY_OK(cleared.get_future().get());
  history.stop();
}

SLUICE_TEST(clearsAtOnceAndGoesOnWithWhatRuns) {
  History history;
  VERIFY_OK(history.start());
  auto reader = history.reader();
  for (std::uint64_t id = 1; id <= 50; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, pattern(id == 1 ? 200'000 : 100)));
    if (id != 7) history.recorder->record(ended(id, 100));
  }
  history.recorder->flush();
  const auto before = reader.changesSince(0, 100).value();
  VERIFY_OK(history.recorder->clear());
  const auto after = reader.changesSince(before.version, 100).value();
  QVERIFY(after.anew);
  QCOMPARE(after.ids.size(), std::size_t(1));
  QCOMPARE(after.ids[0].value, 7u);
  history.recorder->record(chunk(7, "late"));
  history.recorder->record(ended(7, 104));
  history.recorder->record(started(51));
  history.recorder->record(ended(51));
  history.recorder->flush();
  QCOMPARE(reader.newest(10).value().size(), std::size_t(2));
  QVERIFY(reader.newest(10).value()[0].state != State::Running);
  VERIFY_OK(history.recorder->clear());
  VERIFY_OK(history.recorder->clear());
  QCOMPARE(reader.totals().value().exchanges, 0u);
  history.stop();
  // What was cleared goes in the background, at the latest after the next start.
  VERIFY_OK(history.start());
  const auto leftovers = [&] {
    return clearedFiles(history.folder.path()).size() + std::size_t(std::distance(fs::directory_iterator(history.folder / "bodies"), {}));
  };
  for (int i = 0; i < 2000 && leftovers() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  QCOMPARE(leftovers(), std::size_t(0));
}

SLUICE_TEST(doesNotClearOnceItHasStopped) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->stop();
  const auto refused = history.recorder->clear();
  QVERIFY(!refused && refused.error().code == Code::Aborted);
}
