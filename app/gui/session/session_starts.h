// Sessions within the history: where each began, and which of them is shown. A new one begins in no time and takes nothing away; an earlier
// one, or the whole history, can be shown again. Kept in the settings. GUI thread.
#pragma once

#include <QDateTime>
#include <QObject>
#include <QSettings>
#include <optional>
#include <vector>

#include "core/base/id.h"
#include "core/filter/expression.h"

namespace sluice::gui {

class SessionStarts : public QObject {
  Q_OBJECT
 public:
  struct Session {
    ExchangeId first;            // 1 for what was there before the first that was begun
    ExchangeId end;              // the first of the next one; none: it goes on
    QDateTime from, to;          // invalid where nobody knows
  };

  explicit SessionStarts(QSettings& settings, QObject* parent = nullptr);

  // The latest last; empty while none was begun.
  std::vector<Session> sessions() const;
  // Nothing: the whole history.
  std::optional<Session> shown() const;
  // What lets exactly the exchanges of the shown session through.
  filter::Node filter() const;

  // From behind `newest` on. One in which nothing was recorded goes on instead. It is shown, unless show() was called since choices()
  // was `asOf`: who asks for a session learns `newest` later, and what the user chose meanwhile stays.
  void begin(ExchangeId newest, const QDateTime& now, quint64 asOf);
  void show(std::optional<ExchangeId> first);
  // How often show() was called.
  quint64 choices() const { return choices_; }
  // The history ends with `newest`. One that ends before the last session began is another history: its sessions are forgotten.
  void noteNewest(ExchangeId newest);
  void forgetAll();

  static constexpr std::size_t kSessionsMax = 200;  // the earliest are joined: what a person still tells apart is less

 signals:
  void changed();

 private:
  struct Start {
    ExchangeId first;
    QDateTime at;
  };
  void take(ExchangeId shown);
  void save();

  QSettings& settings_;
  std::vector<Start> starts_;
  quint64 choices_ = 0;
  ExchangeId shown_;  // the first of the session that is shown; none: everything is
};

}  // namespace sluice::gui
