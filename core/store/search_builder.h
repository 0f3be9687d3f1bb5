// Builds the index for searching from the history, a step at a time. One thread at a time; holds up nobody who records.
//
// Limits of a step: some milliseconds, some megabytes of text; of each body the beginning that is searched.
#pragma once

#include <filesystem>
#include <optional>
#include <span>

#include "core/base/result.h"
#include "core/store/reader.h"
#include "core/store/search_index.h"

namespace sluice::store {

class SearchBuilder {
 public:
  explicit SearchBuilder(std::filesystem::path dataDir) : dataDir_(std::move(dataDir)) {}

  // True: there is more to do. After an error the next step begins with opening everything again. NoSpace: little room is left,
  // and it is not for this.
  Result<bool> step();

 private:
  Result<void> ensureOpen(const Totals& totals);
  Result<bool> addChanges();
  // Adds what has ended of these, as long as there is time; false: not all of them.
  Result<bool> add(std::span<const ExchangeId> ids);

  const std::filesystem::path dataDir_;
  std::optional<Reader> reader_;
  std::optional<SearchIndex> index_;
};

}  // namespace sluice::store
