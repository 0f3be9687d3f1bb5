#include "core/base/annotation.h"

#include <algorithm>

namespace sluice {

std::string_view name(Mark mark) { return kMarkNames[static_cast<std::size_t>(mark)]; }

std::optional<Mark> markNamed(std::string_view name) {
  const auto found = std::find(kMarkNames.begin(), kMarkNames.end(), name);
  if (found == kMarkNames.end()) return std::nullopt;
  return static_cast<Mark>(found - kMarkNames.begin());
}

}  // namespace sluice
