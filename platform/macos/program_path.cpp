#include "platform/program_path.h"

#include <mach-o/dyld.h>

#include <cstdint>

namespace sluice::platform {

Result<std::filesystem::path> ownProgramDirectory() {
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);  // says how much it takes
  std::string name(size, '\0');
  if (size == 0 || ::_NSGetExecutablePath(name.data(), &size) != 0) return fail(Side::Local, Code::System, "this program's own path");
  name.resize(name.find('\0'));
  // It is the path that the program was started by: links are in it.
  std::error_code error;
  const auto program = std::filesystem::canonical(name, error);
  if (error) return fail(Side::Local, Code::System, name, error.value());
  return program.parent_path();
}

}  // namespace sluice::platform
