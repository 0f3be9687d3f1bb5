#include "platform/program_path.h"

namespace sluice::platform {

Result<std::filesystem::path> programBeside(const std::string& name) {
  auto directory = ownProgramDirectory();
  if (directory) *directory /= name;
  return directory;
}

}  // namespace sluice::platform
