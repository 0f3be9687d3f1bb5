#include "core/store/search_builder.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/store/decoded_body.h"
#include "core/store/file_names.h"
#include "core/store/search_text.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kStepTime = std::chrono::milliseconds(30);       // what stopping may have to wait for
constexpr std::size_t kStepTextBytes = 4 * limits::kMiB;        // FTS5 holds it in memory until the step is committed
constexpr std::size_t kChangesAStep = 2000;                     // two of the recorder's largest commits
constexpr std::size_t kRowsAtOnce = 64;
constexpr std::uintmax_t kRoomLeft = 64 * limits::kMiB;         // of the disk, for what is recorded
constexpr std::uint64_t kGoneExchangesKept = 10'000;            // below that, the room is not worth the work

}  // namespace

Result<bool> SearchBuilder::step() {
  const auto room = freeBytes(dataDir_);
  if (room && *room < kRoomLeft) return fail(Side::Local, Code::NoSpace, "too little room for an index");
  if (!reader_) {
    auto reader = Reader::open(dataDir_);
    if (!reader) return fail(reader.error());
    reader_ = std::move(*reader);
  }
  auto more = addChanges();
  if (more) return more;
  const std::uint64_t history = index_ ? index_->history() : 0;
  index_.reset();
  reader_.reset();
  if (more.error().code == Code::DatabaseDamaged && history != 0) (void)SearchIndex::anew(dataDir_, history);
  return more;
}

Result<void> SearchBuilder::ensureOpen(const Totals& totals) {
  if (index_ && (index_->history() != totals.history || index_->fileIsGone())) index_.reset();
  if (!index_) {
    auto index = SearchIndex::open(dataDir_, totals.history);
    if (!index) return fail(index.error());
    index_ = std::move(*index);
  }
  // What was removed from the history stays in the index: contentless tables of this SQLite cannot forget.
  const bool mostlyGone = index_->exchanges() > 2 * totals.exchanges + kGoneExchangesKept;
  if (!mostlyGone && index_->version() <= totals.version) return {};
  index_.reset();
  auto index = SearchIndex::anew(dataDir_, totals.history);
  if (!index) return fail(index.error());
  index_ = std::move(*index);
  return {};
}

Result<bool> SearchBuilder::addChanges() {
  const auto totals = reader_->totals();
  if (!totals) return fail(totals.error());
  if (auto open = ensureOpen(*totals); !open) return fail(open.error());
  if (index_->version() == totals->version) return false;
  const auto changes = reader_->changesSince(index_->version(), kChangesAStep);
  if (!changes) return fail(changes.error());
  // Of another history by now: the next step sees that.
  if (changes->anew && index_->version() != 0) return true;
  if (auto begun = index_->begin(); !begun) return fail(begun.error());
  const auto all = add(changes->ids);
  if (!all) {
    index_->rollback();
    return fail(all.error());
  }
  if (auto done = index_->commit(*all ? changes->version : index_->version()); !done) {
    index_->rollback();
    return fail(done.error());
  }
  return !*all || changes->more;
}

Result<bool> SearchBuilder::add(std::span<const ExchangeId> ids) {
  const auto until = Steady::now() + kStepTime;
  std::size_t textBytes = 0;
  std::vector<ExchangeId> missing;
  for (const ExchangeId id : ids) {
    const auto has = index_->has(id);
    if (!has) return fail(has.error());
    if (!*has) missing.push_back(id);
  }
  for (std::span<const ExchangeId> rest(missing); !rest.empty();) {
    const auto now = rest.first(std::min(rest.size(), kRowsAtOnce));
    rest = rest.subspan(now.size());
    const auto rows = reader_->rows(now);
    if (!rows) return fail(rows.error());
    for (const ExchangeRow& row : *rows) {
      if (row.state == State::Running) continue;  // changes once more when it ends
      if (Steady::now() > until || textBytes > kStepTextBytes) return false;
      const auto added = add(row);
      if (!added) return fail(added.error());
      textBytes += *added;
    }
  }
  return true;
}

Result<std::size_t> SearchBuilder::add(const ExchangeRow& row) {
  const auto details = reader_->exchange(row.id);
  if (!details) return fail(details.error());
  if (!*details) return std::size_t{0};
  SearchedText text;
  appendSearchText(text.url, row.url);
  if (row.url.find(row.path) == std::string::npos) appendSearchText(text.url, row.path);
  appendSearchText(text.heads, (*details)->requestHead);
  appendSearchText(text.heads, (*details)->responseHead);
  appendBody(text.bodies, **details, capture::Direction::Request);
  appendBody(text.bodies, **details, capture::Direction::Response);
  if (auto added = index_->add(row.id, text); !added) return fail(added.error());
  return text.url.size() + text.heads.size() + text.bodies.size();
}

// A body that cannot be read is found by nobody else either.
void SearchBuilder::appendBody(std::string& to, const ExchangeDetails& details, capture::Direction direction) {
  const bool request = direction == capture::Direction::Request;
  const std::string& head = request ? details.requestHead : details.responseHead;
  const auto& totals = request ? details.row.request : details.row.response;
  if (totals.capturedBytes == 0 || !mayBeText(head)) return;
  auto body = reader_->openBody(details.row.id, direction);
  if (body) appendSearchText(to, searchedBeginning(*body, head, decodingHead(details, direction)));
}

}  // namespace sluice::store
