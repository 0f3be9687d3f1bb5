#include "core/store/search_plan.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/filter/pattern.h"

namespace sluice::store {
namespace {

using filter::Field;
using filter::Node;
using filter::Op;
using filter::Term;

constexpr std::size_t kWalksMax = 8;  // for one range, so that it takes some milliseconds; nobody types more

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

SearchPlan::Ids inBoth(const SearchPlan::Ids& a, const SearchPlan::Ids& b) {
  SearchPlan::Ids both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

SearchPlan::Ids inEither(const SearchPlan::Ids& a, const SearchPlan::Ids& b) {
  SearchPlan::Ids either;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(either));
  return either;
}

}  // namespace

bool SearchPlan::couldHelp(const Node& filter) {
  switch (filter.kind) {
    case Node::Kind::Everything:
    case Node::Kind::Not: return false;
    case Node::Kind::And: return std::any_of(filter.children.begin(), filter.children.end(), couldHelp);
    case Node::Kind::Or: return std::all_of(filter.children.begin(), filter.children.end(), couldHelp);
    case Node::Kind::Term: break;
  }
  return tableOf(filter.term.field).has_value() && !piecesOf(filter.term).empty();
}

SearchPlan::Made SearchPlan::make(SearchLookup& lookup, const Node& filter, const Bounds& bounds) {
  switch (filter.kind) {
    case Node::Kind::Everything:
    case Node::Kind::Not: return std::nullopt;
    case Node::Kind::And: return ofAll(lookup, filter, bounds);
    case Node::Kind::Or: return ofAny(lookup, filter, bounds);
    case Node::Kind::Term: break;
  }
  return std::chrono::steady_clock::now() < bounds.until ? ofTerm(lookup, filter.term, bounds) : Made(std::nullopt);
}

SearchPlan SearchPlan::ofFew(Ids ids) {
  SearchPlan plan(Kind::Few, 0);
  plan.few_ = std::move(ids);
  return plan;
}

SearchPlan::Made SearchPlan::ofTerm(SearchLookup& lookup, const Term& term, const Bounds& bounds) {
  const auto table = tableOf(term.field);
  if (!table) return std::nullopt;
  const auto pieces = piecesOf(term);
  if (pieces.empty()) return std::nullopt;
  auto asked = lookup.term(*table, pieces, bounds.fewMax);
  if (!asked) return fail(asked.error());
  if (asked->few) return ofFew(std::move(*asked->few));
  SearchPlan plan(Kind::Walk, 1);
  plan.term_ = std::move(*asked);
  return plan;
}

// Where one of them leaves few, the others would leave out little more.
SearchPlan::Made SearchPlan::ofAll(SearchLookup& lookup, const Node& node, const Bounds& bounds) {
  std::optional<Ids> few;
  SearchPlan all(Kind::All, 0);
  for (const Node& child : node.children) {
    auto part = make(lookup, child, bounds);
    if (!part) return part;
    if (!*part) continue;
    if ((*part)->few() != nullptr) {
      few = few ? inBoth(*few, (*part)->few_) : std::move((*part)->few_);
    } else if (all.walks_ + (*part)->walks_ <= kWalksMax) {
      all.walks_ += (*part)->walks_;
      all.parts_.push_back(std::move(**part));
    }
  }
  if (few) return ofFew(std::move(*few));
  if (all.parts_.empty()) return std::nullopt;
  return all;
}

SearchPlan::Made SearchPlan::ofAny(SearchLookup& lookup, const Node& node, const Bounds& bounds) {
  Ids few;
  SearchPlan any(Kind::Any, 0);
  for (const Node& child : node.children) {
    auto part = make(lookup, child, bounds);
    if (!part || !*part) return part;
    if ((*part)->few() != nullptr) {
      few = inEither(few, (*part)->few_);
      if (few.size() > bounds.fewMax) return std::nullopt;
    } else {
      any.walks_ += (*part)->walks_;
      any.parts_.push_back(std::move(**part));
    }
  }
  if (any.parts_.empty()) return ofFew(std::move(few));
  if (any.walks_ > kWalksMax) return std::nullopt;
  any.parts_.push_back(ofFew(std::move(few)));
  return any;
}

Result<std::optional<SearchPlan::Ids>> SearchPlan::among(SearchLookup& lookup, std::int64_t after, std::int64_t upTo,
                                                         std::size_t max) const {
  switch (kind_) {
    case Kind::Walk: return lookup.walk(term_, after, upTo, max);
    case Kind::All: return amongAll(lookup, after, upTo, max);
    case Kind::Any: return amongAny(lookup, after, upTo, max);
    case Kind::Few: break;
  }
  const auto begin = std::upper_bound(few_.begin(), few_.end(), after);
  const auto end = std::upper_bound(begin, few_.end(), upTo);
  if (static_cast<std::size_t>(end - begin) > max) return std::nullopt;
  return Ids(begin, end);
}

Result<std::optional<SearchPlan::Ids>> SearchPlan::amongAll(SearchLookup& lookup, std::int64_t after, std::int64_t upTo,
                                                            std::size_t max) const {
  std::optional<Ids> left;
  for (const SearchPlan& part : parts_) {
    auto each = part.among(lookup, after, upTo, max);
    if (!each) return each;
    if (!*each) continue;
    left = left ? inBoth(*left, **each) : std::move(**each);
    if (left->empty()) break;
  }
  return left;
}

Result<std::optional<SearchPlan::Ids>> SearchPlan::amongAny(SearchLookup& lookup, std::int64_t after, std::int64_t upTo,
                                                            std::size_t max) const {
  Ids all;
  for (const SearchPlan& part : parts_) {
    auto each = part.among(lookup, after, upTo, max);
    if (!each || !*each) return each;
    all = inEither(all, **each);
    if (all.size() > max) return std::nullopt;
  }
  return all;
}

}  // namespace sluice::store
