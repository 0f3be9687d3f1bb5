#include "app/gui/sources/source_counter.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::gui {
namespace {

constexpr int kCountEveryMs = 1000;

void add(SourceCounter::Counts& counts, const std::string& name, std::uint64_t exchanges) {
  if (const auto at = counts.find(name); at != counts.end()) at->second += exchanges;
  else if (counts.size() < SourceCounter::kNamesMax) counts.emplace(name, exchanges);
}

void add(SourceCounter::Counts& counts, const std::vector<store::Source>& more) {
  for (const auto& each : more) add(counts, each.name, each.exchanges);
}

SourceCounter::Counts sum(SourceCounter::Counts counts, const SourceCounter::Counts& more) {
  for (const auto& [name, exchanges] : more) add(counts, name, exchanges);
  return counts;
}

SourceCounter::Counts mostFrequent(const SourceCounter::Counts& counts) {
  if (counts.size() <= SourceCounter::kSourcesMax) return counts;
  std::vector<std::pair<std::uint64_t, const std::string*>> all;
  for (const auto& [name, exchanges] : counts) all.emplace_back(exchanges, &name);
  const auto end = all.begin() + std::ptrdiff_t(SourceCounter::kSourcesMax);
  std::partial_sort(all.begin(), end, all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  SourceCounter::Counts most;
  std::for_each(all.begin(), end, [&most](const auto& each) { most.emplace(*each.second, each.first); });
  return most;
}

}  // namespace

SourceCounter::SourceCounter(History& history, QObject* parent) : QObject(parent), history_(history) {
  clock_.start();
  timer_.setSingleShot(true);
  timer_.setInterval(kCountEveryMs);
  oldestTimer_.setSingleShot(true);
  oldestTimer_.setInterval(kOldestEveryMs);
  for (QTimer* timer : {&timer_, &oldestTimer_}) connect(timer, &QTimer::timeout, this, &SourceCounter::count);
}

void SourceCounter::noteChanged() {
  if (counting_) again_ = true;
  else if (watched_ && !timer_.isActive()) timer_.start();
}

void SourceCounter::setWatched(bool watched) {
  if (watched == watched_) return;
  watched_ = watched;
  if (watched) count();
  else {
    timer_.stop();
    oldestTimer_.stop();
  }
}

void SourceCounter::reopen() {
  history_.reopen();
  if (watched_) count();
}

void SourceCounter::setRange(ExchangeId after, ExchangeId upTo) {
  if (after == after_ && upTo == upTo_) return;
  after_ = after;
  upTo_ = upTo;
  ++generation_;
  counting_ = false;
  forget();
  if (watched_) count();
}

void SourceCounter::forget() {
  settledCounts_ = {};
  settled_ = after_;
  seen_.clear();
}

void SourceCounter::count() {
  if (counting_) {
    again_ = true;
    return;
  }
  counting_ = true;
  again_ = false;
  ExchangeId upTo = settled_;
  while (!seen_.empty() && clock_.elapsed() - seen_.front().atMs >= kSettlesAfterMs) {
    upTo = seen_.front().newest;
    seen_.pop_front();
  }
  Count begun;
  begun.history = historyCounted_;
  begun.oldest = oldest_;
  begun.oldestMatters = !sinceWhole_.isValid() || sinceWhole_.elapsed() >= kOldestEveryMs;
  begun.after = after_;
  begun.at = settled_;
  begun.settled = std::clamp(upTo, after_, upTo_);
  begun.upTo = upTo_;
  go(std::move(begun));
}

void SourceCounter::go(Count count) {
  history_.ask(
      this, [count = std::move(count)](store::Reader& reader) mutable { return step(reader, std::move(count)); },
      [this, generation = generation_](Result<Count> done) {
        if (generation != generation_) return;
        if (done && done->more) go(std::move(*done));
        else take(done);
      });
}

// The history's thread.
Result<SourceCounter::Count> SourceCounter::step(store::Reader& reader, Count count) {
  if (!count.begun) {
    auto totals = reader.totals();
    if (!totals) return fail(totals.error());
    count.begun = true;
    count.totals = *totals;
    // Another history, or one that has given up its oldest: what was counted is no longer true.
    count.anew = totals->history != count.history || (count.oldestMatters && totals->oldest != count.oldest);
    if (count.anew) count.at = count.settled = count.after;
  }
  const bool settles = count.at < count.settled;
  const ExchangeId end = settles ? count.settled : count.upTo;
  const auto page = reader.sources(count.at, end, kStepTime);
  if (!page) return fail(page.error());
  Both& counts = settles ? count.settledCounts : count.freshCounts;
  add(counts.hosts, page->sources.hosts);
  add(counts.programs, page->sources.programs);
  count.at = page->more ? page->upTo : end;
  count.more = page->more || settles;
  return count;
}

void SourceCounter::take(const Result<Count>& answer) {
  counting_ = false;
  if (again_ && watched_) timer_.start();
  if (!answer) return;
  if (answer->anew) {
    forget();
    oldest_ = answer->totals.oldest;
    sinceWhole_.start();
    ++wholeCounts_;
  } else {
    settled_ = answer->settled;
  }
  settledCounts_.hosts = sum(std::move(settledCounts_.hosts), answer->settledCounts.hosts);
  settledCounts_.programs = sum(std::move(settledCounts_.programs), answer->settledCounts.programs);
  hosts_ = mostFrequent(sum(settledCounts_.hosts, answer->freshCounts.hosts));
  const Counts programs = sum(settledCounts_.programs, answer->freshCounts.programs);
  programs_ = mostFrequent(programs);
  historyCounted_ = answer->totals.history;
  if (watched_ && answer->totals.oldest != oldest_ && !oldestTimer_.isActive()) oldestTimer_.start();
  const ExchangeId newest = std::min(answer->totals.newest, upTo_);
  if (settled_ < newest && (seen_.empty() || seen_.back().newest < newest)) seen_.push_back({clock_.elapsed(), newest});
  // Every exchange is some program's, though it may be one that nobody knows.
  const bool all = !after_ && upTo_ == kNoEnd;
  total_ = all ? answer->totals.exchanges : 0;
  if (!all) {
    for (const auto& [program, exchanges] : programs) total_ += exchanges;
  }
  // What is fresh settles with the next count, also when nothing more comes.
  if (watched_ && settled_ < newest && !timer_.isActive()) timer_.start();
  emit counted();
}

}  // namespace sluice::gui
