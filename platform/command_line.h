// The words that this program was started with. Lives as long as main(). Any one thread at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::platform {

class CommandLine {
 public:
  // Of what main() was given.
  CommandLine(int count, char** words);
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // ENSURES: the program's own name is the first; each is what was said, in UTF-8 where the system has characters (Windows) and byte
  // for byte elsewhere.
  int count() const { return static_cast<int>(words_.size()); }
  // As main() has them. Borrowed.
  char** words() { return words_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> words_;  // into texts_
};

// The path that a word of a command line names: made of its bytes alone, it would be read in the code page after all.
inline std::filesystem::path pathOf(std::string_view word) { return std::u8string(word.begin(), word.end()); }

}  // namespace sluice::platform
