#include "core/base/assert.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace sluice {
namespace {
std::atomic<std::uint64_t> bugs{0};
std::atomic<bool> fatal{false};
}  // namespace

void assertionFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

bool reportBug(const char* condition, const char* file, int line) {
  bugs.fetch_add(1, std::memory_order_relaxed);
  std::fprintf(stderr, "bug survived: %s (%s:%d)\n", condition, file, line);
  if (fatal.load(std::memory_order_relaxed)) std::abort();
  return true;
}

void setBugsAreFatal(bool value) { fatal.store(value, std::memory_order_relaxed); }

std::uint64_t bugCount() { return bugs.load(std::memory_order_relaxed); }

}  // namespace sluice
