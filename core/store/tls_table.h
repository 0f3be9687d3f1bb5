// The table `tls`: each combination of facts that exchanges saw of TLS, once, whatever number of them saw it. The recorder's thread.
//
// Limits: remembers 1000 combinations; one that it has forgotten gets a second row.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/capture/records.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

class SqlConnection;

class TlsTable {
 public:
  // `sql` must outlive the table. Fails with BadArgument when the tables are not those of our schema.
  static Result<TlsTable> create(SqlConnection& sql);

  // The row that says what was seen, made if there is none. REQUIRES: a transaction.
  Result<std::int64_t> rowOf(const capture::TlsSeen& seen);
  // Says of each row that was asked for which exchange is the newest that saw it. REQUIRES: the same transaction, which commits next.
  Result<void> noteNewest();
  // That transaction did not commit, so what it made is not there.
  void forget();

  // Removes rows, and chains of certificates, that no exchange of the history has seen. REQUIRES: a transaction.
  Result<void> prune();

 private:
  // Server name, chain, note, version, cipher, protocol; the likeliest to differ first.
  template <class Text>
  using FactsOf = std::tuple<Text, Text, Text, Text, Text, Text, bool>;
  struct Row {
    std::int64_t id = 0;
    ExchangeId newest;
    bool noted = true;  // in the database
  };
  using Known = std::map<FactsOf<std::string>, Row, std::less<>>;
  enum class Sql : std::uint8_t { InsertChain, InsertRow, NoteNewest, OldestExchange, DeleteRows, DeleteChain };

  TlsTable() = default;
  Statement& statement(Sql sql) { return statements_[static_cast<std::size_t>(sql)]; }
  Result<std::int64_t> insert(const capture::TlsSeen& seen);

  std::vector<Statement> statements_;  // by Sql
  Known known_;
  std::vector<Row*> seenAgain_;  // of known_, by the transaction under way
};

}  // namespace sluice::store
