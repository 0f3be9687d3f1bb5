#include "core/engine/upstream_proxy.h"

#include "tests/support/test.h"

using namespace sluice;
using engine::DirectHosts;
using engine::parseUpstreamProxy;
using engine::UpstreamProxy;

SLUICE_TEST(readsAnUpstreamProxy) {
  const auto plain = parseUpstreamProxy("http://proxy.test:3128");
  QVERIFY(plain && plain->kind == UpstreamProxy::Kind::Http && plain->host == "proxy.test" && plain->port == 3128 && !plain->credentials);
  QCOMPARE(plain->name(), std::string("http://proxy.test:3128"));
  const auto socks = parseUpstreamProxy("socks5://me:s%40cr%3Aet@[::1]/");
  QVERIFY(socks && socks->kind == UpstreamProxy::Kind::Socks5 && socks->host == "::1" && socks->port == 1080);
  QVERIFY((socks->credentials == socks5::Credentials{"me", "s@cr:et"}));
  QCOMPARE(socks->name(), std::string("socks5://[::1]:1080"));
  QCOMPARE(parseUpstreamProxy("http://h")->port, std::uint16_t(8080));
  QCOMPARE(parseUpstreamProxy("socks5h://h")->port, std::uint16_t(1080));
  QCOMPARE(parseUpstreamProxy("http://user@h")->credentials->password, std::string());
}

SLUICE_TEST(saysWhatIsWrongWithAnUpstreamProxyAndKeepsThePassword) {
  for (const char* text : {"", "proxy:3128", "ftp://h", "http://", "http://h:0", "http://h:99999", "http://h/path", "http://@h",
                           "http://:secret@h", "socks5://me@h", "socks4://h", "http://me:secret@h:x"}) {
    const auto proxy = parseUpstreamProxy(text);
    QVERIFY2(!proxy, text);
    QVERIFY(proxy.error().code == Code::BadArgument);
    QVERIFY2(proxy.error().detail.find("secret") == std::string::npos, proxy.error().detail.c_str());
  }
}

SLUICE_TEST(knowsWhatGoesPastTheProxy) {
  const auto hosts = DirectHosts::parse(
      " localhost, .intern.test,*.star.test,Exact.test:8080 ,10.0.0.0/8,192.0.2.7,::1,2001:db8::/32,[fe80::1]:443");
  QVERIFY(hosts.has_value());
  const struct {
    const char* host;
    std::uint16_t port;
    bool direct;
  } rows[] = {
      {"localhost", 80, true},    {"LOCALHOST.", 80, true},      {"app.localhost", 80, true}, {"notlocalhost", 80, false},
      {"intern.test", 1, true},   {"a.b.Intern.test", 1, true},  {"wintern.test", 1, false},  {"x.star.test", 1, true},
      {"exact.test", 8080, true}, {"exact.test", 80, false},     {"10.255.0.1", 80, true},    {"11.0.0.1", 80, false},
      {"192.0.2.7", 80, true},    {"192.0.2.8", 80, false},      {"::1", 80, true},           {"::2", 80, false},
      {"2001:db8:1::9", 1, true}, {"2001:db9::", 1, false},      {"fe80::1", 443, true},      {"fe80::1", 80, false},
      {"10.in.a.name", 80, false}};
  for (const auto& row : rows) QVERIFY2(hosts->hold(row.host, row.port) == row.direct, row.host);
  QVERIFY(DirectHosts::parse("*")->hold("anything", 1));
  QVERIFY(!DirectHosts::parse("")->hold("localhost", 1));
  const auto usual = DirectHosts::parse(DirectHosts::kDefault);
  QVERIFY(usual->hold("127.4.5.6", 1) && usual->hold("::1", 1) && !usual->hold("example.test", 80));
  for (const char* wrong : {"10.0.0.0/33", "::/129", "a:0", "a:b", "10.0.0.0/x", "a/8", ".", "user@a", "a b"}) {
    QVERIFY2(!DirectHosts::parse(wrong), wrong);
  }
}

// RFC 4648 section 10, behind the scheme and with a colon.
SLUICE_TEST(writesCredentialsAsBasic) {
  const auto basic = [](const char* user, const char* password) {
    return engine::basicAuthorization(socks5::Credentials{user, password});
  };
  QCOMPARE(engine::basicAuthorization({}), std::string());
  QCOMPARE(basic("Aladdin", "open sesame"), std::string("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));  // RFC 7617 section 2
  QCOMPARE(basic("a", ""), std::string("Basic YTo="));
  QCOMPARE(basic("a", "b"), std::string("Basic YTpi"));
  QCOMPARE(basic("a", "bc"), std::string("Basic YTpiYw=="));
}
