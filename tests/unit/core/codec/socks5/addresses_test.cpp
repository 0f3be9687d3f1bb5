#include "core/codec/socks5/addresses.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace std::string_literals;

SLUICE_TEST(writesAddressesAsPeopleDo) {
  QCOMPARE(socks5::ipv4Text("\x7f\0\0\1"s), "127.0.0.1"s);
  QCOMPARE(socks5::ipv4Text("\xff\xfe\0\x0a"s), "255.254.0.10"s);
  const struct {
    std::string bytes;
    const char* text;
  } rows[] = {
      {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s, "::"},
      {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"s, "::1"},
      {"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0"s, "2001:db8::"},
      {"\x20\1\x0d\xb8\0\0\0\1\0\0\0\0\0\0\0\1"s, "2001:db8:0:1::1"},
      {"\x20\1\x0d\xb8\0\0\0\1\0\1\0\1\0\1\0\1"s, "2001:db8:0:1:1:1:1:1"},
      {"\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1"s, "::ffff:7f00:1"},
      {"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0"s, "1234:5678:9abc:def0:1234:5678:9abc:def0"},
  };
  for (const auto& row : rows) QCOMPARE(socks5::ipv6Text(row.bytes), std::string(row.text));
}

SLUICE_TEST(namesAreWhatCanBeLookedUp) {
  for (const auto& good : {"a"s, "example.test"s, "under_score"s, "127.0.0.1"s, "::1"s, "b\xc3\xbc" "cher.example"s}) {
    QVERIFY2(socks5::isHostName(good), good.c_str());
  }
  for (const auto& bad : {""s, "a b"s, "a\0b"s, "a\r\nHost: b"s, "a/b"s, "user@a"s, "[::1]"s, "a?"s, "a#b"s, "\x7f"s}) {
    QVERIFY2(!socks5::isHostName(bad), bad.c_str());
  }
}
