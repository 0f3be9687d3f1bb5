// Bodies for tests: pseudo-random bytes that depend on a seed and their offset alone, so that gigabytes can be
// made, sent and checked piece by piece without keeping them. Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.h"

namespace sluice::test {

class Pattern {
 public:
  explicit Pattern(std::uint64_t seed) : seed_(seed) {}

  // Writes the bytes that stand at `offset` of this body.
  void fill(std::uint64_t offset, MutableBytes into) const;
  bool matches(std::uint64_t offset, Bytes bytes) const;
  std::string text(std::uint64_t offset, std::size_t size) const;

 private:
  std::uint64_t word(std::uint64_t index) const;

  std::uint64_t seed_;
};

// SHA-256 over pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(Bytes bytes);
  // Ends the digest; lower-case hexadecimal.
  std::string hex();

 private:
  void* context_;
};

std::string sha256(Bytes bytes);
std::string patternSha256(std::uint64_t seed, std::uint64_t size);

}  // namespace sluice::test
