#include "app/cli/ca_commands.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iterator>

#include "app/cli/json.h"
#include "core/codec/tls/certificate.h"
#include "platform/data_dir.h"
#include "platform/data_dir_lock.h"

namespace sluice::cli {
namespace {

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

Result<std::filesystem::path> existingCa(const std::filesystem::path& dataDir) {
  auto path = platform::caCertificateFile(dataDir);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  return fail(Side::Local, Code::NotFound, path.string() + " does not exist yet: the engine makes it when it first starts");
}

// As Windows, Android and Java name the certificates that they take.
bool isDerName(const std::filesystem::path& file) {
  const auto extension = file.extension().string();
  return extension == ".crt" || extension == ".cer" || extension == ".der";
}

}  // namespace

Result<void> caPath(Format format, const std::filesystem::path& dataDir, Output& output) {
  const auto path = existingCa(dataDir);
  if (!path) return fail(path.error());
  if (format == Format::Json) return output.writeText(line(nlohmann::ordered_json{{"path", path->string()}}) + "\n");
  return output.writeText(path->string() + "\n");
}

Result<void> exportCa(const ExportCaCommand& command, const std::filesystem::path& dataDir, Output& output) {
  const auto path = existingCa(dataDir);
  if (!path) return fail(path.error());
  std::ifstream file(*path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(Side::Local, Code::System, path->string() + " cannot be read");
  if (isDerName(command.file)) {
    auto der = tls::derOfPem(bytes);
    if (!der) return fail(Side::Local, Code::BadArgument, path->string() + ": " + der.error().detail);
    bytes = std::move(*der);
  }
  if (command.file == "-") return output.writeText(bytes);
  std::ofstream out(command.file, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  if (!out) return fail(Side::Local, Code::System, command.file.string() + " cannot be written");
  return {};
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
