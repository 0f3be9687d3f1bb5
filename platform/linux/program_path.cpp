#include "platform/program_path.h"

namespace sluice::platform {

Result<std::filesystem::path> ownProgramDirectory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail(Side::Local, Code::System, "/proc/self/exe", error.value());
  return program.parent_path();
}

}  // namespace sluice::platform
