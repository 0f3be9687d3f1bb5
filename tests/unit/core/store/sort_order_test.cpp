#include "core/store/sort_order.h"

#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

struct Fixture {
  History history;
  std::optional<SqlConnection> sql;

  void record(std::string program) {
    VERIFY_OK(history.start());
    auto& recorder = *history.recorder;
    recorder.record(capture::ConnectionOpened{ConnectionId{1}, wall(1), "client", "listener"});
    auto start = started(1, "EXAMPLE.test");
    start.method = "Patch";
    start.path = "/A" + std::string(100, 'b');
    recorder.record(std::move(start));
    recorder.record(capture::ClientIdentified{ConnectionId{1}, ExchangeId{1}, 7, std::move(program)});
    recorder.record(responded(1, 404));
    recorder.record(ended(1, 321));
    recorder.flush();
    sql = std::move(*SqlConnection::open(history.folder / "history.db", Access::ReadOnly));
  }
  SortKey key(SortColumn column) {
    auto select = sql->prepare(("SELECT " + std::string(sortKeySql(column)) + " FROM exchange").c_str());
    return select && select->step().value_or(false) ? readSortKey(*select, 0, column) : SortKey{-1, "none"};
  }
};

}  // namespace

SLUICE_TEST(readsTheValueOfEachColumn) {
  Fixture f;
  f.record("/usr/bin/Curl");
  QVERIFY((f.key(SortColumn::State) == SortKey{1, {}}));
  QVERIFY((f.key(SortColumn::Method) == SortKey{0, "patch"}));
  QVERIFY((f.key(SortColumn::Host) == SortKey{0, "example.test"}));
  QVERIFY((f.key(SortColumn::Path) == SortKey{0, "/a" + std::string(58, 'b')}));
  QVERIFY((f.key(SortColumn::Status) == SortKey{404, {}}));
  QVERIFY((f.key(SortColumn::Type) == SortKey{0, "text/plain"}));
  QVERIFY((f.key(SortColumn::Size) == SortKey{321, {}}));
  QVERIFY((f.key(SortColumn::Duration) == SortKey{500, {}}));
  QVERIFY((f.key(SortColumn::Started) == SortKey{1'700'000'000'001'000, {}}));
  QVERIFY((f.key(SortColumn::Program) == SortKey{0, "curl"}));
  QVERIFY((f.key(SortColumn::Profile) == SortKey{0, ""}));
}

SLUICE_TEST(namesProgramsByTheirFile) {
  for (const char* path : {"C:\\Program Files\\Curl.exe", "curl.exe", "/a/b/c/CURL.EXE", "/curl.exe"}) {
    Fixture f;
    f.record(path);
    QCOMPARE(f.key(SortColumn::Program).text, std::string("curl.exe"));
  }
  Fixture f;
  f.record("");
  QCOMPARE(f.key(SortColumn::Program).text, std::string());
}

// It would take hours: each character from the end is looked for among all the others.
SLUICE_TEST(namesAProgramOfAnyLengthAtOnce) {
  Fixture f;
  f.record(std::string(1'000'000, 'b') + std::string(1'000'000, 'a'));
  QCOMPARE(f.key(SortColumn::Program).text, std::string(40, 'a'));
  Fixture folder;
  folder.record("/" + std::string(1'000'000, 'd') + "/curl");
  QCOMPARE(folder.key(SortColumn::Program).text, std::string("curl"));
}

SLUICE_TEST(putsWhatIsEqualInOrderOfId) {
  QVERIFY((SortEntry{{1, {}}, 9} < SortEntry{{2, {}}, 1}));
  QVERIFY((SortEntry{{2, {}}, 1} < SortEntry{{2, {}}, 2}));
  QVERIFY((SortEntry{{0, "a"}, 2} < SortEntry{{0, "b"}, 1}));
}
