// The product's version: PROJECT_VERSION of the top CMakeLists.txt, its one home. Any thread.
#pragma once

#include <string_view>

namespace sluice {

std::string_view version();  // "0.1.0"

}  // namespace sluice
