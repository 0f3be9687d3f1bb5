#include "core/store/body_sweeper.h"

#include <system_error>

#include "core/store/body_files.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

namespace fs = std::filesystem;

BodySweeper::BodySweeper(Database& database) : database_(&database) {
  auto select =
      database.sql().prepare("SELECT iif(?2 = 0, request_place, response_place) FROM exchange WHERE id = ?1");
  if (!select) return;
  select_ = std::move(*select);
  std::error_code error;
  at_ = fs::directory_iterator(bodyFolder(database.dataDir()), error);
}

void BodySweeper::step(int files) {
  std::error_code error;
  for (int i = 0; i < files && !done(); ++i) {
    const fs::path file = at_->path();
    at_.increment(error);
    if (error) at_ = {};
    if (!known(file)) fs::remove(file, error);
  }
}

// A file that is not ours, or about which the database cannot tell, counts as known.
bool BodySweeper::known(const fs::path& file) {
  const auto key = bodyKey(file);
  if (!key || key->exchange >= database_->nextExchangeId()) return true;
  select_->bind(key->exchange, static_cast<int>(key->direction));
  const auto row = select_->step();
  if (!row) return true;
  const bool kept = *row && select_->integer(0) == static_cast<int>(BodyPlace::File);
  select_->reset();
  return kept;
}

}  // namespace sluice::store
