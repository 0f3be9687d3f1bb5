// When bodies are given up so that rows may still be written, and for how long. The recorder's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace sluice::store {

class FullDisk {
 public:
  using Time = std::chrono::steady_clock::time_point;

  FullDisk(std::filesystem::path dataDir, std::chrono::milliseconds retryAfter) : dataDir_(std::move(dataDir)), retryAfter_(retryAfter) {}

  // A commit found no space.
  void noteFull() { ++timesFull_; }
  // Whether so many bytes of bodies that wait must be given up, or it is to be tried.
  bool mustGiveUp(std::uint64_t bodyBytes) const;

  // Bodies are given up from now on.
  void cut(Time now) { cutUntil_ = now + retryAfter_; }
  bool cutting() const { return cutUntil_ != Time{}; }
  // Until when at least; Time{}: they are not.
  Time cutUntil() const { return cutUntil_; }
  // The history is about to be opened, with what is free now.
  void noteOpening();
  // That was too little: it is tried again when there is more, or after a minute, since bringing a large one up to date writes as much as
  // there is room for.
  void noteNoRoomToOpen(Time now);
  void noteRoomToOpen() { openAt_ = {}; }
  bool mayOpen(Time now) const;

  // After a commit. True: all of it can be kept again.
  bool hasPassed(Time now);

 private:
  bool hasRoomFor(std::uint64_t bytes) const;

  const std::filesystem::path dataDir_;
  const std::chrono::milliseconds retryAfter_;
  int timesFull_ = 0;  // in a row
  Time cutUntil_{};
  std::uint64_t freeAtOpening_ = 0;  // bytes
  Time openAt_{};                    // at the latest
};

}  // namespace sluice::store
