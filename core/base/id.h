// Ids are types: an ExchangeId cannot be passed where a ConnectionId is due. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace sluice {

template <class Tag>
struct Id {
  std::uint64_t value = 0;  // 0 means none

  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

// Unique in one database, rising in the order in which they began.
using ExchangeId = Id<struct ExchangeTag>;
using ConnectionId = Id<struct ConnectionTag>;
using ListenerId = Id<struct ListenerTag>;

}  // namespace sluice

template <class Tag>
struct std::hash<sluice::Id<Tag>> {
  std::size_t operator()(const sluice::Id<Tag>& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
