#include "core/session/pass_list.h"

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using session::PassList;
using Hosts = std::vector<std::string>;

SLUICE_TEST(hostsAreInOrderAndOnlyOnce) {
  auto list = PassList::create({"b.example", "A.example", "a.EXAMPLE"}).value();
  QCOMPARE(list.hosts(), (Hosts{"a.example", "b.example"}));
  list.set("*.c.example:8443", true);
  list.set("C.example", true);
  list.set("c.EXAMPLE", true);
  QCOMPARE(list.hosts(), (Hosts{"*.c.example:8443", "a.example", "b.example", "c.example"}));
  list.set("A.example", false);
  QCOMPARE(list.hosts(), (Hosts{"*.c.example:8443", "b.example", "c.example"}));
}

SLUICE_TEST(whatCanBeNoHostIsNamed) {
  const PassList list;
  for (const char* host : {"", " ", "a b", "http://a.example/", "a.example/x", "user@a.example", "a,b", "a\n", "a\"", "\xc3\xa4.example"}) {
    const auto checked = list.check(host, true);
    QVERIFY2(!checked && checked.error().code == Code::BadArgument, host);
    QVERIFY(checked.error().detail.find(host) != std::string::npos);
    QVERIFY(!PassList::create({"fine.example", host}));
  }
  QVERIFY(!list.check(std::string(limits::kPassThroughHostBytesMax + 1, 'a'), true));
  for (const char* host : {"a.example", "*", "*.a.example", "127.0.0.1", "a.example:8443", "[::1]:443", "::1", "xn--4ca.example", "a_b"}) {
    QVERIFY2(list.check(host, true).has_value(), host);
  }
}

SLUICE_TEST(theListIsBoundedAndNothingUnknownGoes) {
  PassList list;
  for (std::size_t i = 0; i < limits::kPassThroughHostsMax; ++i) list.set("h" + std::to_string(i), true);
  QVERIFY(!list.check("more", true) && list.check("H7", true));
  const auto unknown = list.check("unknown", false);
  QVERIFY(!unknown && unknown.error().code == Code::NotFound);
  QVERIFY(list.check("h7", false).has_value());
}

// What is kept is the difference to what the engine is started with, whichever comes first.
SLUICE_TEST(changesAreRestoredAtTheNextStart) {
  auto list = PassList::create({"given"}).value();
  QCOMPARE(list.toKeep("Added", true), std::optional<std::string>("on"));
  QCOMPARE(list.toKeep("given", false), std::optional<std::string>("off"));
  QVERIFY(!list.toKeep("given", true) && !list.toKeep("added", false));
  QVERIFY(list.restore(PassList::key("Added"), "on").has_value());
  QVERIFY(list.restore(PassList::key("given"), "off").has_value());
  QCOMPARE(list.hosts(), Hosts{"added"});
  // Started without that option: there is nothing to take away.
  auto other = PassList::create({}).value();
  QVERIFY(other.restore(PassList::key("given"), "off").has_value());
  QVERIFY(other.restore("profile/x", "on").has_value());
  QVERIFY(other.hosts().empty());
}

// A damaged disk, or a newer version.
SLUICE_TEST(whatCannotBeRestoredIsNamedAndLeftOut) {
  auto list = PassList::create({"given"}).value();
  const auto outcome = [&](const char* host, const char* value) {
    const auto restored = list.restore(PassList::key(host), value);
    return restored ? std::string() : restored.error().detail;
  };
  QCOMPARE(outcome("x", "perhaps"), std::string("what is kept of 'x' is neither on nor off"));
  QCOMPARE(outcome("given", ""), std::string("what is kept of 'given' is neither on nor off"));
  QVERIFY(outcome("no host", "on").starts_with("'no host' is no host"));
  QVERIFY(outcome("", "off").starts_with("'' is no host"));
  QCOMPARE(list.hosts(), Hosts{"given"});
}
