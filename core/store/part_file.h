// The place to write a file that shall replace another only when all of it is there: beside it, under a name that nobody else has. A link
// stays one, and what it leads to is replaced. A pipe or a device cannot be replaced: it is written as it stands. What a killed program has
// left of the same file goes when it has not changed for a day: whoever still writes one changes it all the time. The name of a part proves
// itself, so that nothing of anybody else's is taken for one: "a.har.sluice-0123456789abcdef-0123456789abcdef.part", of which the second
// number follows from the first and the whole name of the file; before them stands as much of that name as systems allow, in whole
// characters. Any thread.
#pragma once

#include <filesystem>
#include <system_error>

namespace sluice::store {

class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& file);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();  // without replace(), nothing is left

  const std::filesystem::path& path() const { return part_; }
  bool isDirect() const { return part_ == target_; }  // no regular file

  // The part takes the place of the file. REQUIRES: it is closed.
  std::error_code replace();

 private:
  std::filesystem::path target_;
  std::filesystem::path part_;
};

}  // namespace sluice::store
