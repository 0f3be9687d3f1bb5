// JSON laid out for reading: one member a line, indented by depth, objects and arrays that can be folded. Formats from
// any line on, so the end of a large document is there as soon as its beginning. What is no JSON is still shown, all of
// it: nothing but white space between tokens is ever left out. Any thread.
#pragma once

#include "app/gui/text/document.h"

namespace sluice::gui {

class JsonDocument : public Document {
 public:
  using Document::Document;
  std::optional<Line> lineAt(const Place& place, const Layout& layout) const override;
  BuiltLine build(const Line& line) const override;
  bool canFold() const override { return true; }
  std::optional<Fold> foldFrom(qint64 opener) const override;

 private:
  enum State : quint32 { kBetween = 0, kInString = 1 };

  qint64 stringEnd(qint64 at, qint64 limit) const;
  qint64 bareEnd(qint64 at, qint64 limit) const;
  void takeMember(Line& line, const Layout& layout) const;
  void takeValue(Line& line, qint64 at, const Layout& layout) const;
  void takeOpener(Line& line, qint64 at, const Layout& layout) const;
  void takeString(Line& line, qint64 at, const Layout& layout) const;
  void close(Line& line) const;
  void count(Line& line, qint64 from, qint64 to) const;
  void addTokens(class LineBuilder& builder, qint64 from, qint64 to, bool inString) const;
};

}  // namespace sluice::gui
