#include "core/store/sort_builder.h"

#include <chrono>
#include <string>

#include "core/base/limits.h"
#include "core/store/file_names.h"
#include "core/store/history_files.h"
#include "core/store/schema.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kStepTime = std::chrono::milliseconds(30);        // what stopping may have to wait for
constexpr std::uintmax_t kRoomLeft = 64 * limits::kMiB;          // of the disk, for what is recorded

std::string changesSql() {
  std::string keys;
  for (std::size_t i = 0; i < kSortColumns; ++i) keys += ", " + std::string(sortKeySql(SortColumn(i)));
  return "SELECT id" + keys + ", version FROM exchange WHERE version > ?1 AND state <> 0 ORDER BY version";
}

}  // namespace

Result<bool> SortBuilder::step() {
  const auto room = freeBytes(dataDir_);
  if (room && *room < kRoomLeft) return fail(Side::Local, Code::NoSpace, "too little room for an index");
  auto more = ensureOpen();
  auto done = more ? advance() : fail(more.error());
  if (done) return done;
  const std::uint64_t history = index_ ? index_->history() : 0;
  index_.reset();
  sql_.reset();
  if (done.error().code == Code::DatabaseDamaged && history != 0) (void)SortIndex::anew(dataDir_, history);
  return done;
}

Result<void> SortBuilder::ensureOpen() {
  if (sql_ && sql_->fileIsGone()) sql_.reset();
  if (sql_) return {};
  auto sql = openHistory(dataDir_, Access::ReadOnly);
  if (!sql) return fail(sql.error());
  const auto version = readVersion(*sql);
  if (!version) return fail(version.error());
  if (*version != kSchemaVersion) return fail(Side::Local, Code::NotFound, sql->name() + ": is not of this version");
  sql_ = std::move(*sql);
  return {};
}

Result<SortBuilder::State> SortBuilder::state() {
  auto select = sql_->prepare(
      "SELECT first_version, version, ifnull((SELECT id FROM exchange WHERE state <> 0 ORDER BY id LIMIT 1), next_exchange)"
      " FROM history WHERE id = 1");
  if (!select) return fail(select.error());
  State state;
  auto done = select->each([&] {
    state = {select->natural(0), select->natural(1), ExchangeId{select->natural(2)}};
    return true;
  });
  if (!done) return fail(done.error());
  return state;
}

Result<bool> SortBuilder::advance() {
  auto look = Transaction::begin(*sql_, Transaction::Kind::Read);
  if (!look) return fail(look.error());
  const auto now = state();
  if (!now) return fail(now.error());
  if (index_ && (index_->history() != now->history || index_->fileIsGone())) index_.reset();
  if (!index_ || index_->version() > now->version) {
    const bool ahead = index_.has_value();
    index_.reset();
    auto index = ahead ? SortIndex::anew(dataDir_, now->history) : SortIndex::open(dataDir_, now->history);
    if (!index) return fail(index.error());
    index_ = std::move(*index);
  }
  if (index_->version() == now->version) return false;
  if (auto begun = index_->begin(); !begun) return fail(begun.error());
  std::uint64_t version = index_->version();
  const auto removeMore = index_->removeBelow(now->oldest);
  const auto putMore = removeMore ? putChanges(now->version, version) : fail(removeMore.error());
  // While more is to be removed, the version stays behind, so that the next step comes here.
  const auto done = putMore ? index_->commit(*removeMore && !*putMore ? index_->version() : version) : fail(putMore.error());
  if (done) return *removeMore || *putMore;
  index_->rollback();
  return fail(done.error());
}

// Rows of one commit share a version, so a step ends only where the version changes. True: there is more.
Result<bool> SortBuilder::putChanges(std::uint64_t current, std::uint64_t& version) {
  const auto until = Steady::now() + kStepTime;
  auto select = sql_->prepare(changesSql().c_str());
  if (!select) return fail(select.error());
  const int versionAt = select->columns() - 1;  // behind what the index takes
  bool more = false;
  Result<void> put;
  std::uint64_t last = version;
  select->bind(version);
  auto read = select->each([&] {
    const std::uint64_t rowVersion = select->natural(versionAt);
    more = rowVersion != last && last != version && Steady::now() > until;
    if (more) return false;
    last = rowVersion;
    put = index_->put(*select);
    return put.has_value();
  });
  if (!read) return fail(read.error());
  if (!put) return fail(put.error());
  version = more ? last : current;
  return more;
}

}  // namespace sluice::store
