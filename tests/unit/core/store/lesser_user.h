// While it lives, this program has the rights of a user who owns `folder` and everything in it, and little else: root may write
// everywhere, and so could not be told that it may not. One at a time; nothing where the program is an ordinary user's anyway.
#pragma once

#include <filesystem>

namespace sluice::store::test {

class LesserUser {
 public:
  explicit LesserUser(const std::filesystem::path& folder);
  LesserUser(const LesserUser&) = delete;
  LesserUser& operator=(const LesserUser&) = delete;
  ~LesserUser();
};

}  // namespace sluice::store::test
