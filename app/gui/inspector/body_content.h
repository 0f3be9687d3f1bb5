// A recorded body made ready to show: read, its content codings undone, and turned into a document on the history's
// thread; shown on the GUI thread. Read and not mapped: most bodies are packed, so that there is nothing to map; a mapped file that
// is cut or cannot be read ends the process, and none that is mapped can be deleted on Windows, where a history is cleared. One body is in
// memory at a time, kShownBytesMax of it at most.
#pragma once

#include <QImage>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "app/gui/inspector/body_kind.h"
#include "app/gui/inspector/event_stream.h"
#include "app/gui/text/document.h"
#include "core/base/result.h"
#include "core/store/reader.h"

namespace sluice::gui {

// Pretty, Text and Image show the body with its content codings undone; Raw and Hex as it was recorded.
enum class BodyForm { Automatic, Events, Pretty, Text, Raw, Hex, Image };

// What to read, with the fields of the head that tell how.
struct BodyWanted {
  ExchangeId exchange;
  capture::Direction direction = capture::Direction::Response;
  BodyForm form = BodyForm::Automatic;
  std::string contentType;
  std::string contentEncoding;  // several fields joined by commas
  bool whole = true;            // false: as much as fills a screen, at once
};

// What a reading of a large body tells, and is told, while it goes on. Any thread.
struct BodyProgress {
  std::atomic<bool> cancelled{false};
  std::atomic<std::uint64_t> bytes{0};  // read so far
};

struct BodyContent {
  BodyForm form = BodyForm::Text;  // never Automatic
  BodyKind kind = BodyKind::OtherText;
  DocumentPtr document;             // null: nothing was recorded, or it is shown as one of the two below
  std::vector<NamedValue> fields;   // of a form
  EventStreamPtr events;            // of an event stream
  QImage image;
  std::uint64_t storedBytes = 0;
  std::uint64_t readBytes = 0;   // of these
  std::uint64_t shownBytes = 0;  // after decoding
  QString coding;                // "gzip"; empty: it is shown as recorded
  QString problem;               // why it could not be decoded, or not to its end
  bool isWhole = true;           // false: more can be read
};

// The first screen of any text is in here.
inline constexpr std::uint64_t kFirstBodyBytes = 192 * 1024;
// Of a body in memory; the whole of what is recorded, unless somebody raised that limit or it unpacks to a bomb.
inline constexpr std::uint64_t kShownBytesMax = 256 * 1024 * 1024;

// History thread only.
Result<BodyContent> readBody(store::Reader& reader, const BodyWanted& wanted, BodyProgress& progress);

}  // namespace sluice::gui
