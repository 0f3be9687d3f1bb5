#include "app/gui/look/outlines.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {

constexpr double kRadius = 2;
constexpr int kButtonRoom = 12;  // beside the text, both sides together

void outline(const QStyleOption& option, QRect area, QPainter& painter) {
  const Colors& colors = colorsOf(option.palette);
  const bool focused = option.state.testFlag(QStyle::State_HasFocus) && option.state.testFlag(QStyle::State_Enabled);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(focused ? colors.accent : colors.outline);
  painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
  painter.restore();
}

bool isDark(const QStyleOption& option) { return schemeOf(option.palette) == Scheme::Dark; }

}  // namespace

OutlinedStyle::OutlinedStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void OutlinedStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter, const QWidget* widget) const {
  QProxyStyle::drawPrimitive(element, option, painter, widget);
  if (!isDark(*option)) return;
  if (element == PE_FrameLineEdit || element == PE_Frame || element == PE_IndicatorCheckBox) outline(*option, option->rect, *painter);
}

void OutlinedStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                       const QWidget* widget) const {
  QProxyStyle::drawComplexControl(control, option, painter, widget);
  if (control == CC_SpinBox && isDark(*option)) outline(*option, option->rect, *painter);
}

QSize OutlinedStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents, const QWidget* widget) const {
  const QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
  return type == CT_PushButton ? size + QSize(kButtonRoom, 0) : size;
}

}  // namespace sluice::gui
