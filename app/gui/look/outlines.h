// Fusion, with outlines that can be seen on dark ground, where what it draws around fields and boxes is a darker shade of the window; and
// with more room in its buttons. GUI thread.
#pragma once

#include <QProxyStyle>

namespace sluice::gui {

class OutlinedStyle : public QProxyStyle {
  Q_OBJECT
 public:
  OutlinedStyle();

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const override;
  void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                          const QWidget* widget) const override;
  QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents, const QWidget* widget) const override;
};

}  // namespace sluice::gui
