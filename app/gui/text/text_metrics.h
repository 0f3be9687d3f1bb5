// Measures that the files of TextView share. GUI thread.
#pragma once

#include <QFontMetricsF>
#include <QWidget>

namespace sluice::gui {

inline constexpr int kTextMargin = 12;

inline double columnWidth(const QWidget& widget) { return QFontMetricsF(widget.font()).horizontalAdvance(u'0'); }

}  // namespace sluice::gui
