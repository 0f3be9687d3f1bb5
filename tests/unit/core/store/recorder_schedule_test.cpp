// Records of every kind in an order that makes no sense, against a model that is a few lines long.
#include <map>
#include <random>

#include "core/store/recorder.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/integrity.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

namespace {

struct Modelled {
  bool ended = false;
  int status = 0;
  std::uint64_t responseBytes = 0;
  std::string bodies[2];
};

// Gives random records to a recorder, and to itself.
class Schedule {
 public:
  Schedule(Recorder& recorder, unsigned seed) : recorder_(recorder), random_(seed) {}

  void step() {
    switch (random_() % 8) {
      case 0: return start();
      case 1: return respond();
      case 2:
      case 3:
      case 4: return send();
      case 5: return progress();
      case 6: return random_() % 3 == 0 ? end() : respond();
      case 7: return connection();
    }
  }

  const std::map<std::uint64_t, Modelled>& exchanges() const { return exchanges_; }
  std::uint64_t ignored() const { return ignored_; }

 private:
  // Running, ended, not begun yet, or none at all.
  std::uint64_t anyId() { return next_ < 60 ? random_() % 80 : next_ - 50 + random_() % 60; }

  Modelled* running(std::uint64_t id) {
    const auto at = exchanges_.find(id);
    if (at != exchanges_.end() && !at->second.ended) return &at->second;
    ++ignored_;
    return nullptr;
  }
  void start() {
    if (random_() % 10 == 0) {
      const std::uint64_t again = anyId();
      const auto at = exchanges_.find(again);
      if (again != 0 && (at == exchanges_.end() || at->second.ended)) return;
      ++ignored_;
      recorder_.record(started(again));
      return;
    }
    exchanges_[next_] = {};
    recorder_.record(started(next_++));
  }
  void respond() {
    const std::uint64_t id = anyId();
    if (Modelled* exchange = running(id)) exchange->status = int(200 + id % 7);
    recorder_.record(responded(id, int(200 + id % 7)));
  }
  void send() {
    const std::uint64_t id = anyId();
    const auto direction = random_() % 4 == 0 ? Direction::Request : Direction::Response;
    const std::size_t bytes = random_() % 200 == 0 ? 100'000 : random_() % 400;
    std::string piece = pattern(bytes, unsigned(random_()));
    if (Modelled* exchange = running(id)) exchange->bodies[int(direction)] += piece;
    recorder_.record(chunk(id, std::move(piece), direction));
  }
  void progress() {
    const std::uint64_t id = anyId();
    if (Modelled* exchange = running(id)) exchange->responseBytes = id * 3;
    recorder_.record(capture::ExchangeProgress{ExchangeId{id}, 1, id * 3});
  }
  void end() {
    const std::uint64_t id = anyId();
    if (Modelled* exchange = running(id)) {
      exchange->ended = true;
      exchange->responseBytes = id * 5;
    }
    recorder_.record(ended(id, id * 5));
  }
  void connection() {
    const std::uint64_t id = 1 + random_() % 50;
    if (random_() % 2 == 0) {
      if (!connections_.emplace(id, true).second) ++ignored_;
      recorder_.record(capture::ConnectionOpened{ConnectionId{id}, wall(1), "client", "listener"});
    } else {
      const auto at = connections_.find(id);
      if (at == connections_.end() || !std::exchange(at->second, false)) ++ignored_;
      recorder_.record(capture::ConnectionClosed{ConnectionId{id}, wall(2)});
    }
  }

  Recorder& recorder_;
  std::mt19937 random_;
  std::map<std::uint64_t, Modelled> exchanges_;
  std::map<std::uint64_t, bool> connections_;  // whether open; each is opened once
  std::uint64_t next_ = 1;
  std::uint64_t ignored_ = 0;
};

std::string difference(History& history, const std::map<std::uint64_t, Modelled>& model) {
  auto reader = history.reader();
  const auto rows = reader.from(ExchangeId{1}, SIZE_MAX).value();
  if (rows.size() != model.size()) return "another number of rows";
  for (const ExchangeRow& row : rows) {
    const Modelled& expected = model.at(row.id.value);
    const std::string which = "exchange " + std::to_string(row.id.value);
    if (row.state != (expected.ended ? State::Complete : State::Running)) return which + ": state";
    if (row.status != expected.status) return which + ": status";
    if (row.response.bytes != expected.responseBytes) return which + ": bytes";
    if (bodyOf(reader, row.id.value, Direction::Request) != expected.bodies[0]) return which + ": request body";
    if (bodyOf(reader, row.id.value, Direction::Response) != expected.bodies[1]) return which + ": response body";
  }
  return {};
}

}  // namespace

SLUICE_TEST(takesAnyRecordsInAnyOrder) {
  const auto count = std::stoul(sluice::test::option("count", "100000"));
  const auto seed = unsigned(std::stoul(sluice::test::option("seed", "20261121")));
  History history;
  VERIFY_OK(history.start());
  Schedule schedule(*history.recorder, seed);
  for (std::size_t i = 0; i < count; ++i) {
    schedule.step();
    if (i % 977 == 0) history.recorder->flush();
  }
  history.recorder->flush();
  const auto status = history.recorder->status();
  QVERIFY(status.problem.code == Code::None);
  QCOMPARE(status.refusedBodyBytes + status.droppedExchanges, std::uint64_t(0));
  QCOMPARE(status.queuedBytes, std::uint64_t(0));
  const std::string wrong = difference(history, schedule.exchanges());
  QVERIFY2(wrong.empty(), wrong.c_str());
  QCOMPARE(integrityOf(history.folder.path()), std::string("ok"));
  // A connection may be opened again once its end is committed, and then its id is found to be taken: that is all
  // that can differ.
  QVERIFY(status.ignoredRecords <= schedule.ignored());
  QVERIFY(status.ignoredRecords + 10'000 > schedule.ignored());
}
