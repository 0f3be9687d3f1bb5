// Whether the desktop asks for light or dark, and news of it. One file for each way of asking: the build picks. GUI
// thread.
#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "app/gui/look/colors.h"

namespace sluice::gui {

class SystemScheme : public QObject {
  Q_OBJECT
 public:
  static std::unique_ptr<SystemScheme> create();
  // Nothing: the desktop does not say; look at the palette it gave us.
  virtual std::optional<Scheme> current() const = 0;

 signals:
  void changed();
};

}  // namespace sluice::gui
