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
    const ExchangeRow row = readRow(*statement, RowText::Listed);
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

// Whatever an import brought: a list of such rows must not need their memory.
SLUICE_TEST(cutsEndlessTextsInListsOnlyAndBetweenCharacters) {
  History history;
  VERIFY_OK(history.start());
  auto begin = started(1);
  begin.url = "http://a/" + std::string(kListedTextBytesMax - 10, 'x') + "\xe2\x82\xac" + std::string(1000, 'y');
  begin.path = std::string(kListedTextBytesMax, '\x80');  // no characters at all
  begin.method = std::string(kListedTextBytesMax, 'M');
  history.recorder->record(begin);
  history.recorder->flush();
  auto reader = history.reader();
  const auto row = reader.newest(1).value().at(0);
  QCOMPARE(row.url, "http://a/" + std::string(kListedTextBytesMax - 10, 'x') + "…");
  QCOMPARE(row.path, begin.path);
  QCOMPARE(row.method, begin.method);
  const auto details = reader.exchange(ExchangeId{1}).value();
  QCOMPARE(details->row.url, begin.url);
}
