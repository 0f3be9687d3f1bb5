#include "core/store/row_columns.h"

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

// A damaged file can hold any number and any kind of value in any column.
SLUICE_TEST(makesSomethingOfAnyValueInAnyColumn) {
  TempFolder folder;
  writeFile(folder / "any.db", "");
  auto sql = SqlConnection::open(folder / "any.db", Access::ReadWrite);
  VERIFY_OK(sql);
  const char* values[] = {"NULL", "-1", "9223372036854775807", "-9223372036854775808", "1e300", "'text'", "x'ff00'", "''"};
  const std::string columns(kRowColumns);
  const auto count = 1 + std::count(columns.begin(), columns.end(), ',');
  for (const char* value : values) {
    std::string select = "SELECT ";
    for (auto column = count; column > 0; --column) select.append(value).append(column > 1 ? ", " : "");
    auto statement = sql->prepare(select.c_str());
    VERIFY_OK(statement);
    statement->bind();
    QVERIFY(statement->step().value());
    const ExchangeRow row = readRow(*statement);
    QVERIFY(row.kind == capture::Kind::Http || row.kind == capture::Kind::Tunnel);
    QVERIFY(!name(row.state).empty() && name(row.state) != "unknown");
    QVERIFY(name(row.error.side) != "unknown");
    QVERIFY(row.status >= std::numeric_limits<int>::min());
  }
}

SLUICE_TEST(readsAbsentPhasesAsNotHappened) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  auto end = ended(1);
  end.phases = {.resolvedUs = -1, .connectedUs = 0, .requestSentUs = -1, .responseHeadUs = -1, .finishedUs = 7};
  history.recorder->record(end);
  history.recorder->flush();
  const auto row = history.reader().newest(1).value().at(0);
  QCOMPARE(row.phases.resolvedUs, -1);
  QCOMPARE(row.phases.connectedUs, 0);
  QCOMPARE(row.phases.requestSentUs, -1);
  QCOMPARE(row.phases.finishedUs, 7);
}
