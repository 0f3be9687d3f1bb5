#include "tests/unit/core/store/integrity.h"

#include "core/store/history_files.h"
#include "core/store/sql_connection.h"

namespace sluice::store::test {

std::string integrityOf(const std::filesystem::path& dataDir) {
  auto sql = SqlConnection::open(historyFile(dataDir), Access::ReadOnly);
  if (!sql) return describe(sql.error());
  const auto verdict = sql->text("PRAGMA integrity_check(1)");
  if (!verdict) return describe(verdict.error());
  const auto references = sql->text("SELECT 'a row of ' || \"table\" || ' refers to nothing' FROM pragma_foreign_key_check");
  if (!references) return describe(references.error());
  return references->empty() ? *verdict : *references;
}

}  // namespace sluice::store::test
