// Keeps DATA_DIR/order.db true to the history, a step at a time. One thread at a time; holds up nobody who records.
//
// Limits of a step: some milliseconds; at the least one commit of the recorder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/sort_index.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class SortBuilder {
 public:
  explicit SortBuilder(std::filesystem::path dataDir) : dataDir_(std::move(dataDir)) {}

  // True: there is more to do. After an error the next step begins with opening everything again. NoSpace: little room is left,
  // and it is not for this.
  Result<bool> step();

 private:
  struct State {
    std::uint64_t history = 0;
    std::uint64_t version = 0;
    ExchangeId oldest;  // of those that have ended
  };
  Result<void> ensureOpen();
  Result<State> state();
  Result<bool> advance();
  Result<bool> putChanges(std::uint64_t current, std::uint64_t& version);

  const std::filesystem::path dataDir_;
  std::optional<SqlConnection> sql_;  // the history
  std::optional<SortIndex> index_;
};

}  // namespace sluice::store
