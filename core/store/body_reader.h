// One recorded body, read from its beginning: what was stored when it was opened, even if more arrives meanwhile.
// Any thread, one at a time; it needs neither the Reader that made it nor the database any more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::store {

class BodyReader {
 public:
  // A small body, whole.
  static BodyReader ofMemory(std::string bytes);
  // The first `bytes` of a file. NotFound when it is gone.
  static Result<BodyReader> ofFile(const std::filesystem::path& file, std::uint64_t bytes);

  std::uint64_t bytes() const { return bytes_; }

  // Fills `into` as far as there is something; 0: the end. FileChanged when the file has become shorter.
  Result<std::size_t> read(MutableBytes into);

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t at_ = 0;
  std::string memory_;  // when it has no file
  std::ifstream file_;
  std::string name_;  // of the file; empty without one
};

}  // namespace sluice::store
