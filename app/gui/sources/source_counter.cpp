#include "app/gui/sources/source_counter.h"

#include <algorithm>

namespace sluice::gui {
namespace {

constexpr int kCountEveryMs = 1000;

void add(SourceCounter::Counts& counts, const std::vector<store::Source>& more) {
  for (const auto& each : more) counts[each.name] += each.exchanges;
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
  settledHosts_.clear();
  settledPrograms_.clear();
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
  const bool due = !sinceWhole_.isValid() || sinceWhole_.elapsed() >= kOldestEveryMs;
  const ExchangeId from = settled_, oldest = oldest_, after = after_, last = upTo_;
  upTo = std::clamp(upTo, after, last);
  history_.ask(
      this,
      [from, upTo, oldest, due, after, last, known = historyCounted_](store::Reader& reader) -> Result<Answer> {
        Answer answer;
        auto totals = reader.totals();
        if (!totals) return fail(totals.error());
        answer.totals = *totals;
        // Another history, or one that has given up its oldest: what was counted is no longer true.
        answer.anew = totals->history != known || (due && totals->oldest != oldest);
        const ExchangeId begin = answer.anew ? after : from;
        const ExchangeId settled = answer.anew ? after : upTo;
        auto before = reader.sources(begin, settled, kSourcesMax);
        if (!before) return fail(before.error());
        auto behind = reader.sources(settled, last, kSourcesMax);
        if (!behind) return fail(behind.error());
        answer.settled = std::move(*before);
        answer.fresh = std::move(*behind);
        return answer;
      },
      [this, upTo, generation = generation_](Result<Answer> answer) {
        if (generation == generation_) take(std::move(answer), upTo);
      });
}

void SourceCounter::take(Result<Answer> answer, ExchangeId settledUpTo) {
  counting_ = false;
  if (again_ && watched_) timer_.start();
  if (!answer) return;
  if (answer->anew) {
    forget();
    oldest_ = answer->totals.oldest;
    sinceWhole_.start();
    ++wholeCounts_;
  } else {
    settled_ = settledUpTo;
  }
  add(settledHosts_, answer->settled.hosts);
  add(settledPrograms_, answer->settled.programs);
  hosts_ = settledHosts_;
  programs_ = settledPrograms_;
  add(hosts_, answer->fresh.hosts);
  add(programs_, answer->fresh.programs);
  historyCounted_ = answer->totals.history;
  if (watched_ && answer->totals.oldest != oldest_ && !oldestTimer_.isActive()) oldestTimer_.start();
  const ExchangeId newest = std::min(answer->totals.newest, upTo_);
  if (settled_ < newest && (seen_.empty() || seen_.back().newest < newest)) seen_.push_back({clock_.elapsed(), newest});
  // Every exchange is some program's, though it may be one that nobody knows.
  const bool all = !after_ && upTo_ == kNoEnd;
  total_ = all ? answer->totals.exchanges : 0;
  if (!all) {
    for (const auto& [program, exchanges] : programs_) total_ += exchanges;
  }
  // What is fresh settles with the next count, also when nothing more comes.
  if (watched_ && settled_ < newest && !timer_.isActive()) timer_.start();
  emit counted();
}

}  // namespace sluice::gui
