#include "core/session/entry.h"

#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(namesAnOriginAsAUrlDoes) {
  QCOMPARE(session::httpOrigin("a.test", 80).authority, std::string("a.test"));
  QCOMPARE(session::httpOrigin("a.test", 8080).authority, std::string("a.test:8080"));
  QCOMPARE(session::httpOrigin("::1", 80).authority, std::string("[::1]"));
  QCOMPARE(session::httpOrigin("::1", 443).authority, std::string("[::1]:443"));
  QCOMPARE(session::httpOrigin("::1", 443).host, std::string("::1"));
}
