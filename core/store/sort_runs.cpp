#include "core/store/sort_runs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/store/sql_statement.h"

namespace sluice::store {
namespace {

constexpr std::size_t kReadAtOnce = 4096;

}  // namespace

Result<void> SortRuns::read(SqlConnection& sql, Time until) {
  const std::string text = "SELECT " + std::string(sortKeySql(order_.by)) + ", exchange.id FROM exchange WHERE exchange.id > ?1"
                           " ORDER BY exchange.id LIMIT ?2";
  auto select = sql.prepare(text.c_str());
  if (!select) return fail(select.error());
  while (!complete_) {
    Run run;
    select->bind(upTo_, kReadAtOnce);
    auto read = select->each([&] {
      run.push_back({readSortKey(*select, 0, order_.by), select->natural(1)});
      return true;
    });
    if (!read) return read;
    complete_ = run.size() < kReadAtOnce;
    if (!run.empty()) {
      upTo_ = run.back().id;
      std::sort(run.begin(), run.end(), [this](const SortEntry& a, const SortEntry& b) { return before(a, b); });
      runs_.push_back(std::move(run));
    }
    if (std::chrono::steady_clock::now() >= until) break;
  }
  return {};
}

void SortRuns::each(const std::optional<SortEntry>& after, const std::function<bool(const SortEntry&)>& visit) const {
  using Place = std::pair<Run::const_iterator, Run::const_iterator>;  // the next of a run, and its end
  const auto inOrder = [this](const SortEntry& a, const SortEntry& b) { return before(a, b); };
  const auto later = [this](const Place& a, const Place& b) { return before(*b.first, *a.first); };
  std::vector<Place> heap;
  for (const Run& run : runs_) {
    const auto next = after ? std::upper_bound(run.begin(), run.end(), *after, inOrder) : run.begin();
    if (next != run.end()) heap.emplace_back(next, run.end());
  }
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    Place& place = heap.back();
    if (!visit(*place.first)) return;
    if (++place.first == place.second) {
      heap.pop_back();
    } else {
      std::push_heap(heap.begin(), heap.end(), later);
    }
  }
}

}  // namespace sluice::store
