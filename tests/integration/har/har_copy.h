// A HAR file taken into a history of its own and written out again. One thread.
#pragma once

#include <istream>
#include <string>

#include "core/base/result.h"

namespace sluice::test {

Result<std::string> harCopy(std::istream& file);

}  // namespace sluice::test
