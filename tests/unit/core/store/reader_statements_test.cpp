#include "core/store/reader_statements.h"

#include "core/filter/parser.h"
#include "core/store/filter_functions.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// How SQLite goes about a statement, a step a line.
std::string planOf(const char* filter, Sql which) {
  History history;
  if (!history.start()) return "cannot start";
  auto sql = std::move(*SqlConnection::open(history.folder / "history.db", Access::ReadOnly));
  const SearchedBody noBody = [](ExchangeId, capture::Direction) { return std::string(); };
  if (!addFilterFunctions(sql, noBody)) return "no functions";
  const auto compiled = compileFilter(*filter::parse(filter));
  const auto texts = readerStatements(*compiled, false);
  auto explain = sql.prepare(("EXPLAIN QUERY PLAN " + texts[std::size_t(which)]).c_str());
  if (!explain) return describe(explain.error());
  std::string plan;
  (void)explain->each([&] { return plan += explain->text(3) + "\n", true; });
  return plan;
}

}  // namespace

SLUICE_TEST(pagesNeedNoSorting) {
  const char* filters[] = {"", "host=a.test", "host=a.test status=404", "host=a.test status>=400", "method=POST", "status=404"};
  for (const char* filter : filters) {
    for (const Sql which : {Sql::Ids, Sql::RowsFrom, Sql::RowsBefore, Sql::NextId, Sql::NewestId}) {
      const std::string plan = planOf(filter, which);
      const bool sorts = plan.find("TEMP B-TREE") != std::string::npos;
      QVERIFY2(!sorts && plan.find("exchange") != std::string::npos, (std::string(filter) + ":\n" + plan).c_str());
    }
  }
}

SLUICE_TEST(aHostAndItsStatusesComeFromTheIndexAlone) {
  const std::string plan = planOf("host=a.test status>=400", Sql::Ids);
  QVERIFY2(plan.find("COVERING INDEX exchange_host") != std::string::npos, plan.c_str());
}

SLUICE_TEST(narrowsToCandidates) {
  QVERIFY(exchangesFrom(true).find("candidate") != std::string::npos);
  QVERIFY(exchangesFrom(false).find("candidate") == std::string::npos);
}
