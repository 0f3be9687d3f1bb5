#include "platform/program_path.h"

#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/syslimits.h>

#include <array>
#include <cerrno>

namespace sluice::platform {

Result<std::filesystem::path> ownProgramDirectory() {
  const std::array<int, 4> name{CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
  std::string path(PATH_MAX, '\0');
  std::size_t size = path.size();
  if (::sysctl(name.data(), name.size(), path.data(), &size, nullptr, 0) != 0) {
    return fail(Side::Local, Code::System, "this program's own path", errno);
  }
  path.resize(path.find('\0'));
  return std::filesystem::path(path).parent_path();
}

}  // namespace sluice::platform
