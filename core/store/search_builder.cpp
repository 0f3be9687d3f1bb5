#include "core/store/search_builder.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/store/file_names.h"
#include "core/store/search_text.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kStepTime = std::chrono::milliseconds(30);       // what stopping may have to wait for
constexpr std::size_t kStepTextBytes = 4 * limits::kMiB;        // FTS5 holds it in memory until the step is committed
constexpr std::size_t kChangesAStep = 2000;                     // two of the recorder's largest commits
constexpr std::uintmax_t kRoomLeft = 64 * limits::kMiB;         // of the disk, for what is recorded
constexpr std::uint64_t kGoneExchangesKept = 10'000;            // below that, the room is not worth the work

SearchedText textOf(const SearchedExchange& exchange) {
  SearchedText text;
  appendSearchText(text.url, exchange.url);
  if (exchange.url.find(exchange.path) == std::string::npos) appendSearchText(text.url, exchange.path);
  appendSearchText(text.heads, exchange.requestHead);
  appendSearchText(text.heads, exchange.responseHead);
  appendSearchText(text.bodies, exchange.requestBody);
  appendSearchText(text.bodies, exchange.responseBody);
  return text;
}

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
  std::vector<ExchangeId> missing;
  for (const ExchangeId id : ids) {
    const auto has = index_->has(id);
    if (!has) return fail(has.error());
    if (!*has) missing.push_back(id);
  }
  std::size_t textBytes = 0;
  Result<void> added;
  // What runs changes once more when it ends.
  const auto all = reader_->searched(missing, [&](const SearchedExchange& exchange) {
    const SearchedText text = textOf(exchange);
    added = index_->add(exchange.id, text);
    textBytes += text.url.size() + text.heads.size() + text.bodies.size();
    return added && textBytes <= kStepTextBytes && Steady::now() <= until;
  });
  if (!added) return fail(added.error());
  return all;
}

}  // namespace sluice::store
