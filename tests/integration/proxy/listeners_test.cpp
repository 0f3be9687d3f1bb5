// Listeners of every kind at once: regular, SOCKS and reverse, over real sockets.
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"
#include "tests/support/wire/refusing_port.h"

using namespace sluice;
using namespace sluice::test;
using namespace std::string_literals;

namespace {

enum Which : std::size_t { Regular, Socks, Guarded, Reverse };

struct Rig {
  Origin origin;
  EngineProcess engine{options(origin)};

  static EngineProcess::Options options(const Origin& origin) {
    EngineProcess::Options options;
    options.listeners = {"regular@127.0.0.1:0", "socks5@127.0.0.1:0", "socks5:me:secret@127.0.0.1:0",
                         "reverse:http://127.0.0.1:" + std::to_string(origin.port()) + "@127.0.0.1:0"};
    return options;
  }
  std::string at(Which which) const { return "127.0.0.1:" + std::to_string(engine.port(which)); }
  Finished curl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-q", "--silent", "--show-error", "--noproxy", ""});
    return run("curl", arguments);
  }
};

// The handshake of SOCKS5 without authentication, up to a tunnel; the reply code, or -1.
int socksConnect(Client& client, const std::string& request) {
  if (!client.write("\x05\x01\x00"s) || client.input().exactly(2) != "\x05\x00"s || !client.write(request)) return -1;
  const auto reply = client.input().exactly(10);
  return reply.size() == 10 ? reply[1] : -1;
}

std::string ipv4Request(std::uint16_t port, char command = 1) {
  return "\x05"s + command + "\x00\x01\x7f\x00\x00\x01"s + char(port >> 8) + char(port & 0xff);
}

}  // namespace

SLUICE_TEST(everyKindOfListenerServesTheSamePage) {
  const Rig rig;
  QVERIFY2(rig.engine.ready(), "the engine did not start");
  const auto url = rig.origin.url("/bytes/100000?framing=chunked");
  const auto direct = rig.curl({url});
  QVERIFY2(direct.ok() && direct.output.size() == 100'000, direct.text().c_str());
  const std::vector<std::vector<std::string>> ways = {
      {"--proxy", "http://" + rig.at(Regular), url},
      {"--proxytunnel", "--proxy", "http://" + rig.at(Regular), url},
      {"--socks5", rig.at(Socks), url},
      {"--socks5-hostname", rig.at(Socks), url},
      {"--socks4", rig.at(Socks), url},
      {"--socks4a", rig.at(Socks), url},
      {"--socks5-hostname", rig.at(Socks), "--proxy-user", "any:body", url},
      {"--socks5-hostname", rig.at(Guarded), "--proxy-user", "me:secret", url},
      {"http://" + rig.at(Reverse) + "/bytes/100000?framing=chunked"},
  };
  for (const auto& way : ways) {
    const auto through = rig.curl(way);
    QVERIFY2(through.ok() && through.output == direct.output, (way.front() + ": " + through.errors).c_str());
  }
}

SLUICE_TEST(reachesNamesAndIpv6OverSocks) {
  const Rig rig;
  QVERIFY2(rig.engine.ready(), "the engine did not start");
  const auto port = std::to_string(rig.origin.port());
  const auto name = rig.curl({"--socks5-hostname", rig.at(Socks), "http://localhost:" + port + "/bytes/5"});
  QVERIFY2(name.ok() && name.output.size() == 5, name.text().c_str());
  if (!rig.origin.hasIpv6()) QSKIP("this machine has no IPv6 loopback");
  const auto six = rig.curl({"-g", "--socks5-hostname", rig.at(Socks), "http://[::1]:" + port + "/bytes/6"});
  QVERIFY2(six.ok() && six.output.size() == 6, six.text().c_str());
}

SLUICE_TEST(socksCarriesAnythingUnread) {
  const Rig rig;
  QVERIFY2(rig.engine.ready(), "the engine did not start");
  Client client(rig.engine.port(Socks));
  QCOMPARE(socksConnect(client, ipv4Request(rig.origin.rawPort())), 0);
  const auto body = Pattern(3).text(0, 500'000);
  QVERIFY(client.write("digest\n" + body));
  client.finish();
  QCOMPARE(client.input().rest(), "500000 " + sha256(asBytes(body)) + "\n");
}

SLUICE_TEST(refusesOverSocksWithTheReplyForIt) {
  const Rig rig;
  QVERIFY2(rig.engine.ready(), "the engine did not start");
  Client bind(rig.engine.port(Socks));
  QCOMPARE(socksConnect(bind, ipv4Request(rig.origin.rawPort(), 2)), 7);
  Client loop(rig.engine.port(Socks));
  QCOMPARE(socksConnect(loop, ipv4Request(rig.engine.port(Regular))), 2);
  Client itself(rig.engine.port(Socks));
  QCOMPARE(socksConnect(itself, ipv4Request(rig.engine.port(Socks))), 2);
  const RefusingPort closed;
  Client nobody(rig.engine.port(Socks));
  QCOMPARE(socksConnect(nobody, ipv4Request(closed.number())), 5);
  const auto wrong = rig.curl({"--socks5-hostname", rig.at(Guarded), "--proxy-user", "me:guess", rig.origin.url("/bytes/1")});
  QVERIFY(!wrong.ok());
  const auto none = rig.curl({"--socks5-hostname", rig.at(Guarded), rig.origin.url("/bytes/1")});
  QVERIFY(!none.ok());

  for (const char* why : {"BIND", "is this proxy itself", "connection refused", "user or password is wrong"}) {
    const bool told = eventually([&] {
      return sluicectl(rig.engine.dataDir(), {"list", "--json"}).output.find(why) != std::string::npos;
    });
    QVERIFY2(told, why);
  }
}

SLUICE_TEST(aReverseListenerIsTheServerAsFarAsTheClientKnows) {
  const Rig rig;
  QVERIFY2(rig.engine.ready(), "the engine did not start");
  Client client(rig.engine.port(Reverse));
  const auto mirror = client.ask("GET /mirror HTTP/1.1\r\nHOST: whoever\r\nX-Odd:  a  b \r\n\r\n");
  QVERIFY(mirror && mirror->status() == 200);
  QCOMPARE(mirror->body, "GET /mirror HTTP/1.1\r\nHOST: 127.0.0.1:" + std::to_string(rig.origin.port()) + "\r\nX-Odd:  a  b \r\n\r\n");
  const auto again = client.ask("GET /connection HTTP/1.1\r\nHost: whoever\r\n\r\n");
  QVERIFY(again && again->status() == 200);
  const auto tunnel = client.ask("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: whoever\r\n\r\n");
  QVERIFY(tunnel && tunnel->status() == 400);
}

SLUICE_TEST(aReverseListenerForTheProxyItselfIsALoop) {
  Rig rig;
  EngineProcess::Options options;
  // The port of the second listener is not known before, so another engine's stands for it: found free, then given back.
  std::uint16_t port = 0;
  {
    const Origin other;
    port = other.port();
  }
  options.listeners = {"reverse:http://localhost:" + std::to_string(port) + "@127.0.0.1:" + std::to_string(port)};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(port);
  const auto reply = client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  QVERIFY(reply && reply->status() == 508);
}
