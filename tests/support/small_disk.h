// A small file system in memory, to be filled up. Only a user with that right can have one: mounted() tells.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace sluice::test {

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    mounted_ = run("mount", {"-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder_.path().string()}).ok();
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) (void)run("umount", {"-l", folder_.path().string()});
  }

  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
  bool mounted_ = false;
};

// Makes this file as large as there is room.
inline void fill(const std::filesystem::path& file) {
  std::ofstream ballast(file, std::ios::binary);
  const std::string block(4096, 'x');
  while (ballast.write(block.data(), std::streamsize(block.size())).flush()) {
  }
}

}  // namespace sluice::test
