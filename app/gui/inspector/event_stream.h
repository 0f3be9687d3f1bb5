// The events of a text/event-stream (WHATWG HTML, 9.2.6), and what else such a stream holds. Pure. Any thread.
//
// Limits: kStreamEventsMax events; the body as text has them all.
#pragma once

#include <QByteArray>
#include <QString>
#include <atomic>
#include <memory>
#include <vector>

namespace sluice::gui {

inline const std::atomic<bool> kNever{false};
inline constexpr std::size_t kStreamEventsMax = 100'000;

// What stands between two empty lines.
struct StreamEvent {
  enum class Kind { Event, Comment, Field };  // Field: an id or a retry alone, which no program hears of

  Kind kind = Kind::Event;
  qint64 from = 0;   // of its bytes in the stream
  qint64 bytes = 0;
  qint64 dataBytes = 0;
  QString type;      // "message" when it says nothing; safe to show, as all of these
  QString id;
  QString data;      // its beginning; of a comment, its words
  bool isWhole = true;  // false: its empty line has not come

  friend bool operator==(const StreamEvent&, const StreamEvent&) = default;
};

struct EventStream {
  QByteArray text;
  std::vector<StreamEvent> events;
};
using EventStreamPtr = std::shared_ptr<const EventStream>;

// Ends early, with what it has, once `cancelled` is set.
EventStreamPtr eventStreamOf(QByteArray text, const std::atomic<bool>& cancelled = kNever);

// All data of an event, its lines joined as programs get them.
QByteArray dataOf(const EventStream& stream, const StreamEvent& event);

}  // namespace sluice::gui
