// Turns a backlog into rows: every INSERT and UPDATE of the history. The recorder's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/annotation.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/store/backlog.h"
#include "core/store/database.h"
#include "core/store/retention.h"
#include "core/store/sql_statement.h"
#include "core/store/tls_table.h"

namespace sluice::store {

class HistoryPruner;

class HistoryWriter {
 public:
  // `database` must outlive the writer. Fails with BadArgument when the tables are not those of our schema.
  static Result<HistoryWriter> create(Database& database);

  // Begins a capture session and marks what an earlier process left running as cut off.
  Result<std::int64_t> beginSession(WallTime now);
  // Goes on with a session of this process after the database was closed and opened again.
  void resumeSession(std::int64_t session) { session_ = session; }
  Result<void> endSession(WallTime now);

  // One transaction. On success the caller tells the backlog; on failure nothing has changed in the database, and
  // the same call may be made again.
  Result<void> write(const Backlog& backlog);

  // Says this of those of the exchanges that are in the history, in one transaction. NotFound: none of them is.
  Result<void> annotate(std::span<const ExchangeId> exchanges, const Annotation& annotation);

  // The newest time that the history has of its recorder: of the end of the last session, or, where it has none, of what it recorded last.
  Result<WallTime> lastTime();
  // The latest time that the clock had passed while the recorder ran for so long, in the newest sessions taken together: when the
  // earliest of them began. Nobody knows how long one lasted that was not ended. 1970: they did not run for so long.
  Result<WallTime> timePassedFor(Micros running);

  // Removes some of the oldest exchanges if the history is past the limits, and gives space back. True: there may be more
  // of either. `sessionAge`: how long at most the session lasts.
  Result<bool> prune(const Retention& retention, WallTime now, Micros sessionAge);

  // As of the last commit.
  struct State {
    std::uint64_t firstVersion = 0;  // tells this history from any other
    std::uint64_t version = 0;
    std::uint64_t exchanges = 0;
    ExchangeId newest;
    std::uint64_t nextExchange = 1;
    std::uint64_t nextConnection = 1;
    std::uint64_t bodyFileBytes = 0;
    std::uint64_t duplicates = 0;  // exchanges and connections left out, their id being taken
  };
  const State& state() const { return state_; }

 private:
  HistoryWriter(Database& database, TlsTable tls) : database_(&database), tls_(std::move(tls)) {}

  // What an exchange says of TLS on one side: the row with the facts, and its own handshake. Nothing of it: none was seen.
  struct SideTls {
    std::optional<std::int64_t> row;
    std::optional<std::int64_t> handshakeUs;
  };
  struct Tls {
    SideTls client;
    SideTls upstream;
  };

  enum class Sql : std::uint8_t;
  template <class... Values>
  Result<void> run(Sql sql, const Values&... values);
  Statement& statement(Sql sql) { return statements_[static_cast<std::size_t>(sql)]; }

  Result<bool> prune(HistoryPruner& pruner, const Retention& retention, WallTime now, Micros sessionAge);
  Result<void> prepare();
  Result<void> readState();
  Result<void> writeAll(const Backlog& backlog);
  void undoFiles(const Backlog& backlog) const;
  Result<void> write(const PendingConnection& connection);
  Result<void> write(const capture::ClientIdentified& client);
  Result<void> write(PendingExchange& exchange);
  Result<void> write(const capture::MessagePassed& message);
  Result<Tls> writeTls(const PendingExchange& exchange);
  enum class Row : std::uint8_t { Written, IdTaken };
  Result<Row> insert(PendingExchange& exchange, const Tls& tls);
  Result<Row> update(const PendingExchange& exchange, const Tls& tls);
  Result<void> insertExchange(const PendingExchange& exchange, const Tls& tls);
  Result<void> updateExchange(const PendingExchange& exchange, const Tls& tls);
  Result<void> writeBody(PendingBody& body, BodyKey key);
  Result<void> writeBodyToFile(PendingBody& body, BodyKey key);
  Result<std::string> takePieces(BodyKey key);
  Result<void> writeState();

  Database* database_;
  std::vector<Statement> statements_;  // by Sql
  State state_;
  State next_;  // what the transaction under way makes of it
  std::int64_t session_ = 0;
  TlsTable tls_;
};

}  // namespace sluice::store
