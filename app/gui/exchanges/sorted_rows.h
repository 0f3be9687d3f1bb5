// A list of exchanges in the order of a column, and how it stays so while exchanges come, change and go. History's thread; costs
// the GUI thread nothing but taking the outcome.
#pragma once

#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/reader.h"

namespace sluice::gui {

struct SortedRows {
  std::vector<ExchangeId> ids;      // as they are to be from now on
  std::vector<ExchangeId> added;    // those of them that were not there before
  std::vector<ExchangeId> removed;  // those that were there and are no more; one that was there twice counts here once
};

// `changes` is what became of `list` since it was in order. `oldest` is the oldest that the history still has; none: it has none.
Result<SortedRows> keepSorted(store::Reader& reader, store::SortOrder order, std::vector<ExchangeId> list, const store::Changes& changes,
                              ExchangeId oldest);

}  // namespace sluice::gui
