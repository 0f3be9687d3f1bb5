#include "app/cli/table.h"

#include "tests/support/test.h"

using namespace sluice::cli;

SLUICE_TEST(alignsColumnsByCharacters) {
  Table table({{"ID", Table::Align::Right}, {"NAME"}, {"URL"}});
  table.add({"7", "caf\xc3\xa9", "http://a/"});
  table.add({"1234", "x", "b"});
  QCOMPARE(table.text(), std::string("  ID  NAME  URL\n"
                                     "   7  caf\xc3\xa9  http://a/\n"
                                     "1234  x     b\n"));
}

SLUICE_TEST(aTableWithoutRowsIsItsTitles) {
  QCOMPARE(Table({{"ID", Table::Align::Right}, {"URL"}}).text(), std::string("ID  URL\n"));
}
