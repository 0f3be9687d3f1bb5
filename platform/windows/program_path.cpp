#include "platform/program_path.h"

#include <string>

#include "platform/windows/system_error.h"

namespace sluice::platform {

Result<std::filesystem::path> ownProgramDirectory() {
  std::wstring name(MAX_PATH, L'\0');
  for (;;) {
    const DWORD size = GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size()));
    if (size == 0) return systemFailure(GetLastError(), "the path of this program");
    if (size < name.size()) {
      name.resize(size);
      return std::filesystem::path(name).parent_path();
    }
    name.resize(name.size() * 2);  // it was cut
  }
}

Result<std::filesystem::path> programBeside(const std::string& name) {
  auto directory = ownProgramDirectory();
  if (directory) *directory /= (name + ".exe");
  return directory;
}

}  // namespace sluice::platform
