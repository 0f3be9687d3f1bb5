// One random life of an output chain and its writer: any mix of memory and file slices, any demands, a stream that
// takes parts, blocks and fails, file reads that complete when they like. Checks what the spec says must hold. One
// thread.
#pragma once

#include <string>

#include "tests/support/pipe/choices.h"

namespace sluice::test {

// Empty when everything held, else what did not.
std::string runOutputSchedule(Choices& choices);

}  // namespace sluice::test
