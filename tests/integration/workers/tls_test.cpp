// What every worker must have of TLS: the same CA, the same trust and the same key log, also the one that replaces another.
#include <fstream>
#include <iterator>

#include "tests/integration/tls/trust.h"
#include "tests/integration/workers/status.h"
#include "tests/support/eventually.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Kind = ServerCertificate;

namespace {

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of the CA's key file, a line that nothing else has.
std::string secretLine(const TrustingEngine& proxy) {
  std::ifstream file(proxy.engine.dataDir() / "ca" / "sluice-ca-key.pem");
  std::string line;
  while (std::getline(file, line) && line.starts_with("-----")) {
  }
  return line;
}

}  // namespace

SLUICE_TEST(aWorkerThatReplacesAnotherDecryptsAsItDid) {
  TemporaryDirectory files;
  const auto keys = (files / "keys.log").string();
  TrustingEngine proxy({"--workers", "1", "--tls-keylog", keys});
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  proxy.engine.workersMayDie();
  const auto url = proxy.origin.tlsUrl(Kind::Right, "/bytes/1000?seed=1");
  const std::vector<std::string> strict{"--no-insecure", "--cacert", proxy.ca(), url};
  const auto before = curl(proxy.engine, strict);
  QVERIFY2(before.ok() && before.output.size() == 1000, before.text().c_str());
  const auto secrets = contentOf(keys).size();
  QVERIFY(secrets > 0);

  // What it was told at its start is read no more.
  std::filesystem::remove(proxy.files / "roots.pem");
  const auto workers = childrenOf(proxy.engine.process().id());
  QCOMPARE(workers.size(), std::size_t(1));
  killProcess(workers[0]);
  QVERIFY(eventually([&] { return statusOf(proxy.engine, "workerRestarts") == 1; }));
  const auto after = curl(proxy.engine, strict);
  QVERIFY2(after.ok() && after.output.size() == 1000, after.text().c_str());
  QVERIFY(contentOf(keys).size() > secrets);
}

SLUICE_TEST(noCommandLineAndNoEnvironmentTellsTheKey) {
  TrustingEngine proxy({"--workers", "2"});
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto secret = secretLine(proxy);
  QVERIFY(!secret.empty());
  for (const auto worker : childrenOf(proxy.engine.process().id())) {
    const auto folder = "/proc/" + std::to_string(worker);
    // Between its fork and its exec a child still has the words of its parent.
    QVERIFY(eventually([&] { return contentOf(folder + "/cmdline").find("worker") != std::string::npos; }));
    for (const char* file : {"/cmdline", "/environ"}) QVERIFY(contentOf(folder + file).find(secret) == std::string::npos);
  }
}
