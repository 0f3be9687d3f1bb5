// The clients that developers use, with the CA trusted the way their users do it.
#include "tests/integration/capture/history.h"
#include "tests/integration/tls/trust.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Kind = ServerCertificate;

namespace {

Process::Options environment(std::vector<std::string> variables) {
  Process::Options options;
  options.environment = std::move(variables);
  return options;
}

// Whether the exchange for `path` is in the history, decrypted and whole.
bool isRecorded(TrustingEngine& proxy, const std::string& path) {
  const auto found = History(proxy.engine.dataDir()).ended(path);
  return found && found->row.state == store::State::Complete && found->row.scheme == "https" && found->row.status == 200;
}

}  // namespace

SLUICE_TEST(pythonLoadsHttps) {
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto url = proxy.origin.tlsUrl(Kind::Right, "/bytes/1234");
  const auto done = run("python3", {"-c", "import sys,urllib.request\nprint(len(urllib.request.urlopen(sys.argv[1]).read()))", url},
                        environment({"https_proxy=" + proxy.engine.proxy(), "no_proxy=", "SSL_CERT_FILE=" + proxy.ca()}));
  QVERIFY2(done.ok() && done.output == "1234\n", done.text().c_str());
  QVERIFY(isRecorded(proxy, "/bytes/1234"));
}

SLUICE_TEST(nodeLoadsHttps) {
  if (!programExists("node")) QSKIP("no Node.js on this machine");
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  // What proxy agents of Node do: CONNECT, then TLS over its socket.
  const char* kScript = R"js(
const http = require('http'), https = require('https'), url = new URL(process.argv[1]), proxy = new URL(process.argv[2]);
http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: url.host}).on('connect', (res, socket) => {
  https.get({host: url.hostname, path: url.pathname, socket, agent: false}, answer => {
    let size = 0;
    answer.on('data', piece => size += piece.length).on('end', () => console.log(size));
  });
}).end();)js";
  const auto done = run("node", {"-e", kScript, proxy.origin.tlsUrl(Kind::Right, "/bytes/4321"), proxy.engine.proxy()},
                        environment({"NODE_EXTRA_CA_CERTS=" + proxy.ca()}));
  QVERIFY2(done.ok() && done.output == "4321\n", done.text().c_str());
  QVERIFY(isRecorded(proxy, "/bytes/4321"));
}

SLUICE_TEST(chromiumLoadsAPageOfHttps) {
  if (!programExists("chromium") || !programExists("certutil")) QSKIP("no Chromium, or no certutil to make it trust a CA");
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto home = proxy.files / "home";
  const auto database = home / ".pki" / "nssdb";
  std::filesystem::create_directories(database);
  QVERIFY(run("certutil", {"-d", "sql:" + database.string(), "-N", "--empty-password"}).ok());
  const auto trusted = run("certutil", {"-d", "sql:" + database.string(), "-A", "-t", "C,,", "-n", "Sluice", "-i", proxy.ca()});
  QVERIFY2(trusted.ok(), trusted.text().c_str());
  const auto loaded = run("chromium", {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                                       "--disable-background-networking", "--disable-component-update", "--disable-sync",
                                       "--disable-dev-shm-usage", "--user-data-dir=" + (home / "profile").string(),
                                       "--proxy-server=" + proxy.engine.proxy(), "--proxy-bypass-list=<-loopback>",
                                       "--virtual-time-budget=10000", "--dump-dom", proxy.origin.tlsUrl(Kind::Right, "/page/10")},
                          environment({"HOME=" + home.string()}));
  QVERIFY2(loaded.ok() && loaded.output.find("/asset/10/10.") != std::string::npos, loaded.text().c_str());
  QVERIFY(isRecorded(proxy, "/page/10"));
  QVERIFY(isRecorded(proxy, "/asset/10/1.js"));
}
