// A small file system in memory, to be filled up. Only a user with that right can have one: mounted() tells.
#pragma once

#include <filesystem>
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

}  // namespace sluice::test
