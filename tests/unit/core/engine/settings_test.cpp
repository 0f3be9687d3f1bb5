#include "core/engine/settings.h"

#include "tests/support/test.h"

using namespace sluice;
using engine::parseListenerSpec;

SLUICE_TEST(readsAListener) {
  const auto spec = parseListenerSpec("regular@127.0.0.1:8080");
  QVERIFY(spec.has_value());
  QCOMPARE(spec->kind, std::string("regular"));
  QCOMPARE(spec->address.port(), std::uint16_t{8080});
  QVERIFY(parseListenerSpec("regular@[::1]:0").has_value());
}

SLUICE_TEST(saysWhatIsWrongWithAListener) {
  for (const std::string text : {"", "regular", "regular@", "regular@127.0.0.1", "regular@127.0.0.1:99999", "regular@host:1",
                                 "regular@::1:80", "regular@[127.0.0.1]:80", "sideways@127.0.0.1:80", "regular@127.0.0.1:8x"}) {
    const auto spec = parseListenerSpec(text);
    QVERIFY2(!spec, text.c_str());
    QVERIFY(spec.error().code == Code::BadArgument);
    QVERIFY2(spec.error().detail.find(text.substr(0, text.find('@'))) != std::string::npos, spec.error().detail.c_str());
  }
}

SLUICE_TEST(readsAReverseListener) {
  const auto spec = parseListenerSpec("reverse:http://example.test:8000@127.0.0.1:9000");
  QVERIFY(spec.has_value());
  QCOMPARE(spec->kind, std::string("reverse:http://example.test:8000"));
  QVERIFY(spec->entry.kind == session::Entry::Kind::Reverse);
  QCOMPARE(spec->entry.origin.host, std::string("example.test"));
  QCOMPARE(spec->entry.origin.port, std::uint16_t(8000));
  QCOMPARE(spec->entry.origin.authority, std::string("example.test:8000"));
  const auto plain = parseListenerSpec("reverse:http://[::1]/@[::1]:9000");
  QVERIFY(plain.has_value());
  QCOMPARE(plain->entry.origin.host, std::string("::1"));
  QCOMPARE(plain->entry.origin.port, std::uint16_t(80));
  QCOMPARE(plain->entry.origin.authority, std::string("[::1]"));
}

SLUICE_TEST(readsAReverseListenerOfHttps) {
  const auto spec = parseListenerSpec("reverse:https://example.test@127.0.0.1:9000");
  QVERIFY(spec && spec->entry.origin.scheme == session::Origin::Scheme::Https && spec->entry.origin.port == 443);
  QCOMPARE(spec->entry.origin.authority, std::string("example.test"));
}

SLUICE_TEST(readsASocksListener) {
  const auto open = parseListenerSpec("socks5@127.0.0.1:1080");
  QVERIFY(open.has_value() && open->entry.kind == session::Entry::Kind::Socks && !open->entry.credentials);
  const auto guarded = parseListenerSpec("socks5:me:se:cr@t@127.0.0.1:1080");
  QVERIFY(guarded.has_value());
  QVERIFY((guarded->entry.credentials == socks5::Credentials{"me", "se:cr@t"}));
  QCOMPARE(guarded->kind, std::string("socks5"));
  QCOMPARE(guarded->text, std::string("socks5:...:...@127.0.0.1:1080"));
}

SLUICE_TEST(saysWhatIsWrongWithAReverseOrSocksListenerAndKeepsThePassword) {
  for (const std::string text : {"reverse@127.0.0.1:1", "reverse:@127.0.0.1:1", "reverse:host@127.0.0.1:1", "reverse:/x@127.0.0.1:1",
                                 "reverse:http://@127.0.0.1:1", "reverse:http://a:0@127.0.0.1:1", "reverse:ftp://a@127.0.0.1:1",
                                 "reverse:http://a/path@127.0.0.1:1", "reverse:http://a?q@127.0.0.1:1", "reverse:http://a@host:1",
                                 "socks5:@127.0.0.1:1", "socks5:secret@127.0.0.1:1", "socks5::secret@127.0.0.1:1",
                                 "socks5:me:secret@127.0.0.1:x", "socks5:me:secret", "socks4@127.0.0.1:1"}) {
    const auto spec = parseListenerSpec(text);
    QVERIFY2(!spec, text.c_str());
    QVERIFY(spec.error().code == Code::BadArgument);
    QVERIFY2(spec.error().detail.find(text.substr(0, 5)) != std::string::npos, spec.error().detail.c_str());
    QVERIFY2(spec.error().detail.find("secret") == std::string::npos, spec.error().detail.c_str());
  }
}

SLUICE_TEST(aListenerMayHaveAProfileOfItsOwn) {
  const auto spec = parseListenerSpec("reverse:http://example.test:8000@127.0.0.1:9000,profile=Chrome Slow 4G");
  QVERIFY(spec.has_value());
  QCOMPARE(spec->profile, std::string("Chrome Slow 4G"));
  QCOMPARE(spec->text, std::string("reverse:http://example.test:8000@127.0.0.1:9000"));
  QCOMPARE(parseListenerSpec("socks5:me:a,profile=b@127.0.0.1:1")->profile, std::string());  // that is its password
  QVERIFY(!parseListenerSpec("regular@127.0.0.1:1,profile="));
}
