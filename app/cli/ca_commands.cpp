#include "app/cli/ca_commands.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iterator>

#include "app/cli/json.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "core/codec/tls/certificate.h"
#include "platform/data_dir.h"
#include "platform/data_dir_lock.h"
#include "platform/trust_store.h"

namespace sluice::cli {
namespace {

WallTime wallNow() { return std::chrono::floor<Micros>(std::chrono::system_clock::now()); }

Result<std::filesystem::path> existingCa(const std::filesystem::path& dataDir) {
  auto path = platform::caCertificateFile(dataDir);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  return fail(Side::Local, Code::NotFound, path.string() + " does not exist yet: the engine makes it when it first starts");
}

Result<std::string> contentsOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(Side::Local, Code::System, path.string() + " cannot be read");
  return bytes;
}

Result<platform::TrustedAuthority> authorityOf(const std::filesystem::path& dataDir) {
  const auto path = existingCa(dataDir);
  if (!path) return fail(path.error());
  auto pem = contentsOf(*path);
  if (!pem) return fail(pem.error());
  const auto der = tls::derOfPem(*pem);
  const auto facts = der ? tls::describeCertificate(*der) : fail(der.error());
  if (!facts) return fail(Side::Local, Code::BadArgument, path->string() + ": " + facts.error().detail);
  return platform::TrustedAuthority{facts->commonName, std::move(*pem), *path};
}

const char* nameOf(platform::TrustPlace::State state) {
  switch (state) {
    case platform::TrustPlace::State::Absent: return "no";
    case platform::TrustPlace::State::Trusted: return "yes";
    case platform::TrustPlace::State::Unknown: return "unknown";
  }
  return "";
}

std::string titleOf(const platform::TrustPlace& place) {
  switch (place.kind) {
    case platform::TrustPlace::Kind::System: return "all users";
    case platform::TrustPlace::Kind::User: return "this user";
    case platform::TrustPlace::Kind::Browser: return visibleLine(place.title);
  }
  return {};
}

Result<void> listPlaces(const platform::TrustedAuthority& authority, Format format, Output& output) {
  if (format == Format::Json) {
    auto array = nlohmann::ordered_json::array();
    for (const auto& place : platform::trustPlaces(authority)) {
      array.push_back({{"place", place.id}, {"whose", titleOf(place)}, {"trusted", nameOf(place.state)},
                       {"canChange", place.canChange}, {"detail", place.detail}});
    }
    return output.writeText(pretty(array) + "\n");
  }
  Table table({{"trusted"}, {"whose"}, {"place"}, {"detail"}});
  for (const auto& place : platform::trustPlaces(authority)) {
    table.add({nameOf(place.state), titleOf(place), visibleLine(place.id), visibleLine(place.detail)});
  }
  return output.writeText(table.text());
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
  auto bytes = contentsOf(*path);
  if (!bytes) return fail(bytes.error());
  if (isDerName(command.file)) {
    bytes = tls::derOfPem(*bytes);
    if (!bytes) return fail(Side::Local, Code::BadArgument, path->string() + ": " + bytes.error().detail);
  }
  if (command.file == "-") return output.writeText(*bytes);
  std::ofstream out(command.file, std::ios::binary | std::ios::trunc);
  out << *bytes;
  out.close();
  if (!out) return fail(Side::Local, Code::System, command.file.string() + " cannot be written");
  return {};
}

Result<void> trust(const TrustCommand& command, Format format, const std::filesystem::path& dataDir, Output& output) {
  const auto authority = authorityOf(dataDir);
  if (!authority) return fail(authority.error());
  if (command.what == TrustCommand::What::Status) return listPlaces(*authority, format, output);
  const auto change = command.what == TrustCommand::What::Install ? platform::trustAt : platform::distrustAt;
  if (!command.place.empty()) return change(command.place, *authority);
  for (const auto& place : platform::trustPlaces(*authority)) {
    if (place.kind == platform::TrustPlace::Kind::System) continue;
    if (auto done = change(place.id, *authority); !done) return done;
  }
  return {};
}

Result<void> regenerateCa(Format format, const std::filesystem::path& dataDir, Output& output) {
  const auto lock = platform::DataDirLock::acquire(dataDir, wallNow());
  if (!lock) return fail(lock.error());
  auto removed = nlohmann::ordered_json::array();
  for (const auto& path : {platform::caKeyFile(dataDir), platform::caCertificateFile(dataDir)}) {
    std::error_code code;
    if (std::filesystem::remove(path, code)) removed.push_back(path.string());
    if (code) return fail(Side::Local, Code::System, "cannot remove " + path.string(), code.value());
  }
  if (format == Format::Json) return output.writeText(line(nlohmann::ordered_json{{"removed", removed}}) + "\n");
  return output.writeText("The CA is gone. The engine makes a new one when it starts; give that one to your clients.\n");
}

}  // namespace sluice::cli
