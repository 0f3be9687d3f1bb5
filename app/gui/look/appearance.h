// Dresses the whole application, light or dark as the system asks, and follows when that changes. One per
// application, made before the first window. GUI thread.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "app/gui/look/colors.h"

namespace sluice::gui {

class SystemScheme;

class Appearance : public QObject {
  Q_OBJECT
 public:
  Appearance();
  ~Appearance() override;

  // Fixed instead of following the system; nothing: follow again.
  void setFixedScheme(std::optional<Scheme> scheme);
  Scheme scheme() const { return applied_; }

 private:
  void apply();

  std::unique_ptr<SystemScheme> system_;
  Scheme ofStartPalette_;  // what the platform's own palette was before we dressed it
  std::optional<Scheme> fixed_;
  Scheme applied_ = Scheme::Light;
};

}  // namespace sluice::gui
