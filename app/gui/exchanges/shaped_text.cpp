#include "app/gui/exchanges/shaped_text.h"

#include <cmath>

namespace sluice::gui {
namespace {
// Some screens of different texts; about half a kilobyte each.
constexpr int kTextsMax = 4096;
constexpr int kElidedMax = 1024;
}  // namespace

ShapedTexts::ShapedTexts() : texts_(kTextsMax), elided_(kElidedMax) {}

int ShapedTexts::draw(QPainter& painter, const QRect& area, Qt::Alignment alignment, const QString& text) {
  if (text.isEmpty() || area.width() <= 0) return 0;
  if (painter.font() != font_) {
    font_ = painter.font();
    texts_.clear();
    elided_.clear();
  }
  const int whole = shaped(text).width;
  const Shaped& shown = whole <= area.width() ? shaped(text) : elided(text, area.width());
  const int x = alignment.testFlag(Qt::AlignRight) ? area.right() + 1 - shown.width : area.left();
  const int y = area.top() + (area.height() - painter.fontMetrics().height()) / 2;
  painter.drawStaticText(x, y, shown.text);
  return whole;
}

const ShapedTexts::Shaped& ShapedTexts::shaped(const QString& text) {
  if (const Shaped* known = texts_.object(text)) return *known;
  auto* made = new Shaped{QStaticText(text), 0};
  made->text.setTextFormat(Qt::PlainText);
  made->text.setPerformanceHint(QStaticText::AggressiveCaching);
  made->text.prepare({}, font_);
  made->width = int(std::ceil(made->text.size().width()));
  texts_.insert(text, made);
  return *made;
}

const ShapedTexts::Shaped& ShapedTexts::elided(const QString& text, int width) {
  const QString key = QString::number(width) + u':' + text;
  if (const Shaped* known = elided_.object(key)) return *known;
  auto* made = new Shaped(shaped(QFontMetrics(font_).elidedText(text, Qt::ElideRight, width)));
  elided_.insert(key, made);
  return *made;
}

}  // namespace sluice::gui
