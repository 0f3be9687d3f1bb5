// Transfers too large to keep, through a real engine whose memory is watched while they run.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"

namespace sluice::test {

// Samples the resident memory of the engine and its children, and the size of its spill files, until it goes out of scope.
class MemoryWatch {
 public:
  explicit MemoryWatch(EngineProcess& engine);
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  std::uint64_t firstBytes() const { return first_; }
  std::uint64_t mostBytes() const { return most_; }
  // The largest file without a name below the engine's data directory that it, or a child of it, had open.
  std::uint64_t mostSpilledBytes() const { return mostSpilled_; }

 private:
  void sample(EngineProcess& engine);

  const std::uint64_t first_;
  std::atomic<std::uint64_t> most_;
  std::atomic<std::uint64_t> mostSpilled_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread sampler_;
};

struct Transfer {
  std::string failure;  // empty: byte-identical to the end
  double seconds = 0;
};

// curl downloads so many bytes of Pattern(1) from `url`; they are checked as they come.
Transfer download(const EngineProcess& engine, const std::string& url, std::uint64_t bytes);
// curl uploads so many bytes, chunked, and the origin's digest is compared.
Transfer upload(const EngineProcess& engine, const std::string& url, std::uint64_t bytes);
// A client of our own reads the body at a rate, with a small receive buffer, and compares its SHA-256.
Transfer downloadSlowly(const EngineProcess& engine, const std::string& url, std::uint64_t bytes,
                        std::uint64_t bytesPerSecond);

// One line for the reader of a test's output.
void print(const char* what, const Transfer& transfer, std::uint64_t bytes, const MemoryWatch& memory);

}  // namespace sluice::test
