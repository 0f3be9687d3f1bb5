// One recorded body, read from its beginning: what was stored when it was opened, even if more arrives meanwhile.
// Any thread, one at a time; it needs neither the Reader that made it nor its connection any more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/store/body_pieces.h"

namespace sluice::store {

class BodyReader {
 public:
  // A small body, whole.
  static BodyReader ofMemory(std::string bytes);
  // The first `bytes` of a file. NotFound when it is gone.
  static Result<BodyReader> ofFile(const std::filesystem::path& file, std::uint64_t bytes);
  // What follows `beginning` in a session: `bytes` in all, of which no more than a piece is held.
  static BodyReader ofPieces(std::string beginning, BodyPieces pieces, std::uint64_t bytes);

  std::uint64_t bytes() const { return bytes_; }

  // Fills `into` as far as there is something; 0: the end. FileChanged when the file has become shorter. Errors name it.
  Result<std::size_t> read(MutableBytes into);

  // The whole of a body that is held in memory, instead of reading it; nothing: it is not.
  std::optional<std::string> take();

 private:
  Result<void> readFile(MutableBytes into);
  Result<void> readPieces(MutableBytes into);

  std::uint64_t bytes_ = 0;
  std::uint64_t at_ = 0;
  std::string memory_;  // when it has no file; of pieces, the beginning
  std::optional<BodyPieces> pieces_;
  std::string_view piece_;  // what is left of the last one
  std::optional<std::ifstream> file_;
  std::string name_;  // of the file
};

}  // namespace sluice::store
