// Counts the steps of SQLite's machine and the statements that it begins, of all connections that are opened while it lives: what a
// question costs, on every machine alike. Rows that are only sorted in memory or searched by our own functions are steps too, however
// long each takes.
#pragma once

#include <cstdint>

namespace sluice::store::test {

class StepCounter {
 public:
  StepCounter();
  StepCounter(const StepCounter&) = delete;
  StepCounter& operator=(const StepCounter&) = delete;
  ~StepCounter();

  // To within a hundred for each statement.
  std::uint64_t steps() const;
  std::uint64_t statements() const;
};

}  // namespace sluice::store::test
