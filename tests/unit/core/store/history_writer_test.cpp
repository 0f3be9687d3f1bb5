#include "core/store/history_writer.h"

#include "core/base/limits.h"
#include "core/store/reader.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

namespace {

struct Fixture : NewDatabase {
  HistoryWriter writer = std::move(*HistoryWriter::create(database));
  Backlog backlog;

  std::int64_t number(const char* sql) { return database.sql().integer(sql).value(); }
};

}  // namespace

SLUICE_TEST(writesNothingOfATransactionThatFails) {
  Fixture f;
  VERIFY_OK(f.writer.beginSession(wall(5)));
  const auto before = f.writer.state().version;
  QVERIFY(f.backlog.apply(started(1)));
  QVERIFY(f.backlog.apply(chunk(1, pattern(200'000))));
  fs::remove_all(f.folder / "bodies");
  const auto failed = f.writer.write(f.backlog);
  QVERIFY(!failed);
  QVERIFY(failed.error().detail.find("1.response") != std::string::npos);
  QCOMPARE(f.number("SELECT count(*) FROM exchange"), std::int64_t(0));
  QCOMPARE(f.writer.state().version, before);
  QCOMPARE(f.writer.state().exchanges, 0u);
  fs::create_directory(f.folder / "bodies");
  VERIFY_OK(f.writer.write(f.backlog));
  (void)f.backlog.committed();
  QCOMPARE(f.writer.state().version, before + 1);
  QCOMPARE(f.writer.state().exchanges, 1u);
  QCOMPARE(f.writer.state().bodyFileBytes, 200'000u);
  QVERIFY(contentsOf(f.folder / "bodies/1.response") == pattern(200'000));
}

SLUICE_TEST(givesEachCommitAVersionOfItsOwn) {
  Fixture f;
  VERIFY_OK(f.writer.beginSession(wall(5)));
  for (std::uint64_t id = 1; id <= 3; ++id) {
    QVERIFY(f.backlog.apply(started(id)));
    VERIFY_OK(f.writer.write(f.backlog));
    (void)f.backlog.committed();
  }
  QCOMPARE(f.number("SELECT count(DISTINCT version) FROM exchange"), std::int64_t(3));
  QCOMPARE(f.number("SELECT version FROM history"), std::int64_t(f.writer.state().version));
  QCOMPARE(f.number("SELECT max(version) FROM exchange"), std::int64_t(f.writer.state().version));
}

SLUICE_TEST(keepsSessionsWithTheirBeginningAndEnd) {
  Fixture f;
  VERIFY_OK(f.writer.beginSession(wall(5)));
  QVERIFY(f.backlog.apply(started(1)));
  VERIFY_OK(f.writer.write(f.backlog));
  (void)f.backlog.committed();
  QCOMPARE(f.number("SELECT count(*) FROM session WHERE started_us = 5 AND ended_us IS NULL"), std::int64_t(1));
  VERIFY_OK(f.writer.endSession(wall(9)));
  QCOMPARE(f.number("SELECT count(*) FROM session WHERE started_us = 5 AND ended_us = 9"), std::int64_t(1));
  VERIFY_OK(f.writer.beginSession(wall(10)));
  QVERIFY(f.backlog.apply(started(2)));
  VERIFY_OK(f.writer.write(f.backlog));
  QCOMPARE(f.number("SELECT count(DISTINCT session) FROM exchange"), std::int64_t(2));
}

SLUICE_TEST(removesHeadsAndBodiesWithTheirExchange) {
  Fixture f;
  VERIFY_OK(f.writer.beginSession(wall(5)));
  QVERIFY(f.backlog.apply(started(1)));
  QVERIFY(f.backlog.apply(chunk(1, "body")));
  VERIFY_OK(f.writer.write(f.backlog));
  VERIFY_OK(f.database.sql().run("DELETE FROM exchange WHERE id = 1"));
  QCOMPARE(f.number("SELECT count(*) FROM head"), std::int64_t(0));
  QCOMPARE(f.number("SELECT count(*) FROM body_piece"), std::int64_t(0));
}

// A body that came in `parts`, each in a batch of its own: what reads it back, and where it lies.
SLUICE_TEST(smallBodiesLieBesideTheirHeadsAndGrowFromThere) {
  const std::size_t most = limits::kBesideHeadsBytesMax;
  struct Case {
    std::vector<std::size_t> parts;
    std::size_t beside;
    std::int64_t pieces;
  };
  for (const Case& each : {Case{{1}, 1, 0}, Case{{most}, most, 0}, Case{{most + 1}, 0, 1}, Case{{100, 50, most}, 100, 2},
                           Case{{0, 100, 50}, 100, 1}, Case{{0, most + 1}, 0, 1}, Case{{100, limits::kInlineBodyBytesMax}, 0, 0},
                           Case{{100, 50'000, limits::kInlineBodyBytesMax}, 0, 0}}) {
    Fixture f;
    VERIFY_OK(f.writer.beginSession(wall(5)));
    QVERIFY(f.backlog.apply(started(1)));
    std::string whole;
    for (const std::size_t bytes : each.parts) {
      const std::string part = pattern(whole.size() + bytes).substr(whole.size());
      whole += part;
      if (bytes > 0) QVERIFY(f.backlog.apply(chunk(1, part)));
      VERIFY_OK(f.writer.write(f.backlog));
      (void)f.backlog.committed();
    }
    QCOMPARE(f.number("SELECT length(response_body) FROM head"), std::int64_t(each.beside));
    QCOMPARE(f.number("SELECT length(request_body) FROM head"), std::int64_t(0));
    QCOMPARE(f.number("SELECT count(*) FROM body_piece"), each.pieces);
    auto reader = Reader::open(f.folder.path());
    VERIFY_OK(reader);
    QVERIFY(bodyOf(*reader, 1, Direction::Response) == whole);
  }
}

SLUICE_TEST(bodiesOfBothDirectionsLieBesideTheirHeadsApart) {
  Fixture f;
  VERIFY_OK(f.writer.beginSession(wall(5)));
  QVERIFY(f.backlog.apply(started(1)));
  QVERIFY(f.backlog.apply(chunk(1, "asked", Direction::Request)));
  QVERIFY(f.backlog.apply(chunk(1, "answered")));
  VERIFY_OK(f.writer.write(f.backlog));
  (void)f.backlog.committed();
  // One of them outgrows the row, the database even; the other stays.
  QVERIFY(f.backlog.apply(chunk(1, pattern(200'000), Direction::Request)));
  VERIFY_OK(f.writer.write(f.backlog));
  (void)f.backlog.committed();
  QCOMPARE(f.number("SELECT length(request_body) * 100 + length(response_body) FROM head"), std::int64_t(8));
  auto reader = Reader::open(f.folder.path());
  VERIFY_OK(reader);
  QVERIFY(bodyOf(*reader, 1, Direction::Request) == "asked" + pattern(200'000));
  QCOMPARE(bodyOf(*reader, 1, Direction::Response), std::string("answered"));
}

SLUICE_TEST(findsOutThatPiecesOfABodyAreMissing) {
  Fixture f;
  VERIFY_OK(f.writer.beginSession(wall(5)));
  QVERIFY(f.backlog.apply(started(1)));
  QVERIFY(f.backlog.apply(chunk(1, pattern(100'000))));
  VERIFY_OK(f.writer.write(f.backlog));
  (void)f.backlog.committed();
  VERIFY_OK(f.database.sql().run("DELETE FROM body_piece"));
  QVERIFY(f.backlog.apply(chunk(1, pattern(100'000))));
  const auto failed = f.writer.write(f.backlog);
  QVERIFY(!failed);
  QVERIFY(failed.error().code == Code::DatabaseDamaged);
}

SLUICE_TEST(knowsWhenTheHistoryWasWrittenLast) {
  Fixture f;
  QVERIFY(f.writer.lastTime().value() == wall(0));
  VERIFY_OK(f.writer.beginSession(wall(5)));
  QVERIFY(f.writer.lastTime().value() == wall(5));
  VERIFY_OK(f.writer.endSession(wall(9)));
  QVERIFY(f.writer.lastTime().value() == wall(9));
  VERIFY_OK(f.writer.beginSession(wall(7)));  // the clock was set back
  QVERIFY(f.writer.lastTime().value() == wall(7));
  auto start = started(1);
  start.at = wall(8);
  QVERIFY(f.backlog.apply(std::move(start)));
  VERIFY_OK(f.writer.write(f.backlog));
  QVERIFY(f.writer.lastTime().value() == wall(8));  // and then the engine was killed
}

SLUICE_TEST(knowsWhatTimeHadPassedWhileItRanForSoLong) {
  const auto runs = [](Fixture& f, std::int64_t from, std::int64_t to) {
    return f.writer.beginSession(wall(from)).has_value() && f.writer.endSession(wall(to)).has_value();
  };
  Fixture f;
  const auto passed = [&] { return f.writer.timePassedFor(Micros(10)).value(); };
  QVERIFY(passed() == WallTime());
  QVERIFY(runs(f, 100, 106) && passed() == WallTime());
  QVERIFY(runs(f, 200, 203) && passed() == WallTime());
  QVERIFY(runs(f, 300, 301) && passed() == wall(100));
  QVERIFY(runs(f, 400, 409) && passed() == wall(300));
  QVERIFY(f.writer.beginSession(wall(9000)).has_value() && passed() == wall(300));  // and then the engine was killed
  QVERIFY(runs(f, 9100, 9105) && passed() == wall(400));
  QVERIFY(runs(f, 500, 502) && passed() == wall(400));  // the clock was set right, after less than that
  QVERIFY(runs(f, 9200, 9103) && passed() == wall(400));  // and while it ran
  QVERIFY(runs(f, 600, 9000) && passed() == wall(600));
}
