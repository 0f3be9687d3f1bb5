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
  const SearchedBody noBody = [](const StoredBody&, std::string_view, bool) { return std::string(); };
  if (!addFilterFunctions(sql, noBody)) return "no functions";
  const auto compiled = compileFilter(*filter::parse(filter));
  const auto texts = readerStatements(*compiled);
  auto explain = sql.prepare(("EXPLAIN QUERY PLAN " + texts[std::size_t(which)]).c_str());
  if (!explain) return describe(explain.error());
  std::string plan;
  (void)explain->each([&] { return plan += explain->text(3) + "\n", true; });
  return plan;
}

}  // namespace

SLUICE_TEST(whatHasChangedComesFromItsIndex) {
  for (const char* filter : {"", "host=a.test", "host~a", "header~a | status=404"}) {
    const std::string plan = planOf(filter, Sql::Changes);
    const bool sorts = plan.find("TEMP B-TREE") != std::string::npos;
    QVERIFY2(!sorts && plan.find("INDEX exchange_version (version>?)") != std::string::npos, plan.c_str());
  }
}

// However many hosts there are, one row is as quick as another.
SLUICE_TEST(oneRowIsNotAskedForAllHosts) {
  const std::string plan = planOf("host~a", Sql::Changes);
  QVERIFY2(plan.find("exchange_host") == std::string::npos, plan.c_str());
}
