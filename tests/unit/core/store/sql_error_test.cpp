#include "core/store/sql_error.h"

#include <sqlite3.h>

#include <cerrno>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::store;

SLUICE_TEST(tellsDamageFromTroubleWithTheMachine) {
  const struct {
    int sqlite;
    Code code;
  } table[] = {
      {SQLITE_CORRUPT, Code::DatabaseDamaged},        {SQLITE_NOTADB, Code::DatabaseDamaged},
      {SQLITE_CORRUPT_INDEX, Code::DatabaseDamaged},  {SQLITE_BUSY, Code::DatabaseBusy},
      {SQLITE_BUSY_RECOVERY, Code::DatabaseBusy},     {SQLITE_LOCKED, Code::DatabaseBusy},
      {SQLITE_FULL, Code::NoSpace},                   {SQLITE_READONLY, Code::AccessDenied},
      {SQLITE_READONLY_DBMOVED, Code::AccessDenied},  {SQLITE_NOMEM, Code::OutOfMemory},
      {SQLITE_IOERR_SHORT_READ, Code::System},        {SQLITE_IOERR_WRITE, Code::System},
      {SQLITE_CANTOPEN, Code::System},                {SQLITE_CONSTRAINT_UNIQUE, Code::BadArgument},
      {SQLITE_ERROR, Code::BadArgument},              {SQLITE_TOOBIG, Code::BadArgument},
  };
  for (const auto& row : table) {
    const Error error = sqlError(nullptr, row.sqlite, "history.db");
    QVERIFY2(error.code == row.code, sqlite3_errstr(row.sqlite));
    QVERIFY(error.side == Side::Local);
    QVERIFY(error.detail.rfind("history.db: ", 0) == 0);
  }
}

SLUICE_TEST(knowsTheUsualReasonsOfAFileThatFails) {
  QVERIFY(fileError(ENOSPC, "f").code == Code::NoSpace);
  QVERIFY(fileError(EFBIG, "f").code == Code::NoSpace);
  QVERIFY(fileError(EACCES, "f").code == Code::AccessDenied);
  QVERIFY(fileError(EROFS, "f").code == Code::AccessDenied);
  QVERIFY(fileError(ENOENT, "f").code == Code::NotFound);
  QVERIFY(fileError(ENOMEM, "f").code == Code::OutOfMemory);
  QVERIFY(fileError(EIO, "f").code == Code::System);
  QCOMPARE(fileError(EIO, "f").systemCode, EIO);
}
