// What is left of histories that were cleared: files DATA_DIR/history.cleared-*, removed a little at a time, since
// they may be many gigabytes. The recorder's thread.
#pragma once

#include <filesystem>
#include <vector>

namespace sluice::store {

class Trash {
 public:
  // Notes what lies there now.
  explicit Trash(const std::filesystem::path& dataDir);

  bool done() const { return left_.empty(); }
  // Some milliseconds of work. What cannot be removed is left for the next start.
  void step();

 private:
  std::vector<std::filesystem::path> left_;
};

}  // namespace sluice::store
