// The index for searching: DATA_DIR/search.db, three FTS5 tables of trigrams: of URLs, of heads and of decoded bodies. It only
// leaves out what cannot match; what it finds is then looked at itself.
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
#include "core/store/derived.h"
#include "core/store/distinct_grams.h"

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
  // As DerivedIndex.
  static Result<SearchIndex> open(const std::filesystem::path& dataDir, std::uint64_t history);
  static Result<SearchIndex> anew(const std::filesystem::path& dataDir, std::uint64_t history);

  std::uint64_t history() const { return index_.covered().history; }
  // All exchanges that had ended by this version of the history are in it.
  std::uint64_t version() const { return index_.covered().version; }
  std::uint64_t exchanges() const { return index_.covered().exchanges; }
  bool fileIsGone() const { return index_.fileIsGone(); }

  Result<void> begin();
  Result<bool> has(ExchangeId exchange);
  Result<void> add(ExchangeId exchange, const SearchedText& text);
  Result<void> commit(std::uint64_t version) { return index_.commit(version, added_); }
  void rollback() { index_.rollback(); }

 private:
  explicit SearchIndex(DerivedIndex index) : index_(std::move(index)) {}
  static Result<SearchIndex> prepared(Result<DerivedIndex> index);

  DerivedIndex index_;
  DistinctGrams grams_;
  std::optional<Statement> has_;
  std::optional<Statement> addDone_;
  std::optional<Statement> addUrl_;
  std::optional<Statement> addHeads_;
  std::optional<Statement> addBodies_;
  std::uint64_t added_ = 0;  // since begin()
};

// What is asked about pieces of a text.
struct SearchTerm {
  SearchTable table = SearchTable::Urls;
  std::optional<std::vector<std::int64_t>> few;  // all exchanges that may hold them, rising
  std::string expression;                        // else of FTS5: the trigrams that leave out most
};

class SearchLookup {
 public:
  // As DerivedLook.
  static Result<SearchLookup> open(const std::filesystem::path& dataDir, std::uint64_t history);
  Result<std::uint64_t> begin() { return look_.begin(); }
  void end() { look_.end(); }

  // How exchanges in which all of these pieces may be are told from the others: `fewMax` and less are few. REQUIRES: begun; pieces are as
  // Pattern::requiredPieces() gives them, and there is one.
  Result<SearchTerm> term(SearchTable table, const std::vector<std::string>& pieces, std::size_t fewMax);

  // Of the exchanges above `after` and not above `upTo` those that hold the trigrams of a term, rising; nothing: they are more than `max`.
  // Some milliseconds for thirty thousand. REQUIRES: begun; the term has no list.
  Result<std::optional<std::vector<std::int64_t>>> walk(const SearchTerm& term, std::int64_t after, std::int64_t upTo, std::size_t max);

 private:
  explicit SearchLookup(DerivedLook look) : look_(std::move(look)) {}

  DerivedLook look_;
};

// Trigrams of these pieces, each once: all of a short piece, some of a long one.
std::vector<std::string> searchGrams(const std::vector<std::string>& pieces);

}  // namespace sluice::store
