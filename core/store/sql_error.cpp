#include "core/store/sql_error.h"

#include <sqlite3.h>

#include <system_error>

namespace sluice::store {
namespace {

bool outOfSpace(const std::error_code& error) {
  return error == std::errc::no_space_on_device || error == std::errc::file_too_large;
}

bool denied(const std::error_code& error) {
  return error == std::errc::permission_denied || error == std::errc::operation_not_permitted ||
         error == std::errc::read_only_file_system;
}

Code codeOf(const std::error_code& error) {
  if (outOfSpace(error)) return Code::NoSpace;
  if (denied(error)) return Code::AccessDenied;
  if (error == std::errc::no_such_file_or_directory) return Code::NotFound;
  if (error == std::errc::not_enough_memory) return Code::OutOfMemory;
  return Code::System;
}

Code codeOf(int sqliteCode, const std::error_code& system) {
  switch (sqliteCode & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::DatabaseDamaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return Code::DatabaseBusy;
    case SQLITE_FULL: return Code::NoSpace;
    case SQLITE_READONLY:
    case SQLITE_PERM: return Code::AccessDenied;
    case SQLITE_NOMEM: return Code::OutOfMemory;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR: return codeOf(system);
    case SQLITE_INTERRUPT: return Code::System;
    default: return Code::BadArgument;  // constraint, mismatch, too big, no such table
  }
}

}  // namespace

Error sqlError(sqlite3* db, int code, const std::string& what) {
  const int primary = code & 0xff;
  const bool fromSystem = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  const int systemCode = db != nullptr && fromSystem ? sqlite3_system_errno(db) : 0;
  const char* message = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  return {codeOf(code, std::error_code(systemCode, std::system_category())), Side::Local, systemCode,
          what + ": " + message};
}

Error fileError(int systemCode, const std::string& what) {
  return {codeOf(std::error_code(systemCode, std::generic_category())), Side::Local, systemCode, what};
}

}  // namespace sluice::store
