// Engines in a chain: the first goes through the second, as it would through any other proxy.
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct Chain {
  Origin origin;
  EngineProcess last{lastOptions()};
  EngineProcess first;

  explicit Chain(const std::string& proxy, const std::string& direct = "none.invalid")
      : first(firstOptions(proxy, direct, last)) {}

  static EngineProcess::Options lastOptions() {
    EngineProcess::Options options;
    options.listeners = {"regular@127.0.0.1:0", "socks5:me:secret@127.0.0.1:0"};
    return options;
  }
  // "PORT0" and "PORT1" stand for the ports of the last engine.
  static EngineProcess::Options firstOptions(std::string proxy, const std::string& direct, EngineProcess& last) {
    for (const std::size_t listener : {std::size_t(0), std::size_t(1)}) {
      const auto at = proxy.find("PORT" + std::to_string(listener));
      if (at != std::string::npos) proxy.replace(at, 5, std::to_string(last.port(listener)));
    }
    EngineProcess::Options options;
    options.arguments = {"--upstream-proxy", proxy, "--no-proxy", direct};
    return options;
  }
  bool ready() const { return last.ready() && first.ready(); }
};

}  // namespace

SLUICE_TEST(requestsGoToAnHttpProxyAsWholeUrlsWithItsCredentials) {
  Chain chain("http://me:secret@127.0.0.1:PORT0");
  QVERIFY2(chain.ready(), chain.first.log().c_str());
  Client client(chain.first.port());
  const auto reply = client.ask("GET " + chain.origin.url("/mirror?x") +
                                " HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic forus\r\nA: b\r\n\r\n");
  QVERIFY(reply && reply->status() == 200);
  const auto authority = "127.0.0.1:" + std::to_string(chain.origin.port());
  QCOMPARE(reply->body, "GET /mirror?x HTTP/1.1\r\nHost: " + authority + "\r\nA: b\r\n\r\n");
  const auto seen = History(chain.last.dataDir()).ended("/mirror?x");
  QVERIFY(seen.has_value());
  QCOMPARE(seen->requestHead, "GET http://" + authority + "/mirror?x HTTP/1.1\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\nHost: " +
                                  authority + "\r\nA: b\r\n\r\n");
  // The same connection to the proxy serves another host.
  const auto other = client.get("http://localhost:" + std::to_string(chain.origin.port()) + "/bytes/3");
  QVERIFY(other && other->body.size() == 3);
  const auto row = History(chain.first.dataDir()).ended("/bytes/3");
  QVERIFY(row && row->row.upstreamReused);
}

SLUICE_TEST(tunnelsGoThroughEveryKindOfProxy) {
  for (const char* proxy : {"http://127.0.0.1:PORT0", "socks5://me:secret@127.0.0.1:PORT1"}) {
    Chain chain(proxy);
    QVERIFY2(chain.ready(), chain.first.log().c_str());
    Client client(chain.first.port());
    QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(chain.origin.rawPort())));
    const auto body = Pattern(3).text(0, 300'000);
    QVERIFY(client.write("digest\n" + body));
    client.finish();
    QCOMPARE(client.input().rest(), "300000 " + sha256(asBytes(body)) + "\n");
    const auto plain = curl(chain.first, {chain.origin.url("/bytes/1000?framing=chunked")});
    QVERIFY2(plain.ok() && plain.output.size() == 1000, plain.text().c_str());
    const auto inside = curl(chain.first, {"-p", chain.origin.url("/bytes/1001")});
    QVERIFY2(inside.ok() && inside.output.size() == 1001, inside.text().c_str());
  }
}

SLUICE_TEST(namesAnUpstreamProxyThatRefusesOrIsNotThere) {
  Chain wrong("socks5://me:guess@127.0.0.1:PORT1");
  QVERIFY2(wrong.ready(), wrong.first.log().c_str());
  Client client(wrong.first.port());
  const auto refused = client.get(wrong.origin.url("/bytes/1"));
  QVERIFY(refused && refused->status() == 502);
  QVERIFY2(refused->body.find("refuses user and password") != std::string::npos, refused->body.c_str());

  std::uint16_t gone = 0;
  {
    const Origin other;
    gone = other.port();
  }
  Chain nobody("http://127.0.0.1:" + std::to_string(gone));
  Client second(nobody.first.port());
  const auto absent = second.get(nobody.origin.url("/bytes/1"));
  QVERIFY(absent && absent->status() == 502);
  QVERIFY2(absent->body.find("refused") != std::string::npos, absent->body.c_str());
  const auto tunnel = second.ask("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n");
  QVERIFY(tunnel && tunnel->status() == 502);
  QVERIFY2(tunnel->body.find("a.test:443 by way of http://127.0.0.1:" + std::to_string(gone)) != std::string::npos, tunnel->body.c_str());
}

SLUICE_TEST(hostsOfTheListGoPastTheProxy) {
  Chain chain("http://127.0.0.1:1", "127.0.0.0/8");
  QVERIFY2(chain.ready(), chain.first.log().c_str());
  Client client(chain.first.port());
  const auto direct = client.get(chain.origin.url("/bytes/7"));
  QVERIFY(direct && direct->body.size() == 7);
  const auto through = client.get("http://example.invalid/");
  QVERIFY(through && through->status() == 502);
}

SLUICE_TEST(aProxyThatIsThisOneIsALoop) {
  std::uint16_t port = 0;
  {
    const Origin other;
    port = other.port();
  }
  EngineProcess::Options options;
  options.listeners = {"regular@127.0.0.1:" + std::to_string(port)};
  options.arguments = {"--upstream-proxy", "http://localhost:" + std::to_string(port)};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(port);
  const auto reply = client.get("http://example.invalid/");
  QVERIFY(reply && reply->status() == 508);
}

SLUICE_TEST(aWrongUpstreamProxyIsWrongUsage) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--upstream-proxy", "nonsense"},
                                                std::vector<std::string>{"--no-proxy", "10.0.0.0/99"}}) {
    const auto finished = run(programPath("sluiced"), wrong);
    QVERIFY2(finished.exitCode == 2, finished.text().c_str());
  }
}
