// The index for searching: DATA_DIR/search.db, three FTS5 tables of trigrams: of URLs, of heads and of decoded bodies. It only
// leaves out what cannot match; what it finds is then looked at itself. All in it follows from the history: it is
// made anew whenever it is of another history, of another version of this program, or damaged.
//
// SearchIndex: the one thread that builds it (search_builder.h). SearchLookup: whoever reads, one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/sql_connection.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

std::filesystem::path searchFile(const std::filesystem::path& dataDir);

// URLs apart from heads: what people search for most must not wade through what every head has.
enum class SearchTable : std::uint8_t { Urls, Heads, Bodies };

// Of one exchange, as appendSearchText() makes it.
struct SearchedText {
  std::string url;
  std::string heads;
  std::string bodies;
};

class SearchIndex {
 public:
  // `history`: as in Totals. Errors: NoSpace, AccessDenied, DatabaseBusy, System.
  static Result<SearchIndex> open(const std::filesystem::path& dataDir, std::uint64_t history);
  // Removes what there is and begins a new one.
  static Result<SearchIndex> anew(const std::filesystem::path& dataDir, std::uint64_t history);

  std::uint64_t history() const { return history_; }
  // All exchanges that had ended by this version of the history are in it.
  std::uint64_t version() const { return version_; }
  std::uint64_t exchanges() const { return exchanges_; }
  bool fileIsGone() const { return sql_.fileIsGone(); }

  // Between begin() and commit(), which stores `version`; without a commit() nothing was added.
  Result<void> begin();
  Result<bool> has(ExchangeId exchange);
  Result<void> add(ExchangeId exchange, const SearchedText& text);
  Result<void> commit(std::uint64_t version);
  void rollback();

 private:
  explicit SearchIndex(SqlConnection sql) : sql_(std::move(sql)) {}
  Result<void> create(std::uint64_t history);
  Result<void> prepare();

  SqlConnection sql_;
  std::optional<Statement> has_;
  std::optional<Statement> addDone_;
  std::optional<Statement> addUrl_;
  std::optional<Statement> addHeads_;
  std::optional<Statement> addBodies_;
  std::optional<Statement> update_;
  std::uint64_t history_ = 0;
  std::uint64_t version_ = 0;
  std::uint64_t exchanges_ = 0;
  std::uint64_t added_ = 0;  // since begin()
};

class SearchLookup {
 public:
  // NotFound: there is no index, or it is of another history or version.
  static Result<SearchLookup> open(const std::filesystem::path& dataDir, std::uint64_t history);

  // Begins a look at one state of it, until end(). Its version.
  Result<std::uint64_t> begin();
  void end();

  // Exchanges in which all of these pieces may be, rising; nothing when there are more than `max`: then the index is of no help.
  // REQUIRES: pieces are as Pattern::requiredPieces() gives them, and there is one.
  Result<std::optional<std::vector<std::int64_t>>> find(SearchTable table, const std::vector<std::string>& pieces, std::size_t max);

 private:
  explicit SearchLookup(SqlConnection sql) : sql_(std::move(sql)) {}

  SqlConnection sql_;
};

// Trigrams of these pieces, each once: all of a short piece, some of a long one.
std::vector<std::string> searchGrams(const std::vector<std::string>& pieces);

}  // namespace sluice::store
