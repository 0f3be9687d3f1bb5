#include "core/engine/own_addresses.h"

#include <algorithm>

#include "platform/net/address.h"

namespace sluice::engine {
namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

// ::ffff:127.0.0.1 is reached over IPv4.
address withoutMapping(const address& given) {
  if (!given.is_v6() || !given.to_v6().is_v4_mapped()) return given;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, given.to_v6());
}

// Connecting to 0.0.0.0 or :: reaches this machine's loopback, on the systems that allow it.
address whatAnswers(const address& given) {
  const auto plain = withoutMapping(given);
  if (!plain.is_unspecified()) return plain;
  return plain.is_v4() ? address(address_v4::loopback()) : address(address_v6::loopback());
}

bool isReachedBy(const address& listener, const address& target) {
  if (listener == target) return true;
  if (listener.is_v4() && listener.is_loopback()) return target.is_v4() && target.is_loopback();
  if (!listener.is_unspecified()) return false;
  // A socket on :: takes IPv4 too, unless the system says otherwise.
  const bool familyFits = listener.is_v6() || target.is_v4();
  return familyFits && (target.is_loopback() || net::isOfThisMachine(target));
}

}  // namespace

bool OwnAddresses::leadHere(const asio::ip::tcp::endpoint& target) const {
  return std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& listener) {
    return listener.port() == target.port() &&
           isReachedBy(withoutMapping(listener.address()), whatAnswers(target.address()));
  });
}

}  // namespace sluice::engine
