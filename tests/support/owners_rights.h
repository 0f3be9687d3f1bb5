// What status() shows of a file, or of a folder, that is its owner's alone. Windows keeps such rights in access lists, of which
// status() knows nothing; there tests/unit/platform/windows looks at them.
#pragma once

#include <filesystem>
#include <fstream>

namespace sluice::test {

// Makes one below `folder` to look at, and removes it.
inline std::filesystem::perms rightsOfAnOwnersFile(const std::filesystem::path& folder) {
  const auto probe = folder / "probe";
  std::ofstream(probe).put('x');
  std::filesystem::permissions(probe, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto rights = std::filesystem::status(probe).permissions();
  std::filesystem::remove(probe);
  return rights;
}

inline std::filesystem::perms rightsOfAnOwnersFolder(const std::filesystem::path& folder) {
  const auto probe = folder / "probe";
  std::filesystem::create_directory(probe);
  std::filesystem::permissions(probe, std::filesystem::perms::owner_all);
  const auto rights = std::filesystem::status(probe).permissions();
  std::filesystem::remove(probe);
  return rights;
}

}  // namespace sluice::test
