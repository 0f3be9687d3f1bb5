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

constexpr std::size_t kCandidatesMax = 20'000;  // some milliseconds; where there are more, reading along finds enough as soon
constexpr auto kLookupTime = std::chrono::milliseconds(50);  // likewise

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

// How much of them is wanted.
struct Bounds {
  std::size_t max;
  SearchLookup::Time until;
};

Found candidates(SearchLookup& lookup, const Node& node, const Bounds& bounds);

Found ofAll(SearchLookup& lookup, const Node& node, const Bounds& bounds) {
  std::optional<Ids> left;
  for (const Node& child : node.children) {
    auto each = candidates(lookup, child, bounds);
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

Found ofAny(SearchLookup& lookup, const Node& node, const Bounds& bounds) {
  Ids all;
  for (const Node& child : node.children) {
    auto each = candidates(lookup, child, bounds);
    if (!each || !*each) return each;
    Ids either;
    std::set_union(all.begin(), all.end(), (*each)->begin(), (*each)->end(), std::back_inserter(either));
    all = std::move(either);
  }
  if (all.size() > bounds.max) return std::nullopt;
  return all;
}

Found candidates(SearchLookup& lookup, const Node& node, const Bounds& bounds) {
  switch (node.kind) {
    case Node::Kind::Everything:
    case Node::Kind::Not: return std::nullopt;
    case Node::Kind::And: return ofAll(lookup, node, bounds);
    case Node::Kind::Or: return ofAny(lookup, node, bounds);
    case Node::Kind::Term: break;
  }
  const auto table = tableOf(node.term.field);
  if (!table) return std::nullopt;
  const auto pieces = piecesOf(node.term);
  if (pieces.empty()) return std::nullopt;
  return lookup.find(*table, pieces, bounds.max, bounds.until);
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

}  // namespace

Found searchCandidates(SearchLookup& lookup, const Node& filter, std::size_t max, SearchLookup::Time until) {
  return candidates(lookup, filter, {max, until});
}

void SearchCandidates::forget() {
  ids_.clear();
  upTo_.reset();
}

void SearchCandidates::find(SqlConnection& sql, const std::filesystem::path& dataDir, const filter::Node& filter) {
  forget();
  if (!isIndexed(filter)) return;
  const auto history = sql.integer("SELECT first_version FROM history WHERE id = 1");
  if (!history) return;
  auto lookup = SearchLookup::open(dataDir, static_cast<std::uint64_t>(*history));
  if (!lookup) return;
  const auto version = lookup->begin();
  if (!version) return;
  const auto ids = searchCandidates(*lookup, filter, kCandidatesMax, std::chrono::steady_clock::now() + kLookupTime);
  if (!ids || !*ids) return;
  ids_.assign((*ids)->begin(), (*ids)->end());
  // What runs is not in the index, and changes once more when it ends.
  const auto few = add(sql, "SELECT id FROM exchange WHERE state = 0 AND id > ?1", 0);
  if (few && *few) upTo_ = *version;
  else forget();
}

// False: they are too many.
Result<bool> SearchCandidates::add(SqlConnection& sql, const char* select, std::uint64_t bound) {
  auto read = sql.prepare(select);
  if (!read) return fail(read.error());
  std::vector<std::uint64_t> more;
  read->bind(bound);
  auto done = read->each([&] {
    more.push_back(read->natural(0));
    return ids_.size() + more.size() <= kCandidatesMax;
  });
  if (!done) return fail(done.error());
  std::sort(more.begin(), more.end());
  const std::size_t whole = ids_.size() + more.size();
  std::vector<std::uint64_t> all;
  all.reserve(whole);
  std::set_union(ids_.begin(), ids_.end(), more.begin(), more.end(), std::back_inserter(all));
  ids_ = std::move(all);
  return whole <= kCandidatesMax;
}

Result<void> SearchCandidates::addRecent(SqlConnection& sql) {
  if (!upTo_) return {};
  const auto version = sql.integer("SELECT version FROM history WHERE id = 1");
  if (!version) return fail(version.error());
  const auto current = static_cast<std::uint64_t>(*version);
  if (current == *upTo_) return {};
  const auto few = add(sql, "SELECT id FROM exchange WHERE version > ?1", *upTo_);
  if (!few) return fail(few.error());
  if (!*few) forget();
  else upTo_ = current;
  return {};
}

}  // namespace sluice::store
