#include "app/gui/exchanges/sorted_rows.h"

#include <algorithm>
#include <span>

namespace sluice::gui {
namespace {

using Ids = std::vector<ExchangeId>;

void sortUnique(Ids& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool contains(const Ids& rising, ExchangeId id) { return std::binary_search(rising.begin(), rising.end(), id); }

// In the order of the column among themselves.
Result<Ids> sorted(store::Reader& reader, store::SortOrder order, const Ids& ids) {
  Ids list;
  for (const ExchangeId id : ids) {
    const auto place = reader.places(order, list, std::span(&id, 1));
    if (!place) return fail(place.error());
    list.insert(list.begin() + std::ptrdiff_t(place->front()), id);
  }
  return list;
}

}  // namespace

Result<SortedRows> keepSorted(store::Reader& reader, store::SortOrder order, std::vector<ExchangeId> list, const store::Changes& changes,
                              ExchangeId oldest) {
  const auto isGone = [oldest](ExchangeId id) { return !oldest || id < oldest; };
  Ids shown = changes.ids;
  std::erase_if(shown, isGone);
  sortUnique(shown);
  Ids touched = shown;
  touched.insert(touched.end(), changes.hidden.begin(), changes.hidden.end());
  sortUnique(touched);

  SortedRows rows;
  Ids known;  // of `shown`, those that are in the list
  std::erase_if(list, [&](ExchangeId id) {
    if (!isGone(id) && !contains(touched, id)) return false;
    const bool again = std::find(known.begin(), known.end(), id) != known.end();
    (contains(shown, id) && !again ? known : rows.removed).push_back(id);
    return true;
  });
  sortUnique(known);
  std::set_difference(shown.begin(), shown.end(), known.begin(), known.end(), std::back_inserter(rows.added));

  const auto coming = sorted(reader, order, shown);
  if (!coming) return fail(coming.error());
  const auto places = reader.places(order, list, *coming);
  if (!places) return fail(places.error());
  rows.ids.reserve(list.size() + coming->size());
  std::size_t taken = 0;
  for (std::size_t i = 0; i < coming->size(); ++i) {
    // An exchange that changed between the two questions may ask for a place that has passed; it is among the next changes.
    const std::size_t upTo = std::max(taken, (*places)[i]);
    rows.ids.insert(rows.ids.end(), list.begin() + std::ptrdiff_t(taken), list.begin() + std::ptrdiff_t(upTo));
    rows.ids.push_back((*coming)[i]);
    taken = upTo;
  }
  rows.ids.insert(rows.ids.end(), list.begin() + std::ptrdiff_t(taken), list.end());
  return rows;
}

}  // namespace sluice::gui
