// The SQL that made the tables of the history what they are, step by step. Step n brings version n - 1 to n, and version
// 0 is an empty database. A step that was released is never changed: what it got wrong, the next one puts right. Any
// thread.
#pragma once

#include <span>

namespace sluice::store {

std::span<const char* const> schemaSteps();

}  // namespace sluice::store
