// XML and HTML laid out for reading: one tag or one run of text a line, indented by depth; an element that holds
// nothing but a short text stays on one line. Formats from any line on. Nothing but white space is ever left out. Any
// thread.
#pragma once

#include "app/gui/text/document.h"

namespace sluice::gui {

class MarkupDocument : public Document {
 public:
  enum class Dialect { Xml, Html };  // HTML has elements without an end, and raw text in scripts and styles
  MarkupDocument(QByteArray bytes, Dialect dialect) : Document(std::move(bytes)), dialect_(dialect) {}

  std::optional<Line> lineAt(const Place& place, const Layout& layout) const override;
  BuiltLine build(const Line& line) const override;

 private:
  // What the place lies inside of, when it is no longer at a beginning.
  enum State : quint32 { kBetween, kInTag, kInComment, kInCdata, kInScript, kInStyle };

  void takeTag(Line& line) const;
  void takeText(Line& line) const;
  // One of the lines that are kept as they are, up to the end of what the place lies inside of.
  void takeKept(Line& line, quint32 state) const;
  qint64 tagEnd(qint64 at, qint64 limit) const;
  qint64 endOf(qint64 at, quint32 state) const;
  QByteArray nameAt(qint64 at) const;
  bool joinShortText(Line& line, const QByteArray& name) const;

  const Dialect dialect_;
};

}  // namespace sluice::gui
