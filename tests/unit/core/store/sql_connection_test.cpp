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

SLUICE_TEST(trustsNothingInADatabase) {
  Fixture f;
  QCOMPARE(f.sql.integer("PRAGMA trusted_schema").value(), std::int64_t(0));
  QCOMPARE(f.sql.integer("PRAGMA cell_size_check").value(), std::int64_t(1));
  QCOMPARE(f.sql.integer("PRAGMA foreign_keys").value(), std::int64_t(1));
  VERIFY_OK(f.sql.run("CREATE TABLE t (a)"));
  QVERIFY(!f.sql.run("SELECT load_extension('evil')"));
  QVERIFY(!f.sql.run("ATTACH 'other.db' AS other"));
  QVERIFY(!f.sql.run("UPDATE sqlite_schema SET sql = ''"));
  QVERIFY(!f.sql.run("SELECT \"no such column\" FROM t"));
  VERIFY_OK(f.sql.run("CREATE TRIGGER evil AFTER INSERT ON t BEGIN DELETE FROM t; END"));
  VERIFY_OK(f.sql.run("INSERT INTO t VALUES (1)"));
  QCOMPARE(f.sql.integer("SELECT count(*) FROM t").value(), std::int64_t(1));
}

SLUICE_TEST(namesTheFileInEveryError) {
  TempFolder folder;
  const auto missing = SqlConnection::open(folder / "missing.db", Access::ReadWrite);
  QVERIFY(!missing);
  QVERIFY(missing.error().code == Code::NotFound);
  QVERIFY(missing.error().detail.find("missing.db") != std::string::npos);
  QVERIFY(!fs::exists(folder / "missing.db"));
  Fixture f;
  const auto wrong = f.sql.run("nonsense");
  QVERIFY(!wrong);
  QVERIFY(wrong.error().detail.find("any.db") != std::string::npos);
}

SLUICE_TEST(opensFilesWhoseNamesAreNotAscii) {
  TempFolder folder;
  const fs::path file = folder.path() / fs::path(u8"h\u00e4st\u00f6ry \u65e5\u672c.db");
  writeFile(file, "");
  auto sql = SqlConnection::open(file, Access::ReadWrite);
  VERIFY_OK(sql);
  VERIFY_OK(sql->run("CREATE TABLE t (a)"));
  QVERIFY(fs::file_size(file) > 0);
}

SLUICE_TEST(rollsBackATransactionThatIsNotCommitted) {
  Fixture f;
  VERIFY_OK(f.sql.run("CREATE TABLE t (a)"));
  {
    auto transaction = Transaction::begin(f.sql, Transaction::Kind::Write);
    VERIFY_OK(transaction);
    VERIFY_OK(f.sql.run("INSERT INTO t VALUES (1)"));
    QVERIFY(f.sql.inTransaction());
  }
  QVERIFY(!f.sql.inTransaction());
  QCOMPARE(f.sql.integer("SELECT count(*) FROM t").value(), std::int64_t(0));
  auto transaction = Transaction::begin(f.sql, Transaction::Kind::Write);
  VERIFY_OK(f.sql.run("INSERT INTO t VALUES (1)"));
  VERIFY_OK(transaction->commit());
  QCOMPARE(f.sql.integer("SELECT count(*) FROM t").value(), std::int64_t(1));
}
