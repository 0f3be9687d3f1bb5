#include "core/store/kept_settings.h"

#include "core/store/sql_connection.h"

namespace sluice::store {

Result<KeptSettings> readKeptSettings(SqlConnection& sql) {
  auto statement = sql.prepare("SELECT key, value FROM setting");
  if (!statement) return fail(statement.error());
  KeptSettings settings;
  statement->bind();
  const auto read = statement->each([&] {
    settings.insert_or_assign(statement->text(0), statement->text(1));
    return true;
  });
  if (!read) return fail(read.error());
  return settings;
}

Result<void> keepSetting(SqlConnection& sql, const std::string& key, const std::optional<std::string>& value) {
  auto statement = sql.prepare(value ? "INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)"
                                     : "DELETE FROM setting WHERE key = ?1");
  if (!statement) return fail(statement.error());
  return value ? statement->run(key, *value) : statement->run(key);
}

Result<void> keepSettings(SqlConnection& sql, const KeptSettings& settings) {
  auto transaction = Transaction::begin(sql, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  for (const auto& [key, value] : settings) {
    if (auto kept = keepSetting(sql, key, value); !kept) return kept;
  }
  return transaction->commit();
}

}  // namespace sluice::store
