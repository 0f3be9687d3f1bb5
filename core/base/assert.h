// Assertions in three levels (an Error is the first). Any thread.
//
// SLUICE_ASSERT(cond)  a broken invariant: always checked, ends the process.
// SLUICE_BUG(cond)     "cannot happen, but can be survived": true when cond holds; reported and counted, and
//                      fatal where setBugsAreFatal(true) was called (every test does):
//                          if (SLUICE_BUG(slice.empty())) return;
#pragma once

#include <cstdint>

namespace sluice {

[[noreturn]] void assertionFailed(const char* condition, const char* file, int line);
bool reportBug(const char* condition, const char* file, int line);

void setBugsAreFatal(bool fatal);
// How many bugs this process has survived; shown in the status.
std::uint64_t bugCount();

}  // namespace sluice

#define SLUICE_ASSERT(cond) ((cond) ? void(0) : ::sluice::assertionFailed(#cond, __FILE__, __LINE__))
#define SLUICE_BUG(cond) ((cond) ? ::sluice::reportBug(#cond, __FILE__, __LINE__) : false)
