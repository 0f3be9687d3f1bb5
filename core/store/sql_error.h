// What SQLite's result codes mean to us. Any thread.
#pragma once

#include <string>

#include "core/base/error.h"

struct sqlite3;

namespace sluice::store {

// The error of the last call on `db` (null: opening failed for want of memory), with `what` naming the file.
// `code` is SQLite's extended result code.
//   DatabaseDamaged: the bytes in the file are wrong.   DatabaseBusy: another program holds its lock.
//   NoSpace, AccessDenied, OutOfMemory, System: the machine.   BadArgument: this very statement can never succeed.
Error sqlError(sqlite3* db, int code, const std::string& what);

// Of a failed call of the C or C++ library on a file; `systemCode` is its errno.
Error fileError(int systemCode, const std::string& what);

}  // namespace sluice::store
