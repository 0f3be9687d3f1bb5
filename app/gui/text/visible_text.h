// Captured text made safe to show. Traffic is data: a character that would be invisible, would break a line or would
// turn the direction of the text around is replaced by a visible sign, and nothing is ever taken for rich text. Any
// thread.
#pragma once

#include <QByteArrayView>
#include <QString>

namespace sluice::gui {

enum class LineBreaks { Keep, Show };

// `text` with control characters as pictures (␀ ␛ ␡) and invisible or direction-changing ones as ‹U+202E›.
// Keep leaves tab and line feed alone, and drops a carriage return that stands before a line feed.
QString visible(QStringView text, LineBreaks lineBreaks);

// For one cell or one label: at most `charactersMax` characters, then an ellipsis.
QString visibleLine(std::string_view utf8, int charactersMax = 1024);

// For a tooltip: Qt takes one for rich text if it looks like that; this one never is, whatever it holds.
QString plainTip(const QString& text);

enum class Ending { Whole, Cut };

// UTF-8 where the bytes are valid UTF-8, else Latin-1 (which never fails): how heads and unlabelled bodies are read.
// Cut: the bytes end where a limit fell, so a character may be broken there; its bytes are left out.
QString decodeText(QByteArrayView bytes, Ending ending = Ending::Whole);

// Whether most people would call these bytes text. Looks at the first 8 KiB only.
bool looksLikeText(QByteArrayView bytes);

}  // namespace sluice::gui
