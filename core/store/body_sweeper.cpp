#include "core/store/body_sweeper.h"

#include <system_error>

#include "core/store/sql_connection.h"

namespace sluice::store {

namespace fs = std::filesystem;

namespace {

template <class Visit>
void eachFile(const fs::path& dataDir, Visit visit) {
  std::error_code error;
  fs::directory_iterator at(bodyFolder(dataDir), error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (const auto key = bodyKey(at->path())) visit(at->path(), *key);
  }
}

}  // namespace

BodySweeper::BodySweeper(Database& database) : database_(&database) {
  auto select =
      database.sql().prepare("SELECT iif(?2 = 0, request_place, response_place) FROM exchange WHERE id = ?1");
  if (select) select_ = std::move(*select);
}

BodySweeper BodySweeper::ofStart(Database& database) {
  BodySweeper sweeper(database);
  if (!sweeper.select_) return sweeper;
  eachFile(database.dataDir(), [&](const fs::path& file, BodyKey key) {
    if (key.exchange < database.nextExchangeId()) return sweeper.files_.push_back(key);
    std::error_code ignored;
    fs::remove(file, ignored);
  });
  return sweeper;
}

BodySweeper BodySweeper::ofCleared(Database& database, const Backlog& backlog) {
  BodySweeper sweeper(database);
  if (!sweeper.select_) return sweeper;
  eachFile(database.dataDir(), [&](const fs::path&, BodyKey key) {
    if (key.exchange < database.nextExchangeId() && !backlog.expectsBody(key)) sweeper.files_.push_back(key);
  });
  return sweeper;
}

void BodySweeper::step(int count) {
  for (; count > 0 && !files_.empty(); --count) {
    const BodyKey key = files_.back();
    files_.pop_back();
    std::error_code ignored;
    if (!known(key)) fs::remove(bodyFile(database_->dataDir(), key), ignored);
  }
}

// A file about which the database cannot tell counts as known.
bool BodySweeper::known(BodyKey key) {
  select_->bind(key.exchange, static_cast<int>(key.direction));
  const auto row = select_->step();
  if (!row) return true;
  const bool kept = *row && select_->integer(0) == static_cast<int>(BodyPlace::File);
  select_->reset();
  return kept;
}

}  // namespace sluice::store
