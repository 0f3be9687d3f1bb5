// Every way to write where a request goes.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/refusing_port.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(reachesNamesAndAddresses) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto port = std::to_string(origin.port());
  for (const char* host : {"127.0.0.1", "localhost", "LOCALHOST"}) {
    const auto finished = curl(engine, {"http://" + std::string(host) + ":" + port + "/connection"});
    QVERIFY2(finished.ok() && finished.output.find("connection") != std::string::npos, finished.text().c_str());
  }
}

SLUICE_TEST(reachesIpv6Literals) {
  const Origin origin;
  if (!origin.hasIpv6()) QSKIP("this machine has no IPv6 loopback");
  EngineProcess engine(withoutInterception());
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto plain = curl(engine, {"-g", "http://[::1]:" + std::to_string(origin.port()) + "/mirror"});
  QVERIFY2(plain.ok(), plain.text().c_str());
  QVERIFY(plain.output.find("Host: [::1]:" + std::to_string(origin.port())) != std::string::npos);
  const auto tunnel = curl(engine, {"-g", "https://[::1]:" + std::to_string(origin.tlsPort()) + "/bytes/5"});
  QVERIFY2(tunnel.ok(), tunnel.text().c_str());
  QCOMPARE(tunnel.output.size(), std::size_t(5));
}

SLUICE_TEST(listensOnIpv6Too) {
  const Origin origin;
  if (!origin.hasIpv6()) QSKIP("this machine has no IPv6 loopback");
  EngineProcess::Options options;
  options.listeners = {"regular@127.0.0.1:0", "regular@[::1]:0"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const std::size_t listener : {std::size_t(0), std::size_t(1)}) {
    const asio::ip::address host = listener == 0 ? asio::ip::address(asio::ip::address_v4::loopback())
                                                 : asio::ip::address(asio::ip::address_v6::loopback());
    Client client(engine.port(listener), host);
    const auto reply = client.get(origin.url("/bytes/4"));
    QVERIFY(reply.has_value());
    QCOMPARE(reply->body.size(), std::size_t(4));
  }
}

// A name with an address that refuses and one that accepts: the second is tried.
SLUICE_TEST(triesEveryAddressOfAName) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  asio::io_context io;
  asio::ip::tcp::acceptor onlyV4(io, {asio::ip::address_v4::loopback(), 0});
  Client client(engine.port());
  QVERIFY(client.tunnel("localhost:" + std::to_string(onlyV4.local_endpoint().port())));
}

SLUICE_TEST(tellsOfAnUnknownHost) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get("http://no-such-host.invalid/");
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 502);
  QVERIFY2(reply->body.find("no-such-host.invalid") != std::string::npos, reply->body.c_str());
  QVERIFY2(reply->body.find("server") != std::string::npos, reply->body.c_str());
}

SLUICE_TEST(tellsOfARefusedConnection) {
  const RefusingPort nobody;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto target = "127.0.0.1:" + std::to_string(nobody.number());
  const auto reply = client.get("http://" + target + "/");
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 502);
  QVERIFY2(reply->body.find("refused") != std::string::npos, reply->body.c_str());
  QVERIFY2(reply->body.find(target) != std::string::npos, reply->body.c_str());
  const auto tunnel = client.ask("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
  QVERIFY(tunnel.has_value());
  QCOMPARE(tunnel->status(), 502);
}
