// A list of exchanges in the order of a column, and how it stays so while exchanges come, change and go: as steps, which History's
// thread works out on a list of its own and the GUI thread then takes on the list that is shown. Both cost what changes, not
// what there is.
#pragma once

#include <cstddef>
#include <vector>

#include "app/gui/exchanges/id_list.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/reader.h"

namespace sluice::gui {

struct SortedRows {
  struct Place {
    std::size_t row;  // once everything is where it belongs
    ExchangeId id;
  };
  std::vector<ExchangeId> added;    // were not there before
  std::vector<ExchangeId> removed;  // were there and are no more
  std::vector<ExchangeId> moved;    // were there, and are elsewhere now
  std::vector<Place> places;        // of what was added and what moved, rising
};

// Brings `list` in order after `changes`, and says how; on failure it is as before. `oldest` is the oldest exchange that the history
// still has; none: it has none. History's thread.
Result<SortedRows> keepSorted(store::Reader& reader, store::SortOrder order, IdList& list, const store::Changes& changes,
                              ExchangeId oldest);

// What moved or was added is put where it belongs. REQUIRES: `list` has what was added, anywhere, and nothing of what was removed.
void putInPlace(IdList& list, const SortedRows& rows);

}  // namespace sluice::gui
