// Short texts laid out once and drawn many times: most cells of a table say what other cells say too, and laying a text
// out costs more than drawing it. Plain text only. GUI thread.
#pragma once

#include <QCache>
#include <QFont>
#include <QPainter>
#include <QStaticText>

namespace sluice::gui {

class ShapedTexts {
 public:
  ShapedTexts();
  // In the middle of `area`'s height, cut with an ellipsis where it is too wide, in the painter's font and pen. Gives
  // the width that the whole text would take.
  int draw(QPainter& painter, const QRect& area, Qt::Alignment alignment, const QString& text);

 private:
  struct Shaped {
    QStaticText text;
    int width = 0;
  };
  const Shaped& shaped(const QString& text);
  const Shaped& elided(const QString& text, int width);

  QCache<QString, Shaped> texts_;
  QCache<QString, Shaped> elided_;  // by width and text
  QFont font_;
};

}  // namespace sluice::gui
