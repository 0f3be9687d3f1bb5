#include "platform/engine_owner.h"

#include <charconv>
#include <limits>

namespace sluice::platform {
namespace {

constexpr std::string_view kPid = "pid=";
constexpr std::string_view kStarted = "started=";  // seconds since 1970-01-01 UTC
constexpr std::string_view kControl = "control=";

// Takes "key=value\n" off the front of `text`; nothing when that line is not there or not whole.
std::optional<std::string_view> takeLine(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || text.substr(0, key.size()) != key) return std::nullopt;
  const auto value = text.substr(key.size(), end - key.size());
  text.remove_prefix(end + 1);
  return value;
}

std::optional<std::int64_t> takeNumber(std::string_view& text, std::string_view key) {
  const auto line = takeLine(text, key);
  if (!line) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), number);
  if (error != std::errc() || end != line->data() + line->size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::string ownerLines(std::int64_t pid, WallTime startedAt) {
  const auto started = std::chrono::floor<std::chrono::seconds>(startedAt).time_since_epoch().count();
  return std::string(kPid) + std::to_string(pid) + '\n' + std::string(kStarted) + std::to_string(started) + '\n';
}

std::string controlLine(const std::string& address) { return std::string(kControl) + address + '\n'; }

std::optional<EngineOwner> parseOwner(std::string_view text) {
  constexpr std::int64_t kSecondsMax = 253'402'300'800;  // the year 10000: a sum in microseconds still fits
  constexpr std::int64_t kPidMax = std::numeric_limits<std::int32_t>::max();
  const auto pid = takeNumber(text, kPid);
  const auto started = takeNumber(text, kStarted);
  if (!pid || *pid == 0 || *pid > kPidMax || !started || *started > kSecondsMax) return std::nullopt;
  EngineOwner owner{*pid, WallTime(std::chrono::seconds(*started)), {}};
  if (text.substr(0, kControl.size()) == kControl && text.back() == '\n') {
    owner.controlAddress = text.substr(kControl.size(), text.size() - kControl.size() - 1);
  }
  return owner;
}

tl::unexpected<Error> dataDirInUse(std::string_view text, const std::filesystem::path& dataDir) {
  const auto owner = parseOwner(text);
  const bool known = owner && mayBeRunning(*owner);
  const auto process = known ? "engine process " + std::to_string(owner->pid) : std::string("another engine process");
  return fail(Side::Local, Code::DataDirInUse, "data directory " + dataDir.string() + " is used by " + process);
}

}  // namespace sluice::platform
