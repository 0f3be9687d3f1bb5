#include "platform/system_proxy_hold.h"

#include <optional>
#include <system_error>

#include "platform/engine_owner.h"
#include "platform/private_file.h"
#include "platform/process.h"
#include "platform/system_proxy.h"

namespace sluice::platform {
namespace {

namespace fs = std::filesystem;

fs::path fileIn(const fs::path& dataDir) { return dataDir / "system-proxy"; }

// Two lines say who holds, the rest what was set before.
struct Held {
  std::optional<EngineOwner> owner;
  std::string settings;
};

std::optional<Held> readHeld(const fs::path& dataDir) {
  std::error_code error;
  if (!fs::exists(fileIn(dataDir), error)) return std::nullopt;
  const auto text = readPrivateFile(fileIn(dataDir));
  if (!text) return std::nullopt;
  const auto first = text->find('\n');
  const auto second = first == std::string::npos ? first : text->find('\n', first + 1);
  if (second == std::string::npos) return Held{};
  return Held{parseOwner(std::string_view(*text).substr(0, second + 1)), text->substr(second + 1)};
}

}  // namespace

Result<void> holdSystemProxy(const fs::path& dataDir, const std::string& host, std::uint16_t port, WallTime now) {
  auto held = readHeld(dataDir);
  if (!held) {
    auto settings = systemProxySettings();
    if (!settings) return fail(std::move(settings.error()));
    held = Held{std::nullopt, std::move(*settings)};
  }
  // First the note, then the deed: a crash in between gives back what has not changed.
  const auto note = ownerLines(static_cast<std::int64_t>(ownProcessId()), now) + held->settings;
  if (auto written = writePrivateFile(fileIn(dataDir), note); !written) return written;
  auto set = setSystemProxy(host, port);
  if (!set) static_cast<void>(releaseSystemProxy(dataDir));
  return set;
}

Result<void> releaseSystemProxy(const fs::path& dataDir) {
  const auto held = readHeld(dataDir);
  if (!held) return {};
  if (auto restored = restoreSystemProxy(held->settings); !restored) return restored;
  std::error_code error;
  fs::remove(fileIn(dataDir), error);
  if (error) return fail(Side::Local, Code::System, "cannot remove " + fileIn(dataDir).string(), error.value());
  return {};
}

bool isSystemProxyAbandoned(const fs::path& dataDir) {
  const auto held = readHeld(dataDir);
  return held && (!held->owner || !mayBeRunning(*held->owner));
}

}  // namespace sluice::platform
