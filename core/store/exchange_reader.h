// All that the history has of one exchange: its details, messages and bodies. The thread of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/body_files.h"
#include "core/store/body_reader.h"
#include "core/store/rows.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

// Where bodies lie that are not in the database.
enum class LargeBodies : std::uint8_t { InFiles, InPieces };  // of a history; of a session, which has all in the database

class ExchangeReader {
 public:
  // `sql` is borrowed. `place`: the data directory, or the file of the session.
  static Result<ExchangeReader> create(SqlConnection& sql, std::filesystem::path place, LargeBodies large);

  // Nothing: there is no such exchange. REQUIRES: a transaction, so that it is one state.
  Result<std::optional<ExchangeDetails>> details(ExchangeId id);

  // Adds those of these ids that exist, in their order.
  Result<void> append(std::span<const ExchangeId> ids, std::vector<ExchangeRow>& rows);

  // As Reader::messages().
  Result<std::vector<MessageRow>> messages(ExchangeId exchange, std::int64_t after, std::size_t limit);

  // As Reader::openBody(). REQUIRES: a transaction.
  Result<BodyReader> body(BodyKey key);

  // The beginning of a body when it is text, decoded unless it was so before it came; nothing when it cannot be read. `head` came with it.
  // Called by SQLite while it looks for rows, so in the state that they belong to.
  std::string searchedBody(StoredBody body, std::string_view head, bool decoded);

  // What people search in, of one exchange that has ended; nothing: it runs, or there is none. REQUIRES: a transaction.
  Result<std::optional<SearchedExchange>> searched(ExchangeId id);

 private:
  enum class Sql : std::uint8_t;
  ExchangeReader(SqlConnection& sql, std::filesystem::path place, LargeBodies large)
      : sql_(&sql), place_(std::move(place)), large_(large) {}

  Statement& statement(Sql sql) { return statements_[static_cast<std::size_t>(sql)]; }
  Result<void> readTls(ExchangeDetails& details);
  Result<BodyReader> open(StoredBody body);
  Result<BodyReader> inPieces(StoredBody body);
  Result<BodyReader> inLargePieces(StoredBody body);
  tl::unexpected<Error> incomplete(BodyKey key) const;

  SqlConnection* sql_;
  std::filesystem::path place_;
  LargeBodies large_;
  std::vector<Statement> statements_;  // by Sql
};

}  // namespace sluice::store
