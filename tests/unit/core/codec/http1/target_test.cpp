#include "core/codec/http1/target.h"

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::http1;
using namespace std::string_view_literals;

namespace {

struct Row {
  std::string_view method;
  std::string_view text;
  std::string outcome;  // form host port origin-form, or !detail
};

std::string told(const Result<Target>& target) {
  if (!target) {
    const bool right = target.error().code == Code::BadTarget && target.error().side == Side::Client;
    return (right ? "!" : "wrong code or side ") + target.error().detail;
  }
  std::string out;
  target->appendOriginForm(out);
  const std::string port = std::to_string(target->port);
  switch (target->form) {
    case Target::Form::Origin: return "origin " + out;
    case Target::Form::Asterisk: return "asterisk";
    case Target::Form::Authority: return "authority " + std::string(target->authority.host) + " " + port;
    case Target::Form::Absolute: break;
  }
  const char* scheme = target->scheme == Target::Scheme::Http    ? "http"
                       : target->scheme == Target::Scheme::Https ? "https"
                                                                 : "other";
  return std::string(scheme) + " " + std::string(target->authority.text) + " " + std::string(target->authority.host) +
         " " + port + " " + out + (target->hadUserInfo ? " user" : "");
}

const Row kRows[] = {
    {"GET", "/", "origin /"},
    {"GET", "/a?b#c", "origin /a?b#c"},
    {"GET", "//x/y", "origin //x/y"},
    {"GET", "/http://a/", "origin /http://a/"},
    {"OPTIONS", "*", "asterisk"},
    {"GET", "*", "!only OPTIONS can have the target *"},
    {"GET", "http://a", "http a a 80 /"},
    {"GET", "http://a/", "http a a 80 /"},
    {"GET", "HTTP://A.b/x", "http A.b A.b 80 /x"},
    {"GET", "http://a?q=/", "http a a 80 /?q=/"},
    {"GET", "http://a:8080/p?q", "http a:8080 a 8080 /p?q"},
    {"GET", "http://a:/p", "http a: a 80 /p"},
    {"GET", "http://a:00080/", "http a:00080 a 80 /"},
    {"GET", "https://a/p", "https a a 443 /p"},
    {"GET", "ftp://a/p", "other a a 0 /p"},
    {"GET", "git+ssh://a:22/p", "other a:22 a 22 /p"},
    {"GET", "http://u@a/", "http a a 80 / user"},
    {"GET", "http://u:p@a:81/@x", "http a:81 a 81 /@x user"},
    {"GET", "http://good.example@evil.example@a/", "http a a 80 / user"},
    {"GET", "http://[::1]/", "http [::1] ::1 80 /"},
    {"GET", "http://[2001:db8::1:2]:81/x", "http [2001:db8::1:2]:81 2001:db8::1:2 81 /x"},
    {"GET", "http://my_host.%41b/", "http my_host.%41b my_host.%41b 80 /"},
    {"GET", "http:///p", "!no host in \"\""},
    {"GET", "http://:80/p", "!no host in \":80\""},
    {"GET", "http://u@/p", "!no host in \"\""},
    {"GET", "http://a:0/", "!port \"0\" is not from 1 to 65535"},
    {"GET", "http://a:65536/", "!port \"65536\" is not from 1 to 65535"},
    {"GET", "http://a:000080/", "!port \"000080\" is not from 1 to 65535"},
    {"GET", "http://a:8x/", "!port \"8x\" is not from 1 to 65535"},
    {"GET", "http://a:-1/", "!port \"-1\" is not from 1 to 65535"},
    {"GET", "http://a:80:81/", "!port \"80:81\" is not from 1 to 65535"},
    {"GET", "http://a\\b/", "!not a host name: \"a\\b\""},
    {"GET", "http://a%4/", "!not a host name: \"a%4\""},
    {"GET", "http://a<b/", "!not a host name: \"a<b\""},
    {"GET", "http://\xc3\xa9/", "!not a host name: \"\\xc3\\xa9\""},
    {"GET", "http://[::1/", "!no ] after the address in \"[::1\""},
    {"GET", "http://[::1]x/", "!unexpected \"x\" after the address"},
    {"GET", "http://[a]/", "!not an IPv6 address: \"a\""},
    {"GET", "http://[fe80::1%25eth0]/", "!not an IPv6 address: \"fe80::1%25eth0\""},
    {"GET", "a:80", "!neither a path nor a URL: \"a:80\""},
    {"GET", "http:/a", "!neither a path nor a URL: \"http:/a\""},
    {"GET", "://a", "!neither a path nor a URL: \"://a\""},
    {"GET", "1http://a", "!neither a path nor a URL: \"1http://a\""},
    {"GET", "x/http://a", "!neither a path nor a URL: \"x/http://a\""},
    {"CONNECT", "a:443", "authority a 443"},
    {"CONNECT", "[::1]:443", "authority ::1 443"},
    {"CONNECT", "127.0.0.1:1", "authority 127.0.0.1 1"},
    {"CONNECT", "a", "!CONNECT needs host:port, not \"a\""},
    {"CONNECT", "a:", "!CONNECT needs host:port, not \"a:\""},
    {"CONNECT", "a:0", "!port \"0\" is not from 1 to 65535"},
    {"CONNECT", ":443", "!no host in \":443\""},
    {"CONNECT", "u@a:443", "!not a host name: \"u@a\""},
    {"CONNECT", "::1:443", "!no host in \"::1:443\""},
    {"CONNECT", "/", "!not a host name: \"/\""},
    {"CONNECT", "http://a/", "!port \"//a/\" is not from 1 to 65535"},
};

}  // namespace

SLUICE_TEST(takesTargetsApart) {
  for (const auto& row : kRows) QCOMPARE(told(parseTarget(row.method, row.text)), row.outcome);
}

SLUICE_TEST(checksIpv6Addresses) {
  const std::string_view good[] = {"::",
                                   "::1",
                                   "1::",
                                   "1:2:3:4:5:6:7:8",
                                   "1::8",
                                   "::ffff:1.2.3.4",
                                   "1:2:3:4:5:6:1.2.3.4",
                                   "fe80::ABCD:ef",
                                   "1:2:3:4:5:6:7::",
                                   "::2:3:4:5:6:7:8"};
  const std::string_view bad[] = {"",
                                  ":",
                                  ":::",
                                  "1",
                                  "1:2:3:4:5:6:7",
                                  "1:2:3:4:5:6:7:8:9",
                                  "1::2::3",
                                  ":1::",
                                  "1:",
                                  "12345::",
                                  "g::",
                                  "1.2.3.4",
                                  "::1.2.3",
                                  "::1.2.3.256",
                                  "::01.2.3.4",
                                  "::1.2.3.4:5",
                                  "1:2:3:4:5:6:7:1.2.3.4",
                                  "1:2:3:4:5:6:7:8::",
                                  "::1:",
                                  "::-1",
                                  "::1.2.3.4.5"};
  for (const auto text : good)
    QVERIFY2(parseAuthority("[" + std::string(text) + "]").has_value(), std::string(text).c_str());
  for (const auto text : bad)
    QVERIFY2(!parseAuthority("[" + std::string(text) + "]").has_value(), std::string(text).c_str());
}

SLUICE_TEST(boundsTheHost) {
  QVERIFY(parseAuthority(std::string(limits::kHostBytesMax, 'a')).has_value());
  const auto tooLong = parseAuthority(std::string(limits::kHostBytesMax + 1, 'a'));
  QVERIFY(!tooLong);
  QVERIFY(tooLong.error().detail.starts_with("host is too long: "));
}

SLUICE_TEST(tellsAddressesFromNames) {
  for (const char* host : {"127.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.1"}) QVERIFY2(http1::isAddress(host), host);
  for (const char* host : {"a", "1.2.3", "1.2.3.4.5", "256.1.1.1", "10.0.0.1.test", "[::1]", ""}) QVERIFY2(!http1::isAddress(host), host);
}
