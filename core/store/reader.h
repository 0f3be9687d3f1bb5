// The history, read-only, for the app and the command line: works while an engine records and when none runs. Any
// thread, one at a time; each call sees one consistent state, and none keeps the recorder from writing. When another
// history takes the place of this one, because it was damaged or cleared, the next call reads that one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/capture/records.h"
#include "core/filter/expression.h"
#include "core/store/body_reader.h"
#include "core/store/rows.h"
#include "core/store/sort_order.h"

namespace sluice::store {

class Reader {
 public:
  // Errors: NotFound (nothing recorded there yet), DatabaseTooNew, DatabaseDamaged, DatabaseBusy, AccessDenied,
  // System; the detail names the path. Any other call may give the last four too.
  static Result<Reader> open(const std::filesystem::path& dataDir);

  // A file that saveSession() wrote, perhaps elsewhere: every page is checked first, and nothing is written. As open(), but
  // DatabaseDamaged for what is no session too. It must not change while it is read.
  static Result<Reader> openSession(const std::filesystem::path& file);

  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  Result<Totals> totals();

  // How many exchanges each host and each client program has, of those whose id is above `after` and not above `upTo`: as far as
  // `atMost` allows, or some milliseconds further. While there is more, the next piece begins where this one ends.
  Result<SourcesPage> sources(ExchangeId after, ExchangeId upTo,
                              std::chrono::milliseconds atMost = std::chrono::milliseconds::max());

  // From now on ids(), newest(), from(), before(), changesSince() and sorted() show only exchanges that `filter` lets through.
  // Costs nothing when it is the same filter as before. BadArgument: a filter that parse() would not have made.
  Result<void> show(const filter::Node& filter);

  // Ids above `after`, rising, at most `limit`: a list that fills. It ends when `atMost` is over, or some milliseconds later, whatever
  // the filter, so that the first ones can be shown and whoever else needs the reader gets a turn.
  Result<IdPage> ids(ExchangeId after, std::size_t limit,
                     std::chrono::milliseconds atMost = std::chrono::milliseconds::max());

  // Ids in the order of a column, at most `limit`, after `after` (nothing: from the first on): pages of a list of any length, each in the
  // same time. It ends as ids() does, perhaps without any id yet. What is known of the filter is kept: another order of the same list is
  // there at once. An exchange that changes between two pages may come twice or not at all, and is
  // then among changesSince() the version before the first page.
  Result<SortedPage> sorted(SortOrder order, const std::optional<SortEntry>& after, std::size_t limit,
                            std::chrono::milliseconds atMost = std::chrono::milliseconds::max());

  // How to keep such a list in order: take all that changed out of it, ask for the places of those that are to be in it, and put each
  // before that entry. The list is told as `count` exchanges that `at` gives. REQUIRES: it has none of `ids`.
  Result<std::vector<std::size_t>> places(SortOrder order, std::size_t count, const std::function<ExchangeId(std::size_t)>& at,
                                          std::span<const ExchangeId> ids);

  // Rows in order of id. `newest` gives the last ones, `from` those at and above an id, `before` those just below it. They look as far as
  // they must, in looks of 50 ms at one state each.
  Result<std::vector<ExchangeRow>> newest(std::size_t limit);
  Result<std::vector<ExchangeRow>> from(ExchangeId first, std::size_t limit);
  Result<std::vector<ExchangeRow>> before(ExchangeId end, std::size_t limit);

  // The rows of these ids, in their order; ids that do not exist are left out. In every list a text of more than 128 KiB, which only an
  // import can bring, ends in "…": exchange() has all of it.
  Result<std::vector<ExchangeRow>> rows(std::span<const ExchangeId> ids);

  // About `limit` ids at a time, or what `atMost` allows, but at least one commit of the recorder; 0 as version gives every row.
  Result<Changes> changesSince(std::uint64_t version, std::size_t limit,
                               std::chrono::milliseconds atMost = std::chrono::milliseconds::max());

  Result<std::optional<ExchangeDetails>> exchange(ExchangeId id);

  // What people search in, of those of these ids that have ended, in their order, until `visit` returns false: then false. In one state,
  // which whoever visits must not keep for long.
  Result<bool> searched(std::span<const ExchangeId> ids, const std::function<bool(const SearchedExchange&)>& visit);

  // Messages of a WebSocket whose id is above `after`, in their order, at most `limit`, and fewer where they are large: until they are
  // 16 MiB together. None: there are no more.
  Result<std::vector<MessageRow>> messages(ExchangeId exchange, std::int64_t after, std::size_t limit);

  // NotFound when there is no such exchange. A body of which nothing was stored is an empty one.
  Result<BodyReader> openBody(ExchangeId id, capture::Direction direction);

 private:
  class Impl;
  explicit Reader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::store
