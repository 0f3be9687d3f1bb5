#include "core/store/search_index.h"

#include <algorithm>
#include <limits>
#include <iterator>
#include <utility>

#include "core/base/limits.h"
#include "core/store/history_files.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSearchVersion = 4;  // raised by whoever changes the tables or what is put into them
constexpr std::size_t kGramBytes = 3;
constexpr std::size_t kGramsAPiece = 24;    // more leave out next to nothing, and each costs a look at its list
constexpr std::size_t kGramsMax = 40;
constexpr std::size_t kRareRows = 500;      // a shorter list is read whole, and what it names is looked at without further ado
constexpr std::size_t kGramsAlone = 3;      // of common ones that are read whole, if none has too many
constexpr std::size_t kGramsTogether = 6;   // of common ones: more leave out next to nothing, and all of a list is walked through

// A table of trigrams as DistinctGrams gives them: a token is what stands between two line ends. Contentless and without positions: an
// entry costs about a byte. Segments are merged by eight rather than by four: merging took more time than all else, and a look at one
// trigram costs little in any of them. Only a little at a time: a crisis would merge all of them in one step, for seconds. The hash holds
// what a step adds.
std::string gramTable(const std::string& name) {
  const auto set = [&](const std::string& option, int value) {
    return "INSERT INTO " + name + " (" + name + ", rank) VALUES ('" + option + "', " + std::to_string(value) + ");";
  };
  return "CREATE VIRTUAL TABLE " + name + " USING fts5(text, content='', detail=none, columnsize=0,"
         R"( tokenize="ascii tokenchars ' !""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'");)" +
         set("automerge", 8) + set("crisismerge", 64) + set("hashsize", static_cast<int>(16 * limits::kMiB));
}

// `done` says what is in, since an exchange must not be added twice.
std::string tables() {
  return "CREATE TABLE done (exchange INTEGER PRIMARY KEY) STRICT;" + gramTable("url_text") + gramTable("head_text") +
         gramTable("body_text");
}

DerivedKind kindIn(const fs::path& dataDir) { return {searchFile(dataDir), kSearchVersion, tables()}; }

using Ids = std::vector<std::int64_t>;

// A trigram whose list is long.
struct Common {
  std::int64_t reaches = 0;  // the exchange at which its first kRareRows end
  std::string expression;
};

const char* selectOf(SearchTable table) {
  switch (table) {
    case SearchTable::Urls: return "SELECT rowid FROM url_text WHERE url_text MATCH ?1 AND rowid > ?2 AND rowid <= ?3 ORDER BY rowid";
    case SearchTable::Heads: return "SELECT rowid FROM head_text WHERE head_text MATCH ?1 AND rowid > ?2 AND rowid <= ?3 ORDER BY rowid";
    case SearchTable::Bodies: break;
  }
  return "SELECT rowid FROM body_text WHERE body_text MATCH ?1 AND rowid > ?2 AND rowid <= ?3 ORDER BY rowid";
}

std::string quoted(const std::string& gram) {
  std::string expression = "\"";
  for (const char c : gram) expression.append(c == '"' ? 2 : 1, c);
  return expression + '"';
}

// Of those above `after` and not above `upTo`.
Result<Ids> read(Statement& select, const std::string& expression, std::size_t limit, std::int64_t after = 0,
                 std::int64_t upTo = std::numeric_limits<std::int64_t>::max()) {
  Ids ids;
  select.bind(expression, after, upTo);
  auto done = select.each([&] {
    ids.push_back(select.integer(0));
    return ids.size() < limit;
  });
  if (!done) return fail(done.error());
  return ids;
}

Ids inBoth(const Ids& a, const Ids& b) {
  Ids both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

// What each of the rarest has, where that is no more than `max`; nothing: they all have more.
Result<std::optional<Ids>> readAlone(Statement& select, const std::vector<Common>& rarestFirst, std::size_t max) {
  std::optional<Ids> found;
  for (std::size_t i = 0; i < std::min(rarestFirst.size(), kGramsAlone); ++i) {
    auto ids = read(select, rarestFirst[i].expression, max + 1);
    if (!ids) return fail(ids.error());
    if (ids->size() > max) break;
    found = found ? inBoth(*found, *ids) : std::move(*ids);
  }
  return found;
}

// The rarest, side by side.
std::string together(const std::vector<Common>& rarestFirst) {
  std::string expression;
  for (std::size_t i = 0; i < std::min(rarestFirst.size(), kGramsTogether); ++i) {
    expression += (i == 0 ? "" : " AND ") + rarestFirst[i].expression;
  }
  return expression;
}

}  // namespace

fs::path searchFile(const fs::path& dataDir) { return derivedFile(dataDir, "search"); }

Result<SearchIndex> SearchIndex::open(const fs::path& dataDir, std::uint64_t history) {
  return prepared(DerivedIndex::open(kindIn(dataDir), history));
}

Result<SearchIndex> SearchIndex::anew(const fs::path& dataDir, std::uint64_t history) {
  return prepared(DerivedIndex::anew(kindIn(dataDir), history));
}

Result<SearchIndex> SearchIndex::prepared(Result<DerivedIndex> index) {
  if (!index) return fail(index.error());
  SearchIndex made(std::move(*index));
  const std::pair<std::optional<Statement>*, const char*> statements[] = {
      {&made.has_, "SELECT 1 FROM done WHERE exchange = ?1"},
      {&made.addDone_, "INSERT INTO done VALUES (?1)"},
      {&made.addUrl_, "INSERT INTO url_text (rowid, text) VALUES (?1, ?2)"},
      {&made.addHeads_, "INSERT INTO head_text (rowid, text) VALUES (?1, ?2)"},
      {&made.addBodies_, "INSERT INTO body_text (rowid, text) VALUES (?1, ?2)"},
  };
  for (const auto& [into, text] : statements) {
    if (auto done = made.index_.prepare(*into, text); !done) return fail(done.error());
  }
  return made;
}

Result<void> SearchIndex::begin() {
  added_ = 0;
  return index_.begin();
}

Result<bool> SearchIndex::has(ExchangeId exchange) {
  bool found = false;
  has_->bind(exchange);
  auto done = has_->each([&] { return found = true; });
  if (!done) return fail(done.error());
  return found;
}

Result<void> SearchIndex::add(ExchangeId exchange, const SearchedText& text) {
  if (auto done = addDone_->run(exchange); !done) return done;
  if (auto done = addUrl_->run(exchange, grams_.of(text.url)); !done) return done;
  if (auto done = addHeads_->run(exchange, grams_.of(text.heads)); !done) return done;
  ++added_;
  return text.bodies.empty() ? Result<void>{} : addBodies_->run(exchange, grams_.of(text.bodies));
}

Result<SearchLookup> SearchLookup::open(const fs::path& dataDir, std::uint64_t history) {
  auto look = DerivedLook::open(kindIn(dataDir), history);
  if (!look) return fail(look.error());
  return SearchLookup(std::move(*look));
}

// Lists are read whole only where that is little: one rare trigram leaves out more than many common ones, and where all are common the
// rarest are taken. How rare is told by how far the beginning of a list reaches.
Result<SearchTerm> SearchLookup::term(SearchTable table, const std::vector<std::string>& pieces, std::size_t fewMax) {
  auto select = look_.sql().prepare(selectOf(table));
  if (!select) return fail(select.error());
  SearchTerm term{table, {}, {}};
  std::vector<Common> common;
  for (const std::string& gram : searchGrams(pieces)) {
    std::string expression = quoted(gram);
    auto beginning = read(*select, expression, kRareRows);
    if (!beginning) return fail(beginning.error());
    if (beginning->size() == kRareRows) {
      common.push_back({beginning->back(), std::move(expression)});
      continue;
    }
    term.few = term.few ? inBoth(*term.few, *beginning) : std::move(*beginning);
    if (term.few->empty()) return term;
  }
  if (term.few) return term;
  std::stable_sort(common.begin(), common.end(), [](const Common& a, const Common& b) { return a.reaches > b.reaches; });
  auto all = readAlone(*select, common, fewMax);
  if (!all) return fail(all.error());
  term.few = std::move(*all);
  if (!term.few) term.expression = together(common);
  return term;
}

Result<std::optional<std::vector<std::int64_t>>> SearchLookup::walk(const SearchTerm& term, std::int64_t after, std::int64_t upTo,
                                                                    std::size_t max) {
  auto select = look_.sql().prepare(selectOf(term.table));
  if (!select) return fail(select.error());
  auto found = read(*select, term.expression, max + 1, after, upTo);
  if (!found) return fail(found.error());
  if (found->size() > max) return std::nullopt;
  return std::move(*found);
}

std::vector<std::string> searchGrams(const std::vector<std::string>& pieces) {
  std::vector<std::string> grams;
  for (const std::string& piece : pieces) {
    const std::size_t last = piece.size() - kGramBytes;
    const std::size_t count = std::min(last + 1, kGramsAPiece);
    for (std::size_t i = 0; i < count && grams.size() < kGramsMax; ++i) {
      std::string gram = piece.substr(count == 1 ? 0 : i * last / (count - 1), kGramBytes);
      if (std::find(grams.begin(), grams.end(), gram) == grams.end()) grams.push_back(std::move(gram));
    }
  }
  return grams;
}

}  // namespace sluice::store
