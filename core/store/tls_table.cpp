#include "core/store/tls_table.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/limits.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

// In the order of TlsTable::Sql.
constexpr std::array kStatements{
    "INSERT INTO certificate_chain (digest, der) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    "INSERT INTO tls (newest_exchange, version, cipher, protocol, server_name, resumed, note, chain)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
    "UPDATE tls SET newest_exchange = ?2 WHERE id = ?1",
    "SELECT ifnull(min(id), 9223372036854775807) FROM exchange",
    "DELETE FROM tls WHERE id IN (SELECT id FROM tls WHERE newest_exchange < ?1 ORDER BY newest_exchange LIMIT ?2) RETURNING chain",
    "DELETE FROM certificate_chain WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM tls WHERE chain = ?1)",
};

constexpr std::size_t kKnownMax = 1000;

// One exchange has two sides.
constexpr std::size_t kRowsAStep = 2 * limits::kPrunedExchangesAStep;

}  // namespace

Result<TlsTable> TlsTable::create(SqlConnection& sql) {
  TlsTable table;
  table.statements_.reserve(kStatements.size());
  for (const char* text : kStatements) {
    auto statement = sql.prepare(text);
    if (!statement) return fail(statement.error());
    table.statements_.push_back(std::move(*statement));
  }
  return table;
}

Result<std::int64_t> TlsTable::rowOf(const capture::TlsSeen& seen) {
  const FactsOf<std::string_view> facts(seen.serverName, seen.chainDigest, seen.note, seen.version, seen.cipher, seen.protocol,
                                        seen.resumed);
  if (const auto at = known_.find(facts); at != known_.end()) {
    Row& row = at->second;
    row.newest = std::max(row.newest, seen.exchange);
    if (std::exchange(row.noted, false)) seenAgain_.push_back(&row);
    return row.id;
  }
  if (known_.size() >= kKnownMax) {
    if (auto done = noteNewest(); !done) return fail(done.error());
    known_.clear();
  }
  const auto id = insert(seen);
  if (id) known_.emplace(facts, Row{*id, seen.exchange});
  return id;
}

Result<std::int64_t> TlsTable::insert(const capture::TlsSeen& seen) {
  if (!seen.chain.empty()) {
    if (auto done = statement(Sql::InsertChain).run(seen.chainDigest, Blob{seen.chain}); !done) return fail(done.error());
  }
  std::int64_t id = 0;
  Statement& row = statement(Sql::InsertRow);
  row.bind(seen.exchange, seen.version, seen.cipher, seen.protocol, seen.serverName, seen.resumed, seen.note, seen.chainDigest);
  auto done = row.each([&] {
    id = row.integer(0);
    return true;
  });
  return done ? Result<std::int64_t>(id) : fail(done.error());
}

Result<void> TlsTable::noteNewest() {
  for (Row* row : seenAgain_) {
    if (auto done = statement(Sql::NoteNewest).run(row->id, row->newest); !done) return done;
    row->noted = true;
  }
  seenAgain_.clear();
  return {};
}

void TlsTable::forget() {
  seenAgain_.clear();
  known_.clear();
}

// Exchanges go oldest first, so a row that none of those left has seen was last seen before the oldest of them.
Result<void> TlsTable::prune() {
  ExchangeId oldest;
  Statement& first = statement(Sql::OldestExchange);
  auto done = first.each([&] {
    oldest = ExchangeId{first.natural(0)};
    return true;
  });
  if (!done) return done;
  std::set<std::string> chains;
  Statement& erase = statement(Sql::DeleteRows);
  erase.bind(oldest, kRowsAStep);
  done = erase.each([&] {
    chains.insert(erase.text(0));
    return true;
  });
  if (!done) return done;
  std::erase_if(known_, [oldest](const auto& known) { return known.second.newest < oldest; });
  for (const std::string& chain : chains) {
    if (done = statement(Sql::DeleteChain).run(chain); !done) return done;
  }
  return {};
}

}  // namespace sluice::store
