#include "core/store/damage.h"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include "core/store/body_files.h"
#include "core/store/file_names.h"
#include "core/store/history_files.h"
#include "core/store/sql_error.h"
#include "core/store/trash.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

bool present(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

std::string stamp(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d%02u%02u-%02d%02d%02d", int(date.year()), unsigned(date.month()),
                unsigned(date.day()), int(time.hours().count()), int(time.minutes().count()),
                int(time.seconds().count()));
  return text.data();
}

// A stem that nothing uses yet, with any of the suffixes.
fs::path freeName(const fs::path& dataDir, WallTime now) {
  const std::string base = "history.damaged-" + stamp(now);
  for (int attempt = 1;; ++attempt) {
    const fs::path stem = dataDir / (attempt == 1 ? base : base + "-" + std::to_string(attempt));
    bool taken = present(withSuffix(stem, ".db")) || present(withSuffix(stem, ".bodies"));
    for (const auto companion : kCompanions) taken |= present(withSuffix(withSuffix(stem, ".db"), companion));
    if (!taken) return stem;
  }
}

Result<void> moveFile(const fs::path& from, const fs::path& to) {
  if (!present(from)) return {};
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(fileError(error.value(), utf8(from) + ": cannot be moved aside"));
  return {};
}

}  // namespace

Result<void> checkLog(const fs::path& history) {
  std::error_code error;
  if (fs::is_directory(history, error)) return fail(Side::Local, Code::System, utf8(history) + ": is a folder");
  if (bytesIn(history) == 0) {
    // SQLite takes an empty file for a new database and deletes the log beside it.
    if (bytesIn(withSuffix(history, "-wal")) > 0 || bytesIn(withSuffix(history, "-journal")) > 0) {
      return fail(Side::Local, Code::DatabaseDamaged, utf8(history) + ": is empty, but its log is not");
    }
  }
  return {};
}

// The database goes last: should this be interrupted, it is still there, found damaged and moved at the next start.
// Its bodies go with it: without rows they would be taken for leftovers.
Result<fs::path> moveAside(const fs::path& dataDir, WallTime now) {
  if (auto emptied = emptyTrash(dataDir); !emptied) return fail(emptied.error());
  const fs::path history = historyFile(dataDir);
  const fs::path stem = freeName(dataDir, now);
  const fs::path to = withSuffix(stem, ".db");
  if (auto moved = moveFile(bodyFolder(dataDir), withSuffix(stem, ".bodies")); !moved) return fail(moved.error());
  for (const auto companion : kCompanions) {
    if (auto moved = moveFile(withSuffix(history, companion), withSuffix(to, companion)); !moved) {
      return fail(moved.error());
    }
  }
  if (auto moved = moveFile(history, to); !moved) return fail(moved.error());
  return to;
}

}  // namespace sluice::store
