#include "core/store/filter_functions.h"

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

struct Fixture {
  TempFolder folder;
  SearchedBody body = [](StoredBody stored, std::string_view head, bool decoded) {
    return "body " + std::to_string(stored.key.exchange.value) +
           (stored.key.direction == capture::Direction::Request ? " sent " : " got ") + std::string(head) + (decoded ? " decoded " : " ") +
           std::to_string(int(stored.place)) + " " + std::to_string(stored.bytes) + " " + stored.besideHeads;
  };
  SqlConnection sql = open();

  SqlConnection open() {
    writeFile(folder / "any.db", "");
    auto connection = std::move(*SqlConnection::open(folder / "any.db", Access::ReadWrite));
    if (!addFilterFunctions(connection, body)) std::abort();
    return connection;
  }
  // What the expression gives with the pattern as ?1.
  std::int64_t ask(const std::string& expression, std::string_view pattern) {
    const auto compiled = filter::Pattern::create(pattern);
    auto statement = sql.prepare(("SELECT " + expression).c_str());
    if (!statement) return -1;
    bindPattern(*statement, 1, *compiled);
    const auto row = statement->step();
    return row && *row ? statement->integer(0) : -1;
  }
};

}  // namespace

SLUICE_TEST(answersWhetherAPatternIsFound) {
  Fixture f;
  QCOMPARE(f.ask("found(?1, 'xAby')", "ab"), std::int64_t(1));
  QCOMPARE(f.ask("found(?1, x'00ff6162')", "ab"), std::int64_t(1));
  QCOMPARE(f.ask("found(?1, 'xy')", "ab"), std::int64_t(0));
  QCOMPARE(f.ask("found(?1, NULL)", "ab"), std::int64_t(0));
  QCOMPARE(f.ask("head_found(?1, x'610d0a620d0a')", "^a$"), std::int64_t(1));
  QCOMPARE(f.ask("body_found(?1, 7, 0, 'head', 0, 1, 9, x'6162')", "^body 7 sent head 1 9 ab$"), std::int64_t(1));
  QCOMPARE(f.ask("body_found(?1, 7, 1, 'head', 1, 2, 9, NULL)", "^body 7 got head decoded 2 9 $"), std::int64_t(1));
  QCOMPARE(f.ask("body_found(?1, 7, 1, 'head', 0, 1, 9, x'6162')", "sent"), std::int64_t(0));
  QCOMPARE(f.ask("error_found(?1, 1, 2, 0, 'example.test:80')", "refused"), std::int64_t(1));
}

SLUICE_TEST(takesNothingForAPatternThatIsNone) {
  Fixture f;
  QCOMPARE(f.sql.integer("SELECT found(5, 'x')").value(), std::int64_t(0));
  QCOMPARE(f.sql.integer("SELECT found('x', 'x')").value(), std::int64_t(0));
}

// A hostile file could hide calls of them in an index or a view.
SLUICE_TEST(keepsItsFunctionsFromSchemas) {
  Fixture f;
  QVERIFY(!f.sql.run("CREATE TABLE t (a, b AS (body_found(1, a, 0, a, 0, 1, 1, a))); INSERT INTO t VALUES (1); SELECT b FROM t"));
}
