// Windows and macOS: Qt's palette follows the system there, so there is nothing else to ask.
#include "app/gui/look/system_scheme.h"

namespace sluice::gui {
namespace {

class PaletteScheme : public SystemScheme {
 public:
  std::optional<Scheme> current() const override { return std::nullopt; }
};

}  // namespace

std::unique_ptr<SystemScheme> SystemScheme::create() { return std::make_unique<PaletteScheme>(); }

}  // namespace sluice::gui
