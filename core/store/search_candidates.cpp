#include "core/store/search_candidates.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace sluice::store {
namespace {

constexpr std::size_t kRecentMax = 20'000;               // where more has changed, the index is asked anew
constexpr auto kPlanTime = std::chrono::milliseconds(50);
constexpr std::uint64_t kIdsALook = 32'768;              // some milliseconds; opening the index takes a third of one
constexpr std::size_t kLeftOfALookMax = kIdsALook / 2;   // where more is left, row after row is sooner read than each by itself

}  // namespace

void SearchCandidates::forget() {
  plan_.reset();
  known_.reset();
  recent_.clear();
}

void SearchCandidates::find(SqlConnection& sql, const std::filesystem::path& dataDir, const filter::Node& filter) {
  forget();
  if (!SearchPlan::couldHelp(filter)) return;
  const auto history = sql.integer("SELECT first_version FROM history WHERE id = 1");
  if (!history) return;
  dataDir_ = dataDir;
  history_ = static_cast<std::uint64_t>(*history);
  auto lookup = SearchLookup::open(dataDir, history_);
  if (!lookup) return;
  const auto version = lookup->begin();
  if (!version) return;
  since_ = upTo_ = *version;
  auto plan = SearchPlan::make(*lookup, filter, {.until = std::chrono::steady_clock::now() + kPlanTime});
  if (!plan || !*plan) return;
  plan_ = std::move(**plan);
  // What runs is not in the index, and changes once more when it ends.
  const auto few = add(sql, "SELECT id FROM exchange WHERE state = 0 AND id > ?1", 0);
  if (!few || !*few) forget();
}

// False: they are too many.
Result<bool> SearchCandidates::add(SqlConnection& sql, const char* select, std::uint64_t bound) {
  auto read = sql.prepare(select);
  if (!read) return fail(read.error());
  std::vector<std::uint64_t> more;
  read->bind(bound);
  auto done = read->each([&] {
    more.push_back(read->natural(0));
    return recent_.size() + more.size() <= kRecentMax;
  });
  if (!done) return fail(done.error());
  std::sort(more.begin(), more.end());
  const std::size_t whole = recent_.size() + more.size();
  std::vector<std::uint64_t> all;
  all.reserve(whole);
  std::set_union(recent_.begin(), recent_.end(), more.begin(), more.end(), std::back_inserter(all));
  recent_ = std::move(all);
  return whole <= kRecentMax;
}

Result<void> SearchCandidates::addRecent(SqlConnection& sql) {
  if (!plan_) return {};
  const auto version = sql.integer("SELECT version FROM history WHERE id = 1");
  if (!version) return fail(version.error());
  const auto current = static_cast<std::uint64_t>(*version);
  if (current == upTo_) return {};
  const auto few = add(sql, "SELECT id FROM exchange WHERE version > ?1", upTo_);
  if (!few) return fail(few.error());
  if (!*few) forget();
  else upTo_ = current;
  return {};
}

// The index is opened for one look alone: where an open file cannot be removed, nobody would be able to make it anew. It only grows, so
// what it says of one range belongs to what it said of another.
bool SearchCandidates::look(std::uint64_t first, std::uint64_t last) {
  auto lookup = SearchLookup::open(dataDir_, history_);
  if (!lookup) return false;
  const auto version = lookup->begin();
  if (!version || *version < since_) return false;
  auto ids = plan_->among(*lookup, static_cast<std::int64_t>(first) - 1, static_cast<std::int64_t>(last), kLeftOfALookMax);
  if (!ids) return false;
  known_ = Range{first, last, std::move(*ids)};
  return true;
}

std::optional<SearchCandidates::Some> SearchCandidates::towards(std::uint64_t first, std::uint64_t last) {
  if (!plan_) return std::nullopt;
  if (const auto* few = plan_->few()) return some(*few, first, last);
  const bool up = first <= last;
  if (!known_ || first < known_->first || first > known_->last) {
    const std::uint64_t from = up ? first : first - std::min(first - last, kIdsALook - 1);
    const std::uint64_t to = up ? first + std::min(last - first, kIdsALook - 1) : first;
    if (!look(from, to)) {
      forget();
      return std::nullopt;
    }
  }
  if (!known_->ids) return std::nullopt;
  return some(*known_->ids, first, up ? std::min(last, known_->last) : std::max(last, known_->first));
}

SearchCandidates::Some SearchCandidates::some(const SearchPlan::Ids& indexed, std::uint64_t first, std::uint64_t end) const {
  const auto [least, most] = std::minmax(first, end);
  const auto within = [&](const auto& rising) {
    const auto begin = std::lower_bound(rising.begin(), rising.end(), least, [](auto id, std::uint64_t bound) {
      return static_cast<std::uint64_t>(id) < bound;
    });
    const auto beyond = std::upper_bound(begin, rising.end(), most, [](std::uint64_t bound, auto id) {
      return bound < static_cast<std::uint64_t>(id);
    });
    return std::vector<std::uint64_t>(begin, beyond);
  };
  const auto old = within(indexed), recent = within(recent_);
  Some all{end, {}};
  all.ids.reserve(old.size() + recent.size());
  std::set_union(old.begin(), old.end(), recent.begin(), recent.end(), std::back_inserter(all.ids));
  return all;
}

}  // namespace sluice::store
