// CSS and JavaScript laid out for reading: a line ends after a statement or a brace, and is indented by braces. Line
// ends that are there stay. Knows strings, templates, comments and regular expressions well enough not to break inside
// of them; what it misjudges is still shown, all of it. Formats from any line on. Any thread.
#pragma once

#include "app/gui/text/document.h"

namespace sluice::gui {

class CodeDocument : public Document {
 public:
  enum class Language { Css, JavaScript };
  CodeDocument(QByteArray bytes, Language language) : Document(std::move(bytes)), language_(language) {}

  std::optional<Line> lineAt(const Place& place, const Layout& layout) const override;
  BuiltLine build(const Line& line) const override;

 private:
  // What the place lies inside of, when it is no longer between tokens.
  enum State : quint32 { kBetween, kInComment, kInTemplate, kInSingle, kInDouble };
  struct Token {
    qint64 end = 0;
    quint32 open = kBetween;  // it goes on in the next line
    enum class Kind { Space, LineEnd, Comment, String, Word, Number, Sign } kind = Kind::Sign;
  };

  Token tokenAt(qint64 at, qint64 limit, quint32 state, unsigned char before) const;
  Token quoted(qint64 at, qint64 limit, unsigned char quote, quint32 state) const;
  Token slashed(qint64 at, qint64 limit, unsigned char before) const;
  bool startsRegularExpression(unsigned char before) const;
  qint64 afterClosingBrace(qint64 at) const;

  const Language language_;
};

}  // namespace sluice::gui
