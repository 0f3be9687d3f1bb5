#include "core/store/sql_statement.h"

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

struct Fixture {
  TempFolder folder;
  SqlConnection sql = open(folder / "any.db");

  static SqlConnection open(const fs::path& file) {
    writeFile(file, "");
    return std::move(*SqlConnection::open(file, Access::ReadWrite));
  }
};

}  // namespace

SLUICE_TEST(bindsEveryKindOfValueAndGivesItBack) {
  using namespace std::string_literals;
  Fixture f;
  VERIFY_OK(f.sql.run("CREATE TABLE t (a, b, c, d, e, f, g, h, i)"));
  auto insert = f.sql.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  VERIFY_OK(insert);
  const std::string text = "a\0\xff"s;
  VERIFY_OK(insert->run(std::int64_t{-5}, UINT64_MAX, true, text, Blob{text}, std::string_view(), Blob{},
                        std::optional<std::int64_t>(), wall(77)));
  auto select = f.sql.prepare("SELECT *, typeof(d), typeof(e), typeof(f), typeof(g) FROM t");
  VERIFY_OK(select);
  select->bind();
  QVERIFY(select->step().value());
  QCOMPARE(select->integer(0), std::int64_t(-5));
  QCOMPARE(select->natural(0), std::uint64_t(0));
  QCOMPARE(select->integer(1), std::numeric_limits<std::int64_t>::max());
  QCOMPARE(select->integer(2), std::int64_t(1));
  QVERIFY(select->text(3) == text);
  QVERIFY(select->view(4) == text);
  QVERIFY(!select->isNull(5) && select->text(5).empty());
  QVERIFY(!select->isNull(6) && select->text(6).empty());
  QVERIFY(select->isNull(7));
  QCOMPARE(select->integer(8), std::int64_t(77));
  QCOMPARE(select->text(9), std::string("text"));
  QCOMPARE(select->text(10), std::string("blob"));
  QCOMPARE(select->text(11), std::string("text"));
  QCOMPARE(select->text(12), std::string("blob"));
  QVERIFY(!select->step().value());
}

SLUICE_TEST(stopsVisitingWhenTheVisitorHasEnough) {
  Fixture f;
  auto select = f.sql.prepare("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
  VERIFY_OK(select);
  for (int round = 0; round < 2; ++round) {
    int sum = 0;
    select->bind();
    VERIFY_OK(select->each([&] {
      sum += int(select->integer(0));
      return sum < 3;
    }));
    QCOMPARE(sum, 3);
  }
}

SLUICE_TEST(canBeUsedAgainAfterAFailure) {
  Fixture f;
  VERIFY_OK(f.sql.run("CREATE TABLE t (a INTEGER PRIMARY KEY)"));
  auto insert = f.sql.prepare("INSERT INTO t VALUES (?1)");
  VERIFY_OK(insert);
  VERIFY_OK(insert->run(1));
  const auto again = insert->run(1);
  QVERIFY(!again);
  QVERIFY(again.error().code == Code::BadArgument);
  VERIFY_OK(insert->run(2));
}

SLUICE_TEST(bindsTheRowOfAnotherDatabase) {
  Fixture from, to;
  VERIFY_OK(from.sql.run("CREATE TABLE t (a, b, c, d); INSERT INTO t VALUES (1, NULL, 'te' || char(0) || 'xt', x'00ff')"));
  VERIFY_OK(to.sql.run("CREATE TABLE t (a, b, c, d)"));
  auto select = from.sql.prepare("SELECT * FROM t");
  auto insert = to.sql.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4)");
  VERIFY_OK(insert);
  QCOMPARE(select->columns(), 4);
  select->bind();
  QVERIFY(select->step().value());
  insert->bindRow(*select);
  QVERIFY(!insert->step().value());
  QCOMPARE(to.sql.text("SELECT typeof(a) || typeof(b) || typeof(c) || typeof(d) || a || hex(c) || hex(d) FROM t").value(),
           std::string("integernulltextblob17465007874" "00FF"));
}
