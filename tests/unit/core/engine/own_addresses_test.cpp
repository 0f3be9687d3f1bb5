#include "core/engine/own_addresses.h"

#include <initializer_list>
#include <string>

#include "platform/net/address.h"
#include "tests/support/test.h"

using namespace sluice;

namespace {

// Whether each of the targets leads to this listener; the text of the first that does not do as expected.
std::string wrongOf(const char* listener, bool expected, std::initializer_list<const char*> targets) {
  engine::OwnAddresses own;
  own.add(net::parseEndpoint("127.0.0.9:1").value());
  own.add(net::parseEndpoint(listener).value());
  for (const char* target : targets) {
    if (own.leadHere(net::parseEndpoint(target).value()) != expected) return target;
  }
  return {};
}

}  // namespace

SLUICE_TEST(everyFormOfTheLoopbackLeadsHere) {
  QCOMPARE(wrongOf("127.0.0.1:8080", true,
                   {"127.0.0.1:8080", "127.0.0.2:8080", "127.255.255.254:8080", "0.0.0.0:8080", "[::ffff:127.0.0.1]:8080",
                    "[::ffff:0.0.0.0]:8080", "[::ffff:127.1.2.3]:8080"}),
           std::string());
  QCOMPARE(wrongOf("[::1]:8080", true, {"[::1]:8080", "[::]:8080"}), std::string());
  QCOMPARE(wrongOf("[::ffff:127.0.0.1]:8080", true, {"127.0.0.1:8080", "[::ffff:127.0.0.1]:8080"}), std::string());
}

SLUICE_TEST(aListenerOnEveryAddressOwnsAllOfThisMachine) {
  for (const char* listener : {"0.0.0.0:8080", "[::]:8080"}) {
    QCOMPARE(wrongOf(listener, true, {"127.0.0.1:8080", "127.9.9.9:8080", "0.0.0.0:8080", "[::ffff:127.0.0.1]:8080"}),
             std::string());
    // Addresses for documentation: no machine has them.
    QCOMPARE(wrongOf(listener, false, {"192.0.2.1:8080", "[2001:db8::1]:8080", "127.0.0.1:8081"}), std::string());
  }
  QCOMPARE(wrongOf("[::]:8080", true, {"[::1]:8080", "[::]:8080"}), std::string());
}

SLUICE_TEST(otherPortsAndOtherMachinesDoNotLeadHere) {
  QCOMPARE(wrongOf("127.0.0.1:8080", false,
                   {"127.0.0.1:8081", "127.0.0.1:80", "[::1]:8080", "[::]:8080", "192.0.2.1:8080", "[::ffff:192.0.2.1]:8080"}),
           std::string());
  QCOMPARE(wrongOf("[::1]:8080", false, {"127.0.0.1:8080", "0.0.0.0:8080", "[::1]:8081", "[2001:db8::1]:8080"}), std::string());
  QCOMPARE(wrongOf("192.0.2.7:8080", false, {"127.0.0.1:8080", "192.0.2.8:8080"}), std::string());
}
