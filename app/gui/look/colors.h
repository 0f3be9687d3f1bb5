// The colours of Sluice, light and dark, and which of the two a palette is. Pure values. Any thread.
#pragma once

#include <QColor>
#include <QPalette>
#include <array>

#include "core/base/annotation.h"

namespace sluice::gui {

enum class Scheme { Light, Dark };

struct Colors {
  QColor window, base, alternateBase, text, muted, faint, border, accent, accentText;
  QColor outline;  // of what can be typed into or ticked
  QColor selection, selectionIdle;  // rows of the table; the text on them stays `text`
  QColor good, redirect, warning, bad, tunnel, running;
  std::array<QColor, kMarkNames.size()> marks;  // by Mark; the first is none
  QColor hit;  // behind what a search has found
  QColor bannerInfo, bannerWarning, bannerBad;  // quiet fills behind `text`
};

const Colors& colorsOf(Scheme scheme);
// The colours that go with `palette`, told by how light its window is.
const Colors& colorsOf(const QPalette& palette);
Scheme schemeOf(const QPalette& palette);

QPalette paletteOf(Scheme scheme);
// What QStyle cannot be told by palette alone: flat bars, thin lines, even spacing.
QString styleSheetOf(Scheme scheme);

}  // namespace sluice::gui
