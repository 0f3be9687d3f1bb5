#include "app/gui/exchanges/sorted_rows.h"

#include <algorithm>
#include <span>

namespace sluice::gui {
namespace {

using Ids = std::vector<ExchangeId>;
using Place = SortedRows::Place;

void sortUnique(Ids& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool contains(const Ids& rising, ExchangeId id) { return std::binary_search(rising.begin(), rising.end(), id); }

// In the order of the column among themselves.
Result<Ids> sorted(store::Reader& reader, store::SortOrder order, const Ids& ids) {
  Ids list;
  for (const ExchangeId id : ids) {
    const auto place = reader.places(order, list.size(), [&list](std::size_t row) { return list[row]; }, std::span(&id, 1));
    if (!place) return fail(place.error());
    list.insert(list.begin() + std::ptrdiff_t(place->front()), id);
  }
  return list;
}

// Where `ids` belong in a list that has none of them.
Result<std::vector<Place>> placesOf(store::Reader& reader, store::SortOrder order, const IdList& list, const Ids& ids) {
  const auto coming = sorted(reader, order, ids);
  if (!coming) return fail(coming.error());
  const auto before = reader.places(order, list.size(), [&list](std::size_t row) { return list.at(row); }, *coming);
  if (!before) return fail(before.error());
  std::vector<Place> places;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < coming->size(); ++i) {
    // An exchange that changed between the two questions may ask for a place that has passed; it is among the next changes.
    taken = std::max(taken, (*before)[i]);
    places.push_back({taken + i, (*coming)[i]});
  }
  return places;
}

// Takes them out, and says where they were: in the order in which they went.
std::vector<Place> takeOut(IdList& list, const Ids& ids) {
  std::vector<Place> taken;
  for (const ExchangeId id : ids) {
    const std::ptrdiff_t row = list.rowOf(id);
    if (row < 0) continue;
    taken.push_back({std::size_t(row), id});
    list.erase(std::size_t(row), 1);
  }
  return taken;
}

}  // namespace

Result<SortedRows> keepSorted(store::Reader& reader, store::SortOrder order, IdList& list, const store::Changes& changes,
                              ExchangeId oldest) {
  // Of a history that has nothing, nothing stays.
  const ExchangeId end = oldest ? oldest : ExchangeId{UINT64_MAX};
  Ids shown = changes.ids;
  std::erase_if(shown, [end](ExchangeId id) { return id < end; });
  sortUnique(shown);
  Ids touched = list.below(end);
  touched.insert(touched.end(), shown.begin(), shown.end());
  touched.insert(touched.end(), changes.hidden.begin(), changes.hidden.end());
  sortUnique(touched);

  SortedRows rows;
  const std::vector<Place> taken = takeOut(list, touched);
  auto places = placesOf(reader, order, list, shown);
  if (!places) {
    for (auto place = taken.rbegin(); place != taken.rend(); ++place) list.insert(place->row, place->id);
    return fail(places.error());
  }
  rows.places = std::move(*places);
  for (const Place& place : taken) (contains(shown, place.id) ? rows.moved : rows.removed).push_back(place.id);
  std::set_difference(shown.begin(), shown.end(), rows.moved.begin(), rows.moved.end(), std::back_inserter(rows.added));
  for (const Place& place : rows.places) list.insert(place.row, place.id);
  return rows;
}

void putInPlace(IdList& list, const SortedRows& rows) {
  for (const Ids* ids : {&rows.moved, &rows.added}) takeOut(list, *ids);
  for (const Place& place : rows.places) list.insert(place.row, place.id);
}

}  // namespace sluice::gui
