#include "tests/unit/core/store/step_counter.h"

#include <sqlite3.h>

#include <atomic>

namespace sluice::store::test {
namespace {

constexpr int kStepsAtOnce = 100;

std::atomic<std::uint64_t> total{0};
std::atomic<std::uint64_t> asked{0};

int count(void*) {
  total += kStepsAtOnce;
  return 0;
}

int countStatement(unsigned, void*, void*, void*) {
  ++asked;
  return 0;
}

int watch(sqlite3* db, const char**, const void*) {
  sqlite3_progress_handler(db, kStepsAtOnce, count, nullptr);
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, countStatement, nullptr);
}

using Entry = void (*)();

}  // namespace

StepCounter::StepCounter() { sqlite3_auto_extension(reinterpret_cast<Entry>(watch)); }
StepCounter::~StepCounter() { sqlite3_cancel_auto_extension(reinterpret_cast<Entry>(watch)); }

std::uint64_t StepCounter::steps() const { return total; }
std::uint64_t StepCounter::statements() const { return asked; }

}  // namespace sluice::store::test
