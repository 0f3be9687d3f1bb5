// A request that leads back to the proxy is refused, however its target is spelt and by whatever way it comes.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr const char* kSpellings[] = {
    "127.0.0.1", "127.0.0.2",  "127.255.255.254", "127.1",           "2130706433",         "0x7f000001", "0177.0.0.1", "0x7f.1",
    "0.0.0.0",   "0",          "localhost",       "LocalHost",       "any.localhost",      "localhost.", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:0.0.0.0]"};

bool isRefused(const std::optional<Reply>& reply) {
  return reply && reply->status() == 508 && reply->body.find("is this proxy itself") != std::string::npos;
}

}  // namespace

SLUICE_TEST(refusesItsOwnListenersInEverySpelling) {
  EngineProcess::Options options;
  options.listeners = {"regular@127.0.0.1:0", "regular@127.0.0.1:0"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const std::size_t listener : {std::size_t(0), std::size_t(1)}) {
    const auto port = std::to_string(engine.port(listener));
    for (const std::string host : kSpellings) {
      Client plain(engine.port());
      QVERIFY2(isRefused(plain.get("http://" + host + ":" + port + "/")), host.c_str());
      Client tunnel(engine.port());
      QVERIFY2(isRefused(tunnel.ask("CONNECT " + host + ":" + port + " HTTP/1.1\r\nHost: x\r\n\r\n")), host.c_str());
    }
  }
}

SLUICE_TEST(aListenerOnEveryAddressIsRefusedOnAllOfThem) {
  EngineProcess::Options options;
  options.listeners = {"regular@127.0.0.1:0", "regular@[::]:0"};
  const Origin origin;
  if (!origin.hasIpv6()) QSKIP("this machine has no IPv6 loopback");
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto port = std::to_string(engine.port(1));
  for (const std::string host : {"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "127.0.0.1", "127.5.5.5", "localhost", "[::ffff:127.0.0.1]"}) {
    Client client(engine.port());
    QVERIFY2(isRefused(client.get("http://" + host + ":" + port + "/")), host.c_str());
  }
}

// Over SOCKS a spelling is a name, whatever it looks like.
SLUICE_TEST(refusesItsOwnListenersOverSocksToo) {
  EngineProcess::Options options;
  options.listeners = {"regular@127.0.0.1:0", "socks5@127.0.0.1:0"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const std::size_t listener : {std::size_t(0), std::size_t(1)}) {
    const auto port = engine.port(listener);
    for (const std::string spelt : kSpellings) {
      const auto host = spelt.starts_with('[') ? spelt.substr(1, spelt.size() - 2) : spelt;
      Client client(engine.port(1));
      QVERIFY(client.write(std::string("\x05\x01\x00", 3)) && client.input().exactly(2) == std::string("\x05\x00", 2));
      const std::string address = std::string("\x03") + char(host.size()) + host + char(port >> 8) + char(port & 0xff);
      QVERIFY(client.write(std::string("\x05\x01\x00", 3) + address));
      const auto reply = client.input().exactly(10);
      QVERIFY2(reply.size() == 10 && reply[1] == 2, spelt.c_str());  // not allowed
    }
  }
}

// What the proxy refuses it does not even connect to: its connections are those of the client alone.
SLUICE_TEST(neverKnocksAtItsOwnDoor) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (int i = 0; i < 3; ++i) QVERIFY(isRefused(client.get("http://localhost:" + std::to_string(engine.port()) + "/")));
  const auto status = sluicectl(engine.dataDir(), {"connections"});
  QVERIFY2(status.ok(), status.text().c_str());
  std::size_t rows = 0;
  const std::string row = "127.0.0.1:" + std::to_string(client.localPort());
  for (auto at = status.output.find("127.0.0.1:"); at != std::string::npos; at = status.output.find("127.0.0.1:", at + 1)) {
    rows += status.output.compare(at, row.size(), row) == 0 ? 1 : 0;
  }
  QVERIFY2(rows == 1, status.text().c_str());
}
