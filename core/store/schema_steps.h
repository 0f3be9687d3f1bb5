// The SQL that made the tables of the history what they are, step by step. Step n brings version n - 1 to n, and version
// 0 is an empty database. A step that was released is never changed: what it got wrong, the next one puts right. Any
// thread.
#pragma once

#include <span>

namespace sluice::store {

std::span<const char* const> schemaSteps();

// How many tables and indexes of ours each version has, from version 1 on. A history whose version was damaged shows by
// it, before a step would be taken twice.
std::span<const int> schemaObjects();

}  // namespace sluice::store
