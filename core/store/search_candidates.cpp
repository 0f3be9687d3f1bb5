#include "core/store/search_candidates.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "core/filter/pattern.h"

namespace sluice::store {
namespace {

using filter::Field;
using filter::Node;
using filter::Op;
using filter::Term;
using Ids = std::vector<std::int64_t>;
using Found = Result<std::optional<Ids>>;

constexpr std::size_t kCandidatesMax = 50'000;  // a twentieth of a large history; beyond that, reading along finds enough as soon

std::optional<SearchTable> tableOf(Field field) {
  if (field == Field::Url || field == Field::Path) return SearchTable::Urls;
  if (field == Field::Header || field == Field::RequestHeader || field == Field::ResponseHeader) return SearchTable::Heads;
  if (field == Field::Body || field == Field::RequestBody || field == Field::ResponseBody) return SearchTable::Bodies;
  return std::nullopt;
}

std::vector<std::string> piecesOf(const Term& term) {
  if (term.op == Op::Contains) return filter::Pattern::literal(term.text).requiredPieces();
  if (term.op != Op::Matches) return {};
  const auto pattern = filter::Pattern::create(term.text);
  return pattern ? pattern->requiredPieces() : std::vector<std::string>{};
}

Found candidates(SearchLookup& lookup, const Node& node, std::size_t max);

Found ofAll(SearchLookup& lookup, const Node& node, std::size_t max) {
  std::optional<Ids> left;
  for (const Node& child : node.children) {
    auto each = candidates(lookup, child, max);
    if (!each) return each;
    if (!*each) continue;
    if (!left) {
      left = std::move(**each);
      continue;
    }
    Ids both;
    std::set_intersection(left->begin(), left->end(), (*each)->begin(), (*each)->end(), std::back_inserter(both));
    left = std::move(both);
  }
  return left;
}

Found ofAny(SearchLookup& lookup, const Node& node, std::size_t max) {
  Ids all;
  for (const Node& child : node.children) {
    auto each = candidates(lookup, child, max);
    if (!each || !*each) return each;
    Ids either;
    std::set_union(all.begin(), all.end(), (*each)->begin(), (*each)->end(), std::back_inserter(either));
    all = std::move(either);
  }
  if (all.size() > max) return std::nullopt;
  return all;
}

Found candidates(SearchLookup& lookup, const Node& node, std::size_t max) {
  switch (node.kind) {
    case Node::Kind::Everything:
    case Node::Kind::Not: return std::nullopt;
    case Node::Kind::And: return ofAll(lookup, node, max);
    case Node::Kind::Or: return ofAny(lookup, node, max);
    case Node::Kind::Term: break;
  }
  const auto table = tableOf(node.term.field);
  if (!table) return std::nullopt;
  const auto pieces = piecesOf(node.term);
  if (pieces.empty()) return std::nullopt;
  return lookup.find(*table, pieces, max);
}

// Whether the index could help at all: it is opened only then.
bool isIndexed(const Node& filter) {
  switch (filter.kind) {
    case Node::Kind::Everything:
    case Node::Kind::Not: return false;
    case Node::Kind::And: return std::any_of(filter.children.begin(), filter.children.end(), isIndexed);
    case Node::Kind::Or: return std::all_of(filter.children.begin(), filter.children.end(), isIndexed);
    case Node::Kind::Term: break;
  }
  return tableOf(filter.term.field).has_value() && !piecesOf(filter.term).empty();
}

// In one transaction. What runs is not in the index, and changes once more when it ends.
Result<void> fill(SqlConnection& sql, const Ids& ids) {
  if (auto made = sql.run("PRAGMA temp_store = MEMORY; DROP TABLE IF EXISTS temp.candidate;"
                          "CREATE TEMP TABLE candidate (exchange INTEGER PRIMARY KEY)");
      !made) {
    return made;
  }
  auto transaction = Transaction::begin(sql, Transaction::Kind::Read);
  if (!transaction) return fail(transaction.error());
  if (auto added = sql.run("INSERT INTO temp.candidate SELECT id FROM main.exchange WHERE state = 0"); !added) return added;
  auto insert = sql.prepare("INSERT OR IGNORE INTO temp.candidate VALUES (?1)");
  if (!insert) return fail(insert.error());
  for (const std::int64_t id : ids) {
    if (auto added = insert->run(id); !added) return added;
  }
  return transaction->commit();
}

}  // namespace

Found searchCandidates(SearchLookup& lookup, const Node& filter, std::size_t max) { return candidates(lookup, filter, max); }

void SearchCandidates::find(SqlConnection& sql, const std::filesystem::path& dataDir, const Node& filter) {
  forget();
  if (!isIndexed(filter)) return;
  const auto history = sql.integer("SELECT first_version FROM history WHERE id = 1");
  if (!history) return;
  auto lookup = SearchLookup::open(dataDir, static_cast<std::uint64_t>(*history));
  if (!lookup) return;
  const auto version = lookup->begin();
  if (!version) return;
  const auto ids = searchCandidates(*lookup, filter, kCandidatesMax);
  if (ids && *ids && fill(sql, **ids)) upTo_ = *version;
}

Result<void> SearchCandidates::addRecent(SqlConnection& sql) {
  if (!upTo_) return {};
  auto transaction = Transaction::begin(sql, Transaction::Kind::Read);
  if (!transaction) return fail(transaction.error());
  const auto version = sql.integer("SELECT version FROM history WHERE id = 1");
  if (!version) return fail(version.error());
  const auto current = static_cast<std::uint64_t>(*version);
  if (current == *upTo_) return {};
  auto insert = sql.prepare("INSERT OR IGNORE INTO temp.candidate SELECT id FROM main.exchange WHERE version > ?1");
  if (!insert) return fail(insert.error());
  if (auto done = insert->run(*upTo_); !done) return done;
  upTo_ = current;
  return transaction->commit();
}

}  // namespace sluice::store
