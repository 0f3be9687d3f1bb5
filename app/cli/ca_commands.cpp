#include "app/cli/ca_commands.h"

#include <chrono>

#include "platform/data_dir.h"
#include "platform/data_dir_lock.h"

namespace sluice::cli {
namespace {

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

}  // namespace

Result<void> caPath(const std::filesystem::path& dataDir, Output& output) {
  const auto path = platform::caCertificateFile(dataDir);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Side::Local, Code::NotFound, path.string() + " does not exist yet: the engine makes it when it first starts");
  }
  return output.writeText(path.string() + "\n");
}

Result<void> regenerateCa(const std::filesystem::path& dataDir, Output& output) {
  const auto lock = platform::DataDirLock::acquire(dataDir, wallNow());
  if (!lock) return fail(lock.error());
  for (const auto& path : {platform::caKeyFile(dataDir), platform::caCertificateFile(dataDir)}) {
    std::error_code code;
    std::filesystem::remove(path, code);
    if (code) return fail(Side::Local, Code::System, "cannot remove " + path.string(), code.value());
  }
  return output.writeText("The CA is gone. The engine makes a new one when it starts; give that one to your clients.\n");
}

}  // namespace sluice::cli
