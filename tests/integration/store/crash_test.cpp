// A recorder that is killed at a random moment, again and again, on the same history.
#include <chrono>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/limits.h"
#include "core/store/body_files.h"
#include "core/store/history_files.h"
#include "core/store/reader.h"
#include "core/store/recorder.h"
#include "tests/integration/store/recording.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/integrity.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

namespace fs = std::filesystem;

std::string readAll(Reader& reader, ExchangeId id) {
  auto body = reader.openBody(id, capture::Direction::Response);
  if (!body) return "cannot open: " + describe(body.error());
  std::string all(body->bytes(), '\0');
  const auto count = body->read(std::as_writable_bytes(std::span(all.data(), all.size())));
  if (!count) return "cannot read: " + describe(count.error());
  return all;
}

// Runs the child for a random while and kills it. Returns the last id of which it said that it is `done`.
std::uint64_t runAndKill(const std::vector<std::string>& arguments, std::string_view done, std::mt19937& random) {
  sluice::test::Process child(RECORDING_CHILD, arguments);
  if (!child.lineThatBegins("first ")) return 0;
  std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));  // any moment will do
  child.kill();
  (void)child.wait();
  std::istringstream lines(child.output());
  std::uint64_t last = 0;
  for (std::string word; lines >> word;) {
    std::uint64_t id = 0;
    if (lines >> id && word == done) last = id;
  }
  return last;
}

// What must hold of one row that was there when the recorder was killed.
std::string wrongWith(Reader& reader, const ExchangeRow& row, std::uint64_t committed) {
  const std::uint64_t id = row.id.value;
  if (row.url != url(id)) return "has another's URL";
  if (reader.exchange(row.id).value()->requestHead != requestHead(id)) return "has another's head";
  if (row.state != State::Complete && row.state != State::CutOff) return "still runs";
  if (row.state != State::Complete && id <= committed) return "was committed and is not complete";
  const std::string stored = readAll(reader, row.id);
  if (stored != body(id).substr(0, stored.size())) return "has a wrong body: " + stored.substr(0, 60);
  if (stored.size() != row.response.capturedBytes) return "has a body of another length";
  if (row.state == State::Complete && stored.size() != bodyBytes(id)) return "is complete without its whole body";
  return {};
}

std::string wrongWithHistory(const fs::path& folder, std::uint64_t first, std::uint64_t committed) {
  auto reader = Reader::open(folder).value();
  const auto rows = reader.from(ExchangeId{first}, 1'000'000).value();
  std::uint64_t expected = first;
  std::set<std::string> files;
  for (const ExchangeRow& row : rows) {
    if (expected <= committed && row.id.value != expected) return "a committed exchange is missing";
    ++expected;
    if (const auto wrong = wrongWith(reader, row, committed); !wrong.empty()) {
      return "exchange " + std::to_string(row.id.value) + " " + wrong;
    }
  }
  if (expected <= committed) return "the last committed exchanges are missing";
  for (const auto& entry : fs::directory_iterator(bodyFolder(folder))) {
    const auto key = bodyKey(entry.path());
    if (!key || reader.rows(std::vector{key->exchange}).value().empty()) return "a body file without a row was left";
  }
  return {};
}

int killsAsked() { return std::stoi(sluice::test::option("count", "15")); }

unsigned seedAsked() {
  const auto seed = unsigned(std::stoul(sluice::test::option("seed", std::to_string(std::random_device{}()))));
  std::printf("seed %u\n", seed);
  return seed;
}

}  // namespace

SLUICE_TEST(losesNothingThatWasCommittedWhenItIsKilledAtAnyMoment) {
  const int kills = killsAsked();
  std::mt19937 random(seedAsked());
  sluice::test::TemporaryDirectory folder;
  std::uint64_t first = 1;
  for (int kill = 0; kill < kills; ++kill) {
    const std::uint64_t committed = runAndKill({folder.path().string()}, "committed", random);
    QCOMPARE(integrityOf(folder.path()), std::string("ok"));
    auto database = Database::open(folder.path(), WallTime());
    QVERIFY2(database.has_value(), database ? "" : describe(database.error()).c_str());
    QVERIFY(!database->movedAside());
    const std::uint64_t next = database->nextExchangeId().value;
    {
      auto recorder = Recorder::start(std::move(*database), {});
      QVERIFY(recorder.has_value());
    }  // marks what was cut off, sweeps, stops
    const std::string wrong = wrongWithHistory(folder.path(), first, committed);
    QVERIFY2(wrong.empty(), wrong.c_str());
    first = next;
  }
}

// A clear is done or not begun, whenever the engine is killed; nothing of it comes back, settings stay, and what it left goes.
SLUICE_TEST(clearsWhollyOrNotAtAllWhenItIsKilledAtAnyMoment) {
  const int kills = killsAsked();
  std::mt19937 random(seedAsked());
  sluice::test::TemporaryDirectory folder;
  std::uint64_t first = 1;
  for (int kill = 0; kill < kills; ++kill) {
    const std::uint64_t cleared = runAndKill({folder.path().string(), "clear"}, "cleared", random);
    QCOMPARE(integrityOf(folder.path()), std::string("ok"));
    auto database = Database::open(folder.path(), WallTime());
    QVERIFY2(database.has_value(), database ? "" : describe(database.error()).c_str());
    QVERIFY(!database->movedAside());
    QVERIFY(database->nextExchangeId().value > cleared && database->nextExchangeId().value >= first);
    first = database->nextExchangeId().value;
    {
      auto recorder = Recorder::start(std::move(*database), {});
      QVERIFY(recorder.has_value());
      const auto kept = (*recorder)->kept();
      if (cleared > 0) QVERIFY(std::stoull(kept.at("cleared")) >= cleared);
      (*recorder)->flush();
      while (!clearedFiles(folder.path()).empty()) (*recorder)->flush();
    }
    const std::string wrong = wrongWithHistory(folder.path(), cleared + 1, 0);
    QVERIFY2(wrong.empty(), wrong.c_str());
    auto reader = Reader::open(folder.path()).value();
    const auto oldest = reader.from(ExchangeId{1}, 1).value();
    QVERIFY(oldest.empty() || oldest[0].id.value > cleared);
  }
}
