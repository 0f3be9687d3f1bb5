#include "app/gui/inspector/event_stream.h"

#include <algorithm>

#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

constexpr qsizetype kShownBytes = 256;  // of each event: a line of the widest window

struct Line {
  QByteArrayView text;
  qsizetype next = 0;   // where the line after it begins
  bool isWhole = true;  // its end has come
};

// Lines end with CR LF, LF or CR.
Line lineAt(QByteArrayView all, qsizetype from) {
  const auto rest = all.sliced(from);
  const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '\n' || c == '\r'; });
  const auto length = qsizetype(end - rest.begin());
  if (end == rest.end()) return {rest, all.size(), false};
  const bool pair = *end == '\r' && length + 1 < rest.size() && rest[length + 1] == '\n';
  return {rest.first(length), from + length + (pair ? 2 : 1), true};
}

struct Field {
  QByteArrayView name;
  QByteArrayView value;
};

// "A colon, optionally followed by a space."
Field fieldOf(QByteArrayView line) {
  const auto colon = line.indexOf(':');
  if (colon < 0) return {line, {}};
  QByteArrayView value = line.sliced(colon + 1);
  if (value.startsWith(' ')) value = value.sliced(1);
  return {line.first(colon), value};
}

QString shown(QByteArrayView text) {
  const auto cut = text.first(std::min(text.size(), kShownBytes));
  return visible(decodeText(cut, cut.size() < text.size() ? Ending::Cut : Ending::Whole), LineBreaks::Show);
}

// What the lines between two empty ones come to.
class Block {
 public:
  explicit Block(qint64 from) { event_.from = from; }

  bool isEmpty() const { return event_.bytes == 0; }

  void take(const Line& line) {
    event_.bytes = line.next - event_.from;
    const Field field = fieldOf(line.text);
    if (line.text.startsWith(':')) {
      addTo(comment_, field.value);
    } else if (field.name == "data") {
      hasData_ = true;
      event_.dataBytes += field.value.size() + (event_.dataBytes > 0 ? 1 : 0);
      addTo(data_, field.value);
    } else if (field.name == "event") {
      event_.type = shown(field.value);
    } else if (field.name == "id") {
      event_.id = shown(field.value);
    } else {
      addTo(other_, line.text);
    }
  }

  StreamEvent finish(bool whole) {
    event_.isWhole = whole;
    event_.kind = hasData_ ? StreamEvent::Kind::Event : !comment_.isEmpty() ? StreamEvent::Kind::Comment : StreamEvent::Kind::Field;
    if (hasData_ && event_.type.isEmpty()) event_.type = QStringLiteral("message");
    event_.data = shown(hasData_ ? data_ : !comment_.isEmpty() ? comment_ : other_);
    return event_;
  }

 private:
  // Only as much as is shown is kept.
  static void addTo(QByteArray& text, QByteArrayView line) {
    if (text.size() > kShownBytes) return;
    if (!text.isEmpty()) text += '\n';
    text += line.first(std::min(line.size(), kShownBytes + 1));
  }

  StreamEvent event_;
  QByteArray data_, comment_, other_;
  bool hasData_ = false;
};

}  // namespace

EventStreamPtr eventStreamOf(QByteArray text, const std::atomic<bool>& cancelled) {
  auto stream = std::make_shared<EventStream>();
  const QByteArrayView all(text);
  qsizetype at = all.startsWith("\xef\xbb\xbf") ? 3 : 0;
  Block block(at);
  while (at < all.size() && stream->events.size() < kStreamEventsMax && !cancelled) {
    const Line line = lineAt(all, at);
    at = line.next;
    if (!line.text.isEmpty()) {
      block.take(line);
      continue;
    }
    if (!block.isEmpty()) stream->events.push_back(block.finish(true));
    block = Block(at);
  }
  if (!block.isEmpty() && stream->events.size() < kStreamEventsMax) stream->events.push_back(block.finish(false));
  stream->text = std::move(text);
  return stream;
}

QByteArray dataOf(const EventStream& stream, const StreamEvent& event) {
  const auto block = QByteArrayView(stream.text).sliced(event.from, event.bytes);
  QByteArray data;
  bool first = true;
  for (qsizetype at = 0; at < block.size();) {
    const Line line = lineAt(block, at);
    at = line.next;
    const Field field = fieldOf(line.text);
    const bool wanted = event.kind == StreamEvent::Kind::Event     ? !line.text.startsWith(':') && field.name == "data"
                        : event.kind == StreamEvent::Kind::Comment ? line.text.startsWith(':')
                                                                   : true;
    if (!wanted) continue;
    if (!std::exchange(first, false)) data += '\n';
    data += event.kind == StreamEvent::Kind::Field ? line.text : field.value;
  }
  return data;
}

}  // namespace sluice::gui
