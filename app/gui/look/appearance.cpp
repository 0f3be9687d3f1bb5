#include "app/gui/look/appearance.h"

#include <QApplication>

#include "app/gui/look/outlines.h"
#include "app/gui/look/system_scheme.h"

namespace sluice::gui {

Appearance::Appearance() : system_(SystemScheme::create()), ofStartPalette_(schemeOf(QGuiApplication::palette())) {
  // The one style that is the same on every system and takes its colours from the palette alone.
  QApplication::setStyle(new OutlinedStyle);
  connect(system_.get(), &SystemScheme::changed, this, &Appearance::apply);
  apply();
}

Appearance::~Appearance() = default;

void Appearance::setFixedScheme(std::optional<Scheme> scheme) {
  fixed_ = scheme;
  apply();
}

void Appearance::apply() {
  applied_ = fixed_.value_or(system_->current().value_or(ofStartPalette_));
  QApplication::setPalette(paletteOf(applied_));
  qApp->setStyleSheet(styleSheetOf(applied_));
}

}  // namespace sluice::gui
