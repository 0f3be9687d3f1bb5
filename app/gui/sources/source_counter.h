// How many exchanges each host and each client program has, in the history or in a session of it, counted live: all of it once, then only
// what is new. Programs are told a moment after their connections, so the last seconds are counted anew each time. GUI thread; the counting
// happens in History, in steps, between which it answers others.
//
// Limits: 10,000 names of each kind, as they come; what goes beyond is not counted.
#pragma once

#include <QObject>
#include <QElapsedTimer>
#include <QTimer>
#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "app/gui/history/history.h"
#include "core/store/rows.h"

namespace sluice::gui {

class SourceCounter : public QObject {
  Q_OBJECT
 public:
  using Counts = std::map<std::string, std::uint64_t>;

  explicit SourceCounter(History& history, QObject* parent = nullptr);

  // Something was recorded; counted within a second. Nothing is asked while nobody watches.
  void noteChanged();
  void setWatched(bool watched);
  // The database may be another one by now.
  void reopen();
  // Counts those behind `after`, up to `upTo` and with it.
  void setRange(ExchangeId after, ExchangeId upTo);
  static constexpr ExchangeId kNoEnd{UINT64_MAX};

  const Counts& hosts() const { return hosts_; }
  const Counts& programs() const { return programs_; }
  std::uint64_t total() const { return total_; }

  // How often all of it was counted, for tests.
  int wholeCounts() const { return wholeCounts_; }

  static constexpr qint64 kSettlesAfterMs = 5000;
  // A history at its limit gives up its oldest all the time: of those it is told now and then.
  static constexpr int kOldestEveryMs = 30'000;
  static constexpr std::size_t kNamesMax = 10'000;   // of each kind
  static constexpr std::size_t kSourcesMax = 2000;   // of them, the most frequent are told: more is nothing that a person reads
  static constexpr std::chrono::milliseconds kStepTime{5};

 signals:
  void counted();

 private:
  struct Both {
    Counts hosts, programs;
  };
  // One count, as far as it is.
  struct Count {
    // What is known before it.
    std::uint64_t history = 0;
    ExchangeId oldest;
    bool oldestMatters = false;
    ExchangeId after, settled, upTo;  // the range, and what of it is settled once this is done

    store::Totals totals;
    bool begun = false, anew = false, more = true;
    ExchangeId at;  // so far
    Both settledCounts, freshCounts;
  };
  void count();
  void forget();
  void go(Count count);
  static Result<Count> step(store::Reader& reader, Count count);
  void take(const Result<Count>& count);

  History& history_;
  QTimer timer_;
  QTimer oldestTimer_;  // runs from one whole count until the next may be, while something is known to be gone
  Both settledCounts_;
  Counts hosts_, programs_;
  std::uint64_t total_ = 0;
  std::uint64_t historyCounted_ = 0;  // Totals::history
  ExchangeId after_, upTo_ = kNoEnd;  // the range
  unsigned generation_ = 0;           // answers for another range are dropped
  ExchangeId oldest_;                 // at the last whole count
  ExchangeId settled_;                // up to here all is in the settled counts
  struct Seen {
    qint64 atMs;
    ExchangeId newest;
  };
  std::deque<Seen> seen_;  // by earlier counts, the latest last: what was there for long enough settles
  QElapsedTimer clock_, sinceWhole_;
  int wholeCounts_ = 0;
  bool watched_ = false, counting_ = false, again_ = false;
};

}  // namespace sluice::gui
