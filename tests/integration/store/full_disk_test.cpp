// A history on a disk that becomes full, and free again.
#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include "core/store/full_disk.h"
#include "core/store/reader.h"
#include "core/store/recorder.h"
#include "tests/integration/store/recording.h"
#include "tests/support/small_disk.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/filled_history.h"
#include "tests/unit/core/store/integrity.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using sluice::test::fill;
using sluice::test::SmallDisk;

namespace {

namespace fs = std::filesystem;

void recordOne(Recorder& recorder, std::uint64_t id) {
  capture::ExchangeStarted start;
  start.exchange = ExchangeId{id};
  start.url = url(id);
  start.requestHead = requestHead(id);
  recorder.record(std::move(start));
  const std::string whole = body(id);
  recorder.record(capture::BodyChunk{ExchangeId{id}, capture::Direction::Response, whole});
  capture::ExchangeEnded end;
  end.exchange = ExchangeId{id};
  end.response.bytes = whole.size();
  recorder.record(std::move(end));
}

template <class Done>
bool waitUntil(Done done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

// Whatever has a row is whole, or the beginning of what it was.
std::string wrongWithRows(const fs::path& folder) {
  auto reader = Reader::open(folder).value();
  const auto rows = reader.from(ExchangeId{1}, 1'000'000).value();
  for (const ExchangeRow& row : rows) {
    auto opened = reader.openBody(row.id, capture::Direction::Response).value();
    std::string stored(opened.bytes(), '\0');
    const auto count = opened.read(std::as_writable_bytes(std::span(stored.data(), stored.size())));
    if (!count || *count != row.response.capturedBytes) return "a body is shorter than its row says";
    if (stored != body(row.id.value).substr(0, stored.size())) return "a body is wrong";
    if (row.state != State::Complete) return "a row is not complete";
  }
  return {};
}

}  // namespace

SLUICE_TEST(pausesOnAFullDiskAndGoesOnWhenThereIsSpaceAgain) {
  SmallDisk disk("20m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  std::ofstream(disk.path() / "ballast") << std::string(12'000'000, 'x');
  std::atomic<int> problems{0};
  RecorderOptions options;
  options.onProblemChanged = [&](const RecorderStatus&) { ++problems; };
  options.retryAfter = std::chrono::milliseconds(20);
  options.bodyBytesMax = 2'000'000;
  options.heldBytesMax = 2'500'000;
  auto database = Database::open(disk.path(), WallTime());
  QVERIFY(database.has_value());
  auto recorder = std::move(*Recorder::start(std::move(*database), options));
  std::uint64_t id = 0;
  while (problems == 0 && id < 5000) {
    recordOne(*recorder, ++id);
    recorder->flush();
  }
  auto status = recorder->status();
  QCOMPARE(int(status.problem.code), int(Code::NoSpace));
  for (int more = 0; more < 2000; ++more) recordOne(*recorder, ++id);  // traffic goes on
  recorder->flush();
  QVERIFY(recorder->status().queuedBytes < 6'000'000);
  QVERIFY(Reader::open(disk.path()).has_value());

  fs::remove(disk.path() / "ballast");
  QVERIFY(waitUntil([&] { return recorder->status().problem.code == Code::None; }));
  for (int more = 0; more < 20; ++more) recordOne(*recorder, ++id);
  recorder->stop();
  status = recorder->status();
  QCOMPARE(status.exchanges + status.droppedExchanges, id);
  QVERIFY(status.refusedBodyBytes > 0);
  QVERIFY(!status.movedAside);
  QCOMPARE(integrityOf(disk.path()), std::string("ok"));
  QCOMPARE(wrongWithRows(disk.path()), std::string());
}

// Whoever has a full disk clears the history first of all.
SLUICE_TEST(clearingMakesRoomOnAFullDisk) {
  SmallDisk disk("20m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  std::atomic<int> problems{0};
  RecorderOptions options;
  options.onProblemChanged = [&](const RecorderStatus&) { ++problems; };
  options.retryAfter = std::chrono::milliseconds(20);
  auto recorder = std::move(*Recorder::start(std::move(*Database::open(disk.path(), WallTime())), options));
  QVERIFY(recorder->keep("k", "v").has_value());
  std::uint64_t id = 0;
  while (problems == 0 && id < 5000) {
    recordOne(*recorder, ++id);
    recorder->flush();
  }
  std::ofstream(disk.path() / "ballast") << std::string(20'000'000, 'x');  // as much as there is room for
  const auto cleared = recorder->clear();
  QVERIFY(cleared || cleared.error().code == Code::NoSpace);
  QVERIFY(waitUntil([&] { return recorder->status().problem.code == Code::None; }));
  const std::uint64_t first = id + 1;
  for (int more = 0; more < 20; ++more) recordOne(*recorder, ++id);
  recorder->stop();
  QVERIFY(!recorder->status().movedAside);
  QCOMPARE(integrityOf(disk.path()), std::string("ok"));
  QCOMPARE(wrongWithRows(disk.path()), std::string());
  const auto rows = Reader::open(disk.path()).value().from(ExchangeId{first}, 100).value();
  QCOMPARE(rows.size(), std::size_t(20));
  auto again = std::move(*Recorder::start(std::move(*Database::open(disk.path(), WallTime())), {}));
  QVERIFY(again->kept() == (KeptSettings{{"k", "v"}}));
}

// More of one body waits than the whole disk holds: it is cut, and the row is there, ended.
SLUICE_TEST(givesUpABodyBeforeTheRowThatEndsIt) {
  SmallDisk disk("16m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  std::vector<Code> problems;
  RecorderOptions options;
  options.onProblemChanged = [&](const RecorderStatus& status) { problems.push_back(status.problem.code); };
  options.retryAfter = std::chrono::milliseconds(20);
  auto recorder = std::move(*Recorder::start(std::move(*Database::open(disk.path(), WallTime())), options));
  capture::ExchangeStarted start;
  start.exchange = ExchangeId{1};
  start.requestHead = requestHead(1);
  recorder->record(start);
  const std::string piece(1'000'000, 'x');
  constexpr std::uint64_t kPieces = 24;
  for (std::uint64_t i = 0; i < kPieces; ++i) recorder->record(capture::BodyChunk{ExchangeId{1}, capture::Direction::Response, piece});
  capture::ExchangeEnded end;
  end.exchange = ExchangeId{1};
  end.response.bytes = kPieces * piece.size();
  recorder->record(end);
  auto reader = Reader::open(disk.path()).value();
  QVERIFY(waitUntil([&] { return reader.totals().value().running == 0 && reader.totals().value().exchanges == 1; }));
  const auto row = reader.from(ExchangeId{1}, 1).value().at(0);
  QCOMPARE(int(row.state), int(State::Complete));
  QCOMPARE(row.response.bytes, kPieces * piece.size());
  QCOMPARE(row.response.capturedBytes + recorder->status().refusedBodyBytes, kPieces * piece.size());
  std::error_code error;
  const auto onDisk = fs::file_size(disk.path() / "bodies" / "1.response", error);
  QCOMPARE(error ? 0 : onDisk, row.response.capturedBytes);

  // And by itself it goes on to record bodies, once there is room.
  fs::remove(disk.path() / "bodies" / "1.response", error);
  std::uint64_t id = 1;
  QVERIFY(waitUntil([&] { return recorder->status().problem.code == Code::None; }));
  recordOne(*recorder, ++id);
  recorder->stop();
  QCOMPARE(recorder->status().exchanges, id);
  QVERIFY((problems == std::vector{Code::NoSpace, Code::None}));
  QCOMPARE(integrityOf(disk.path()), std::string("ok"));
  QCOMPARE(reader.from(ExchangeId{id}, 1).value().at(0).response.capturedBytes, body(id).size());
}

SLUICE_TEST(startsOnAFullDisk) {
  SmallDisk disk("4m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  {
    auto recorder = std::move(*Recorder::start(std::move(*Database::open(disk.path(), WallTime())), {}));
    recordOne(*recorder, 1);
  }
  fill(disk.path() / "ballast");
  auto database = Database::open(disk.path(), WallTime());
  if (!database) {
    QCOMPARE(int(database.error().code), int(Code::NoSpace));
  } else {
    QVERIFY(!database->movedAside());
    RecorderOptions options;
    options.retryAfter = std::chrono::milliseconds(20);
    auto recorder = Recorder::start(std::move(*database), options);
    QVERIFY2(recorder.has_value(), recorder ? "" : describe(recorder.error()).c_str());
    recordOne(**recorder, 2);
    (*recorder)->flush();
    fs::remove(disk.path() / "ballast");
    QVERIFY(waitUntil([&] { return (*recorder)->status().exchanges == 2; }));
  }
  fs::remove(disk.path() / "ballast");
  QCOMPARE(integrityOf(disk.path()), std::string("ok"));
  QVERIFY(Reader::open(disk.path()).value().totals().value().exchanges >= 1);
}

// A new version of the program: its history is an old one, and there is no room to bring it up to date.
SLUICE_TEST(recordsOnceThereIsRoomToBringTheHistoryUpToDate) {
  SmallDisk disk("64m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  constexpr std::uint64_t kOld = 20'000;
  QVERIFY(makeOldHistory(disk.path(), 6, kOld).has_value());
  const auto room = fs::space(disk.path()).available;
  QVERIFY(room > 2'000'000);
  std::ofstream(disk.path() / "ballast") << std::string(room - 1'000'000, 'x');
  const auto before = fs::file_size(disk.path() / "history.db");
  auto database = Database::open(disk.path(), WallTime());
  QVERIFY(!database);
  QCOMPARE(int(database.error().code), int(Code::NoSpace));
  QVERIFY2(database.error().detail.find("history.db") != std::string::npos, database.error().detail.c_str());
  QVERIFY(fs::file_size(disk.path() / "history.db") >= before);
  auto known = lookAtHistory(disk.path());
  QVERIFY(known.has_value());
  QCOMPARE(known->nextExchange.value, kOld + 1);

  RecorderOptions options;
  options.retryAfter = std::chrono::milliseconds(20);
  auto recorder = Recorder::startPaused(disk.path(), database.error(), std::move(*known), options);
  QVERIFY(recorder->kept() == (KeptSettings{{"k", "v"}}));
  recordOne(*recorder, kOld + 1);
  recorder->flush();
  QCOMPARE(int(recorder->status().problem.code), int(Code::NoSpace));
  for (int tries = 0; tries < 10; ++tries) {
    QVERIFY(!recorder->keep("l", "w"));
    std::this_thread::sleep_for(options.retryAfter);
  }
  fs::remove(disk.path() / "ballast");
  QVERIFY(waitUntil([&] { return recorder->status().problem.code == Code::None; }));
  QVERIFY(recorder->keep("l", "w").has_value());
  recordOne(*recorder, kOld + 2);
  recorder->stop();
  QCOMPARE(recorder->status().exchanges, kOld + 2);
  QVERIFY(recorder->kept() == (KeptSettings{{"k", "v"}, {"l", "w"}}));
  QCOMPARE(integrityOf(disk.path()), std::string("ok"));
  auto reader = Reader::open(disk.path()).value();
  const auto rows = reader.from(ExchangeId{kOld}, 10).value();
  QCOMPARE(rows.size(), std::size_t(3));
  QVERIFY(rows[1].state == State::Complete && rows[1].response.capturedBytes == body(kOld + 1).size());
}

// As a crash leaves it that takes the machine along: what was committed last is in the log alone, and its index is gone.
SLUICE_TEST(recordsOnceThereIsRoomForTheIndexOfALogThatACrashHasLeft) {
  SmallDisk disk("8m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  {
    SmallDisk before("8m");
    auto recorder = std::move(*Recorder::start(std::move(*Database::open(before.path(), WallTime())), {}));
    QVERIFY(recorder->keep("k", "v").has_value());
    recordOne(*recorder, 1);
    recorder->flush();
    for (const char* file : {"history.db", "history.db-wal"}) fs::copy_file(before.path() / file, disk.path() / file);
  }
  QVERIFY(SqlConnection::hasLog(disk.path() / "history.db"));
  fill(disk.path() / "ballast");
  const auto contents = [&](const char* file) {
    std::ifstream in(disk.path() / file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string history = contents("history.db"), log = contents("history.db-wal");
  auto database = Database::open(disk.path(), WallTime());
  QVERIFY(!database);
  QCOMPARE(int(database.error().code), int(Code::NoSpace));
  auto known = lookAtHistory(disk.path());
  QVERIFY2(known.has_value(), known ? "" : describe(known.error()).c_str());
  QCOMPARE(known->nextExchange.value, 2u);
  QVERIFY(known->settings == (KeptSettings{{"k", "v"}}));
  QVERIFY(contents("history.db") == history && contents("history.db-wal") == log);

  RecorderOptions options;
  options.retryAfter = std::chrono::milliseconds(20);
  auto recorder = Recorder::startPaused(disk.path(), database.error(), std::move(*known), options);
  recordOne(*recorder, 2);
  recorder->flush();
  QCOMPARE(int(recorder->status().problem.code), int(Code::NoSpace));
  fs::remove(disk.path() / "ballast");
  QVERIFY(waitUntil([&] { return recorder->status().problem.code == Code::None; }));
  recorder->stop();
  QCOMPARE(integrityOf(disk.path()), std::string("ok"));
  QCOMPARE(Reader::open(disk.path()).value().totals().value().exchanges, 2u);
}

// Each try may write a gigabyte, and take it back.
SLUICE_TEST(aHistoryForWhichThereWasNoRoomIsTriedAgainWhenThereIsMore) {
  SmallDisk disk("4m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  constexpr FullDisk::Time kNow{std::chrono::hours(1)};
  FullDisk full(disk.path(), std::chrono::milliseconds(1000));
  QVERIFY(full.mayOpen(kNow));
  std::ofstream(disk.path() / "ballast") << std::string(1'000'000, 'x');
  full.noteOpening();
  full.noteNoRoomToOpen(kNow);
  QVERIFY(!full.mayOpen(kNow));
  std::ofstream(disk.path() / "more") << std::string(100'000, 'x');
  QVERIFY(!full.mayOpen(kNow + std::chrono::seconds(59)));
  QVERIFY(full.mayOpen(kNow + std::chrono::minutes(1)));
  full.noteOpening();
  fs::remove(disk.path() / "ballast");  // while it is being tried
  full.noteNoRoomToOpen(kNow);
  QVERIFY(full.mayOpen(kNow));
  full.noteOpening();
  full.noteNoRoomToOpen(kNow);
  QVERIFY(!full.mayOpen(kNow));
  full.noteRoomToOpen();
  QVERIFY(full.mayOpen(kNow));
}
