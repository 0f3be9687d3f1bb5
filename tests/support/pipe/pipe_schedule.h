// One random life of an event pipe: random settings, a body, partners that block, give parts and fail as they like, and
// events in any order. After each step it checks the invariants of the spec, at the end that nothing is left. One
// thread.
#pragma once

#include <string>

#include "tests/support/pipe/choices.h"

namespace sluice::test {

// Empty when everything held, else what did not.
std::string runPipeSchedule(Choices& choices);

}  // namespace sluice::test
