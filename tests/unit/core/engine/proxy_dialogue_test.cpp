#include "core/engine/proxy_dialogue.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace std::string_literals;
using engine::ProxyDialogue;
using engine::UpstreamProxy;

namespace {

UpstreamProxy http(std::optional<socks5::Credentials> credentials = {}) {
  return {UpstreamProxy::Kind::Http, "proxy.test", 3128, std::move(credentials)};
}

// What came of an answer, whatever its pieces: "done, N left" or the error.
std::string outcome(const std::string& answer) {
  std::string first;
  for (const std::size_t fragment : {std::size_t(1), std::size_t(3), answer.size()}) {
    ProxyDialogue dialogue(http(), "a.test", 443);
    std::string left = answer, result = "more";
    while (!left.empty() && result == "more") {
      const auto fed = dialogue.feed(asBytes(std::string_view(left).substr(0, fragment)));
      if (!fed) result = fed.error().detail;
      else left.erase(0, fed->consumed);
      if (fed && fed->done) result = "done, " + std::to_string(left.size()) + " left";
    }
    if (first.empty()) first = result;
    if (first != result) return "differs: " + first + " / " + result;
  }
  return first;
}

}  // namespace

SLUICE_TEST(asksAnHttpProxyForATunnel) {
  QCOMPARE(ProxyDialogue(http(), "a.test", 443).takeOutput(), "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n"s);
  QCOMPARE(ProxyDialogue(http(socks5::Credentials{"a", "b"}), "::1", 80).takeOutput(),
           "CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\nProxy-Authorization: Basic YTpi\r\n\r\n"s);
}

SLUICE_TEST(takesNothingBehindTheProxysAnswer) {
  QCOMPARE(outcome("HTTP/1.1 200 Connection established\r\n\r\nSSH-2.0"), "done, 7 left"s);
  QCOMPARE(outcome("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n"), "done, 0 left"s);
  QCOMPARE(outcome("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Fine\r\n\r\nx"), "done, 1 left"s);
  QCOMPARE(outcome("HTTP/1.1 200 OK\r\n"), "more"s);
}

SLUICE_TEST(namesTheProxyThatRefused) {
  QCOMPARE(outcome("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n"),
           "upstream proxy http://proxy.test:3128: answers CONNECT with \"HTTP/1.1 407 Proxy Authentication Required\""s);
  QVERIFY(outcome("SSH-2.0-OpenSSH\r\n").find("upstream proxy http://proxy.test:3128: ") == 0);
  QVERIFY(outcome("HTTP/1.1 101 Switching Protocols\r\n\r\n").find("answers CONNECT") != std::string::npos);
}

SLUICE_TEST(speaksSocksToASocksProxy) {
  const UpstreamProxy proxy{UpstreamProxy::Kind::Socks5, "p", 1080, {}};
  ProxyDialogue dialogue(proxy, "2001:db8::1", 80);
  QCOMPARE(dialogue.takeOutput(), "\x05\x01\x00"s);
  QVERIFY(dialogue.feed(asBytes("\x05\x00"s)).has_value());
  QCOMPARE(dialogue.takeOutput(), "\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\x50"s);
  const auto refused = dialogue.feed(asBytes("\x05\x02\x00\x01"s));
  QVERIFY(!refused);
  QVERIFY(refused.error().code == Code::UpstreamProxyRefused);
  QVERIFY(refused.error().detail.find("upstream proxy socks5://p:1080: ") == 0);
}
