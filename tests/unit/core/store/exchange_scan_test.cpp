// What a question costs, in steps of SQLite's machine: a piece of an answer must not cost more where the history is longer.
#include "core/store/exchange_scan.h"

#include <algorithm>
#include <functional>

#include "core/filter/parser.h"
#include "core/store/search_builder.h"
#include "core/store/session_file.h"
#include "core/store/sort_builder.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/filled_history.h"
#include "tests/unit/core/store/fixture.h"
#include "tests/unit/core/store/step_counter.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

constexpr const char* kFilters[] = {
    "", "status=404", "host=h7.test", "host~h7", "host~.", "host~h7 | method=POST", "path~none", "header~none", "~b none.here",
    "!(host~h)", "id>100 path~none", "duration>99s"};
constexpr auto kNoTime = std::chrono::milliseconds(0);
constexpr int kAskedMax = 300;  // where heads or bodies are read, a piece is a row
constexpr std::uint64_t kShort = 9'000;   // rows: a piece and a bit
constexpr std::uint64_t kLong = 18'000;

enum class Indexes { None, Whole, Behind };

struct Fixture {
  StepCounter counter;
  TempFolder folder;

  Fixture(std::uint64_t rows, Indexes indexes) {
    Database database = std::move(*Database::open(folder.path(), wall(0)));
    if (!fillHistory(database, indexes == Indexes::Behind ? 100 : rows)) std::abort();
    if (indexes != Indexes::None) build();
    if (indexes == Indexes::Behind && !fillHistory(database, rows)) std::abort();
  }
  void build() {
    SearchBuilder search(folder.path());
    while (search.step().value_or(false)) {
    }
    SortBuilder order(folder.path());
    while (order.step().value_or(false)) {
    }
  }

  // Asks until there is no more, or often enough, and tells the most that one question took.
  std::uint64_t most(const std::function<bool()>& ask) {
    std::uint64_t most = 0;
    bool more = true;
    for (int asked = 0; more && asked < kAskedMax; ++asked) {
      const std::uint64_t before = counter.steps();
      more = ask();
      most = std::max(most, counter.steps() - before);
    }
    return most;
  }

  // Without any time, so one piece a question.
  std::uint64_t mostOf(Reader& reader, const char* filter) {
    std::uint64_t all = most([&] { return !reader.show(*filter::parse(filter)); });
    ExchangeId after;
    all = std::max(all, most([&] {
      const auto page = reader.ids(after, SIZE_MAX, kNoTime).value();
      after = page.upTo;
      return page.more;
    }));
    std::optional<SortEntry> upTo;
    all = std::max(all, most([&] {
      const auto page = reader.sorted({SortColumn::Path, true}, upTo, 10'000, kNoTime).value();
      upTo = page.upTo;
      return page.more;
    }));
    std::uint64_t version = 0;
    return std::max(all, most([&] {
      const auto changes = reader.changesSince(version, 1000, kNoTime).value();
      version = changes.version;
      return changes.more;
    }));
  }
};

using Open = Reader (*)(Fixture&);

Reader openHistory(Fixture& f) { return std::move(*Reader::open(f.folder.path())); }

Reader openSession(Fixture& f) {
  if (!saveSession(f.folder.path(), {}, f.folder / "a.sluice")) std::abort();
  return std::move(*Reader::openSession(f.folder / "a.sluice"));
}

Reader openManyHosts(Fixture& f) {
  auto sql = std::move(*SqlConnection::open(f.folder / "history.db", Access::ReadWrite));
  if (!sql.run("UPDATE exchange SET host = 'h' || id || '.test'")) std::abort();
  return openHistory(f);
}

// Of each of the filters.
std::vector<std::uint64_t> costs(std::uint64_t rows, Indexes indexes, Open open) {
  Fixture f(rows, indexes);
  auto reader = open(f);
  std::vector<std::uint64_t> all;
  for (const char* filter : kFilters) {
    if (!reader.show({})) std::abort();
    all.push_back(f.mostOf(reader, filter));
  }
  return all;
}

std::string told(const char* filter, std::uint64_t few, std::uint64_t many) {
  return "\"" + std::string(filter) + "\": " + std::to_string(few) + " steps, and " + std::to_string(many) + " ";
}

}  // namespace

SLUICE_TEST(noQuestionCostsMoreInALongerHistory) {
  for (const Indexes indexes : {Indexes::None, Indexes::Whole}) {
    const auto few = costs(kShort, indexes, openHistory), many = costs(kLong, indexes, openHistory);
    for (std::size_t i = 0; i < std::size(kFilters); ++i) {
      QVERIFY2(few[i] > 0 && many[i] <= few[i] * 3 / 2, (told(kFilters[i], few[i], many[i]) + std::to_string(int(indexes))).c_str());
    }
  }
}

// What an index does not have yet is read at once, up to twenty thousand.
SLUICE_TEST(anIndexThatIsBehindCostsLittle) {
  for (const std::uint64_t steps : costs(kLong, Indexes::Behind, openHistory)) QVERIFY2(steps < 400'000, std::to_string(steps).c_str());
}

SLUICE_TEST(noQuestionCostsMoreInALongerSessionFile) {
  const auto few = costs(kShort, Indexes::None, openSession), many = costs(kLong, Indexes::None, openSession);
  for (std::size_t i = 0; i < std::size(kFilters); ++i) {
    QVERIFY2(many[i] <= few[i] * 3 / 2, told(kFilters[i], few[i], many[i]).c_str());
  }
}

// As many hosts as exchanges: none of them may be asked for all.
SLUICE_TEST(noQuestionCostsMoreForManyHosts) {
  const auto few = costs(kShort, Indexes::Whole, openManyHosts), many = costs(kLong, Indexes::Whole, openManyHosts);
  for (std::size_t i = 0; i < std::size(kFilters); ++i) {
    QVERIFY2(many[i] <= few[i] * 3 / 2, told(kFilters[i], few[i], many[i]).c_str());
  }
}

// All of a history, page after page from either end, costs a few steps a row, whatever the filter.
SLUICE_TEST(aWholeListCostsNoMoreThanItsRows) {
  constexpr std::uint64_t kRows = 20'000;
  Fixture f(kRows, Indexes::Whole);
  auto reader = std::move(*Reader::open(f.folder.path()));
  for (const char* filter : {"", "host~.", "host~h7", "path~none", "header~none", "!(status=404)"}) {
    VERIFY_OK(reader.show(*filter::parse(filter)));
    const std::uint64_t before = f.counter.steps();
    std::vector<ExchangeId> up, down;
    for (ExchangeId from{1};;) {
      const auto rows = reader.from(from, 500).value();
      if (rows.empty()) break;
      for (const auto& row : rows) up.push_back(row.id);
      from = ExchangeId{rows.back().id.value + 1};
    }
    for (ExchangeId end{INT64_MAX};;) {
      const auto rows = reader.before(end, 500).value();
      if (rows.empty()) break;
      for (auto row = rows.rbegin(); row != rows.rend(); ++row) down.push_back(row->id);
      end = rows.front().id;
    }
    QVERIFY(std::equal(up.begin(), up.end(), down.rbegin(), down.rend()));
    const std::uint64_t steps = f.counter.steps() - before;
    QVERIFY2(steps < 600 * kRows, (std::string(filter) + ": " + std::to_string(steps)).c_str());
  }
}

namespace {

constexpr std::uint64_t kRows = 2000;

// What a whole list costs, in which so many are to be; else more than anybody allows.
std::uint64_t statementsOf(Fixture& f, const char* filter, std::size_t found) {
  auto reader = std::move(*Reader::open(f.folder.path()));
  if (!reader.show(*filter::parse(filter))) std::abort();
  const std::uint64_t before = f.counter.statements();
  const auto ids = reader.ids(ExchangeId{}, SIZE_MAX).value().ids;
  return ids.size() == found ? f.counter.statements() - before : UINT64_MAX;
}

void moveBodiesIntoPieces(Fixture& f) {
  auto sql = SqlConnection::open(f.folder / "history.db", Access::ReadWrite);
  VERIFY_OK(sql->run("INSERT INTO body_piece (exchange, direction, bytes) SELECT exchange, 1, response_body FROM head;"
                     "UPDATE head SET response_body = x''"));
}

}  // namespace

// Most bodies lie beside the heads of their exchange: whoever looks into them asks for both at once. What has none is not asked for.
SLUICE_TEST(aBodyBesideItsHeadsIsReadWithTheRow) {
  Fixture f(kRows, Indexes::None);
  for (const char* filter : {"~b ell.", "~bs hello", "~b hello | ~h none", "!(~bq hello)"}) {
    const std::uint64_t statements = statementsOf(f, filter, kRows);
    QVERIFY2(statements < 100, (std::string(filter) + ": " + std::to_string(statements)).c_str());
  }
}

// Each body is one statement, and none is looked into where the row alone decides: neither without an index, nor of what that leaves.
SLUICE_TEST(noBodyIsReadWhereTheRowDecides) {
  for (const Indexes indexes : {Indexes::None, Indexes::Whole}) {
    Fixture f(kRows, indexes);
    moveBodiesIntoPieces(f);
    const std::uint64_t all = statementsOf(f, "~b hello", kRows), some = statementsOf(f, "~b hello status=404", kRows / 20);
    const std::uint64_t either = statementsOf(f, "~b hello | status=200", kRows);
    const std::uint64_t rows = indexes == Indexes::Whole ? kRows : 0;  // what the index leaves is asked for one by one
    const std::string told = std::to_string(all) + ", " + std::to_string(some) + ", " + std::to_string(either);
    QVERIFY2(all < 2 * kRows + rows + 100 && some < kRows / 10 + rows + 100 && either < kRows / 10 + 100, told.c_str());
  }
}
