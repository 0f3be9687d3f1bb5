#include "core/store/derived.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "core/base/limits.h"
#include "core/store/search_index.h"
#include "core/store/sort_index.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSuffixes{"", "-wal", "-shm", "-journal"};

fs::path withSuffix(fs::path file, const char* suffix) { return file += suffix; }

// 0: there is no such database, or it cannot be read now.
std::uint64_t integerIn(const fs::path& file, const char* query) {
  std::error_code error;
  if (!fs::exists(file, error)) return 0;
  auto sql = SqlConnection::open(file, Access::ReadOnly);
  if (!sql) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, sql->integer(query).value_or(0)));
}

std::uint64_t usedBytes(const fs::path& file) {
  return integerIn(file,
                   "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
}

}  // namespace

Result<void> removeDerived(const fs::path& file) {
  for (const char* suffix : kSuffixes) {
    std::error_code error;
    fs::remove(withSuffix(file, suffix), error);
    if (error) return fail(Side::Local, Code::System, file.string() + suffix + ": " + error.message());
  }
  return {};
}

Result<void> configureDerived(SqlConnection& sql) {
  const std::string pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = " +
                              std::to_string(limits::kDatabaseLogPages) + "; PRAGMA journal_size_limit = " +
                              std::to_string(limits::kDatabaseLogBytesKept);
  return sql.run(pragmas.c_str());
}

std::uint64_t derivedBytes(const fs::path& dataDir, std::uint64_t exchanges) {
  const auto indexed = static_cast<double>(integerIn(searchFile(dataDir), "SELECT exchanges FROM covered"));
  const double share = indexed <= static_cast<double>(exchanges) ? 1 : static_cast<double>(exchanges) / indexed;
  return static_cast<std::uint64_t>(static_cast<double>(usedBytes(searchFile(dataDir))) * share) + usedBytes(sortFile(dataDir));
}

}  // namespace sluice::store
