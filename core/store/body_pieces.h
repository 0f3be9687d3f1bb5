// A large body of a session, read from its file a piece at a time through a connection of its own. Any thread, one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/store/body_files.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class BodyPieces {
 public:
  // REQUIRES: the file was found sound (ReadableSession), and does not change.
  static Result<BodyPieces> open(const std::filesystem::path& session, BodyKey key);

  // The next one, until the next call; an empty one: there are no more.
  Result<std::string_view> next();

  const std::string& name() const { return sql_.name(); }  // the file, for messages

 private:
  BodyPieces(SqlConnection sql, Statement select) : sql_(std::move(sql)), select_(std::move(select)) {}

  SqlConnection sql_;
  Statement select_;
};

}  // namespace sluice::store
