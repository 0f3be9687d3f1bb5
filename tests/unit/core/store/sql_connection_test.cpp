#include "core/store/sql_connection.h"

#include "tests/support/owners_rights.h"
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

std::string soundHeader() {
  std::string header(std::string_view("SQLite format 3\0", 16));
  header.resize(4096, '\0');
  header[18] = header[19] = 2;
  return header;
}

// None: it opens. System: it was changed.
Code openingOf(std::string_view bytes, Access access) {
  TempFolder folder;
  writeFile(folder / "any.db", bytes);
  const auto opened = SqlConnection::open(folder / "any.db", access);
  if (contentsOf(folder / "any.db") != bytes) return Code::System;
  return opened ? Code::None : opened.error().code;
}

}  // namespace

SLUICE_TEST(findsOutFromTheFirstBytesThatAFileIsNoDatabase) {
  for (const Access access : {Access::ReadWrite, Access::ReadOnly, Access::Untouched}) {
    QVERIFY(openingOf("", access) == Code::None);
    QVERIFY(openingOf(soundHeader(), access) == Code::None);
    QVERIFY(openingOf("x", access) == Code::DatabaseDamaged);
    QVERIFY(openingOf(soundHeader().substr(0, 99), access) == Code::DatabaseDamaged);
    for (const std::size_t at : {0, 15, 18}) {
      std::string header = soundHeader();
      header[at] = 7;
      QVERIFY(openingOf(header, access) == Code::DatabaseDamaged);
    }
  }
}

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

SLUICE_TEST(makesFilesForTheirOwnerOnly) {
  TempFolder folder;
  const fs::path file = folder / "new.db";
  VERIFY_OK(SqlConnection::create(file));
  QCOMPARE(fs::file_size(file), std::uintmax_t(0));
  QVERIFY(fs::status(file).permissions() == sluice::test::rightsOfAnOwnersFile(folder.path()));
  writeFile(file, "stays");
  VERIFY_OK(SqlConnection::create(file));
  QCOMPARE(contentsOf(file), std::string("stays"));
  QVERIFY(!SqlConnection::create(folder / "none" / "new.db"));
}

SLUICE_TEST(leavesAFileUntouchedWhateverItsNameIs) {
  TempFolder folder;
  for (const char8_t* name : {u8"plain.db", u8"100% #1&mode=rwc;x.db", u8"\u00e9 b.db", u8"100% #1?mode=rwc&x.db"}) {
    const fs::path file = folder.path() / name;
    writeFile(file, "");
    if (!fs::exists(file)) continue;  // Windows knows no question marks in names
    {
      auto sql = SqlConnection::open(file, Access::ReadWrite);
      VERIFY_OK(sql);
      VERIFY_OK(sql->run("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (7)"));
    }
    const std::string before = contentsOf(file);
    auto sql = SqlConnection::open(file, Access::Untouched);
    VERIFY_OK(sql);
    QCOMPARE(sql->integer("SELECT a FROM t").value(), std::int64_t(7));
    QVERIFY(!sql->run("INSERT INTO t VALUES (8)"));
    QCOMPARE(contentsOf(file), before);
    std::size_t files = 0;
    for (const auto& each : fs::directory_iterator(folder.path())) files += each.path().filename().u8string().starts_with(name) ? 1u : 0u;
    QCOMPARE(files, std::size_t(1));
  }
}
