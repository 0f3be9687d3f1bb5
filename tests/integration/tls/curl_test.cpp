// curl through interception: bodies are those of the server, and each kind of bad server has a message of its own.
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/integration/capture/history.h"
#include "tests/integration/tls/trust.h"
#include "tests/support/eventually.h"
#include "tests/support/test.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using Kind = ServerCertificate;

SLUICE_TEST(downloadsAndUploadsAreThoseOfTheServer) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto ca = proxy.ca();
  for (const char* framing : {"length", "chunked", "close"}) {
    const auto url = proxy.origin.tlsUrl(Kind::Right, std::string("/bytes/2000000?seed=5&framing=") + framing);
    const auto down = curl(proxy.engine, {"--no-insecure", "--cacert", ca, url});
    QVERIFY2(down.ok(), down.text().c_str());
    QVERIFY2(down.output == Pattern(5).text(0, 2'000'000), framing);
  }
  const auto up = curl(proxy.engine, {"--no-insecure", "--cacert", ca, "-T", ca, proxy.origin.tlsUrl(Kind::Right, "/echo")});
  QVERIFY2(up.ok() && up.output.find("BEGIN CERTIFICATE") != std::string::npos, up.text().c_str());
  const auto tunnelled = curl(proxy.engine, {"--no-insecure", "--cacert", ca, "--tls-max", "1.2",
                                              proxy.origin.tlsUrl(Kind::Right, "/bytes/5")});
  QVERIFY2(tunnelled.ok(), tunnelled.text().c_str());
}

SLUICE_TEST(badServersAreRefusedWithAMessageOfTheirOwn) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const std::pair<Kind, const char*> rows[] = {{Kind::Expired, "has expired"},
                                               {Kind::WrongHost, "not for 127.0.0.1 but for wrong.example"},
                                               {Kind::Untrusted, "no root that this system trusts"},
                                               {Kind::SelfSigned, "signed by itself"},
                                               {Kind::OldTls, "no TLS version"},
                                               {Kind::WantsClients, "client certificate"}};
  History history(proxy.engine.dataDir());
  for (const auto& [kind, words] : rows) {
    const auto url = proxy.origin.tlsUrl(kind, "/bytes/5");
    if (kind != Kind::WantsClients) {
      const auto strict = curl(proxy.engine, {"--no-insecure", "--cacert", proxy.ca(), url});
      QVERIFY2(strict.exitCode == 60, strict.text().c_str());
    }
    const auto careless = curl(proxy.engine, {"--insecure", url});
    QVERIFY2(careless.ok() && careless.output.find(words) != std::string::npos, careless.text().c_str());
    const auto found = history.ended("127.0.0.1:" + std::to_string(proxy.origin.tlsPort(kind)) + "/bytes/5");
    QVERIFY2(found && found->row.state == store::State::Failed, history.failure.c_str());
    QVERIFY2(found->row.error.detail.find(words) != std::string::npos, found->row.error.detail.c_str());
  }
}

SLUICE_TEST(aClientThatDoesNotTrustTheCaIsARowThatSaysSo) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  QVERIFY(curl(proxy.engine, {"--no-insecure", proxy.origin.tlsUrl(Kind::Right, "/")}).exitCode == 60);
  History history(proxy.engine.dataDir());
  const auto found = history.ended("127.0.0.1:" + std::to_string(proxy.origin.tlsPort(Kind::Right)));
  QVERIFY2(found && found->row.error.code == Code::TlsClientDistrusts, history.failure.c_str());
  QVERIFY(found->row.state == store::State::Failed && found->row.kind == capture::Kind::Tunnel);
}

SLUICE_TEST(whatTheHandshakesWereIsShown) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  QVERIFY(curl(proxy.engine, {"--no-insecure", "--cacert", proxy.ca(), proxy.origin.tlsUrl(Kind::Right, "/bytes/5")}).ok());
  QVERIFY(History(proxy.engine.dataDir()).ended("/bytes/5").has_value());
  const auto shown = sluicectl(proxy.engine.dataDir(), {"show", "1"});
  for (const char* word : {"https://127.0.0.1:", "TLS client", "TLS server", "TLSv1.3", "127.0.0.1", "Sluice CA"}) {
    QVERIFY2(shown.output.find(word) != std::string::npos, shown.text().c_str());
  }
  const auto json = nlohmann::json::parse(sluicectl(proxy.engine.dataDir(), {"--json", "show", "1"}).output, nullptr, false);
  QVERIFY(json["tls"].size() == 2 && json["tls"][1]["certificates"][0]["names"][0] == "127.0.0.1");
}

SLUICE_TEST(theMagicHostHandsOutTheCa) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto page = curl(proxy.engine, {"http://sluice.proxy/"});
  QVERIFY2(page.ok() && page.output.find("<svg") != std::string::npos, page.text().c_str());
  const auto ca = curl(proxy.engine, {"http://sluice.proxy/ca"});
  std::ifstream file(proxy.ca());
  QCOMPARE(ca.output, std::string(std::istreambuf_iterator<char>(file), {}));
}

SLUICE_TEST(theCaStaysAndKeysAreLoggedOnDemand) {
  TemporaryDirectory directory;
  const auto keys = directory / "keys";
  TrustingEngine proxy({"--tls-keylog", keys.string()});
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  QVERIFY(curl(proxy.engine, {"--no-insecure", "--cacert", proxy.ca(), proxy.origin.tlsUrl(Kind::Right, "/bytes/5")}).ok());
  std::ifstream file(keys);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  QVERIFY(text.find("CLIENT_TRAFFIC_SECRET_0 ") != std::string::npos);
}

// From the next connection on, in every worker, and after a restart.
SLUICE_TEST(hostsPassThroughAsTheUserSays) {
  const TemporaryDirectory directory;
  const Origin origin;
  const auto roots = directory / "roots.pem";
  std::ofstream(roots) << origin.trustedRoots();
  EngineProcess::Options options;
  options.dataDir = directory / "data";
  options.arguments = {"--upstream-ca", roots.string(), "--workers", "2", "--pass-through", "given.example"};
  auto engine = std::make_unique<EngineProcess>(options);
  QVERIFY2(engine->ready(), engine->log().c_str());
  const auto change = [&](const char* what, const char* host) { return sluicectl(options.dataDir, {"pass-through", what, host}); };
  const auto list = [&] { return sluicectl(options.dataDir, {"pass-through", "list"}).output; };
  // Whether a connection shows the server's own certificate; the others would fail on one of them.
  const auto passes = [&]() -> std::string {
    int own = 0;
    for (int i = 0; i < 6; ++i) own += curl(*engine, {"--no-insecure", "--cacert", roots.string(), origin.tlsUrl(Kind::Right, "/")}).ok();
    return own == 6 ? "all" : own == 0 ? "none" : "some";
  };
  QCOMPARE(passes(), std::string("none"));
  QVERIFY2(change("add", "127.0.0.*").ok() && change("remove", "given.example").ok(), engine->log().c_str());
  QCOMPARE(list(), std::string("127.0.0.*\n"));
  QVERIFY(eventually([&] { return passes() == "all"; }));
  QVERIFY(change("add", "no host").exitCode == 1 && change("remove", "127.0.0.1").exitCode == 1);
  QVERIFY(engine->stop() == 0);
  engine = std::make_unique<EngineProcess>(options);
  QVERIFY2(engine->ready(), engine->log().c_str());
  QCOMPARE(list(), std::string("127.0.0.*\n"));
  QCOMPARE(passes(), std::string("all"));
  QVERIFY(change("remove", "127.0.0.*").ok());
  QVERIFY(eventually([&] { return passes() == "none"; }));
  QCOMPARE(list(), std::string());
}

SLUICE_TEST(decryptingIsTurnedOffAndOnWhileTheEngineRuns) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto decrypts = [&] {
    return curl(proxy.engine, {"--no-insecure", "--cacert", proxy.ca(), proxy.origin.tlsUrl(Kind::Right, "/")}).ok();
  };
  QVERIFY(decrypts());
  QVERIFY(sluicectl(proxy.engine.dataDir(), {"intercept", "off"}).ok());
  QVERIFY(!decrypts());
  QVERIFY(curl(proxy.engine, {"--insecure", proxy.origin.tlsUrl(Kind::Right, "/")}).ok());
  QVERIFY(sluicectl(proxy.engine.dataDir(), {"intercept", "on"}).ok());
  QVERIFY(decrypts());
}

SLUICE_TEST(aReverseListenerAnswersOverTlsToo) {
  const TemporaryDirectory directory;
  const Origin origin;
  const auto roots = directory / "roots.pem";
  std::ofstream(roots) << origin.trustedRoots();
  EngineProcess::Options options;
  options.listeners = {"reverse:" + origin.url("") + "@127.0.0.1:0", "reverse:" + origin.tlsUrl(Kind::Right, "") + "@127.0.0.1:0"};
  options.arguments = {"--upstream-ca", roots.string()};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  auto ca = sluicectl(engine.dataDir(), {"ca", "path"}).output;
  if (!ca.empty()) ca.pop_back();
  for (std::size_t i = 0; i < 2; ++i) {
    const auto port = std::to_string(engine.port(i));
    for (const std::string& url : {"https://127.0.0.1:" + port, "https://localhost:" + port, "http://127.0.0.1:" + port}) {
      const auto done = run("curl", {"-sS", "--noproxy", "*", "-4", "--cacert", ca, url + "/bytes/70000"});
      QVERIFY2(done.ok() && done.output == Pattern(0).text(0, 70'000), (url + " " + done.errors).c_str());
    }
  }
}
