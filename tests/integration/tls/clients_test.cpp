// The clients that developers use, with the CA trusted the way their users do it.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

#include "core/codec/tls/certificate.h"
#include "core/store/reader.h"
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

Finished loadInChromium(TrustingEngine& proxy, const std::string& path, const std::string& option) {
  const auto home = proxy.files / "home";
  return run("chromium", {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                          "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                          "--user-data-dir=" + (home / "profile").string(), "--proxy-server=" + proxy.engine.proxy(),
                          "--proxy-bypass-list=<-loopback>", option, "--dump-dom", proxy.origin.tlsUrl(Kind::Right, path)},
             environment({"HOME=" + home.string()}));
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

// The fetch() of Node.js is undici; what its proxy agent does is given to it here, for the agent is a package of its own.
SLUICE_TEST(undiciLoadsHttps) {
  if (!programExists("node")) QSKIP("no Node.js on this machine");
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const char* kScript = R"js(
const http = require('http'), tls = require('tls'), proxy = new URL(process.argv[2]);
fetch('data:,').then(async () => {
  const Agent = globalThis[Symbol.for('undici.globalDispatcher.1')].constructor;
  const connect = (to, done) => http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: to.host})
    .on('connect', (_, socket) => {
      const secure = tls.connect({socket, host: to.hostname, ALPNProtocols: ['http/1.1']}, () => done(null, secure)).on('error', done);
    }).on('error', done).end();
  const answer = await fetch(process.argv[1], {dispatcher: new Agent({connect})});
  console.log((await answer.arrayBuffer()).byteLength);
  process.exit(0);
});)js";
  const auto done = run("node", {"-e", kScript, proxy.origin.tlsUrl(Kind::Right, "/bytes/4322"), proxy.engine.proxy()},
                        environment({"NODE_EXTRA_CA_CERTS=" + proxy.ca()}));
  QVERIFY2(done.ok() && done.output == "4322\n", done.text().c_str());
  QVERIFY(isRecorded(proxy, "/bytes/4322"));
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
  const auto loaded = loadInChromium(proxy, "/page/10", "--virtual-time-budget=10000");
  QVERIFY2(loaded.ok() && loaded.output.find("/asset/10/10.") != std::string::npos, loaded.text().c_str());
  QVERIFY(isRecorded(proxy, "/page/10"));
  QVERIFY(isRecorded(proxy, "/asset/10/1.js"));
}

// As the app starts it: the certificate of the CA is installed nowhere, its key is named on the command line.
SLUICE_TEST(chromiumThatKnowsTheKeyOfTheCaTalksThroughAWebSocket) {
  if (!programExists("chromium")) QSKIP("no Chromium on this machine");
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  std::ifstream file(proxy.ca());
  const auto pin = tls::publicKeyPin(std::string(std::istreambuf_iterator<char>(file), {}));
  QVERIFY(pin.has_value());
  const auto loaded = loadInChromium(proxy, "/chat", "--ignore-certificate-errors-spki-list=" + *pin);
  QVERIFY2(loaded.ok() && loaded.output.find("heard 320") != std::string::npos, loaded.text().c_str());
  History history(proxy.engine.dataDir());
  const auto chat = history.find("/chat", [](const auto& row) { return row.status == 101 && row.state != store::State::Running; });
  QVERIFY2(chat && chat->row.scheme == "https", history.failure.c_str());
  const auto messages = store::Reader::open(proxy.engine.dataDir())->messages(chat->row.id, 0, 100).value();
  std::string words;
  for (int i = 0; i < 20; ++i) words += "the same words, ";
  for (const auto direction : {capture::Direction::Request, capture::Direction::Response}) {
    const auto of = [&](int opcode) {
      return std::find_if(messages.begin(), messages.end(), [&](const auto& m) { return m.direction == direction && m.opcode == opcode; });
    };
    const auto text = of(1), close = of(8);
    QVERIFY(text != messages.end() && text->compressed && text->wireBytes < 100);
    QCOMPARE(text->payload, words);
    QVERIFY(close != messages.end() && close->payload.ends_with("enough"));
  }
}

SLUICE_TEST(javaLoadsHttps) {
  if (!programExists("java")) QSKIP("no Java on this machine");
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto source = proxy.files / "Load.java";
  std::ofstream(source) << R"java(
import java.net.*;
import java.net.http.*;
public class Load {
  public static void main(String[] arguments) throws Exception {
    System.setProperty("jdk.httpclient.HttpClient.log", "");
    var proxy = ProxySelector.of(new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])));
    var client = HttpClient.newBuilder().proxy(proxy).version(HttpClient.Version.HTTP_1_1).build();
    var answer = client.send(HttpRequest.newBuilder(URI.create(arguments[0])).build(), HttpResponse.BodyHandlers.ofByteArray());
    System.out.println(answer.body().length);
  }
}
)java";
  const auto store = (proxy.files / "trust.jks").string();
  const auto imported = run("keytool", {"-importcert", "-noprompt", "-alias", "sluice", "-file", proxy.ca(), "-keystore", store,
                                        "-storepass", "changeit"});
  QVERIFY2(imported.ok(), imported.text().c_str());
  const auto done = run("java", {"-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=changeit", source.string(),
                                 proxy.origin.tlsUrl(Kind::Right, "/bytes/3456"), "127.0.0.1", std::to_string(proxy.engine.port())});
  QVERIFY2(done.ok() && done.output == "3456\n", done.text().c_str());
  QVERIFY(isRecorded(proxy, "/bytes/3456"));
}

SLUICE_TEST(goLoadsHttps) {
  if (!programExists("go")) QSKIP("no Go on this machine");
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  const auto source = proxy.files / "load.go";
  std::ofstream(source) << R"go(
package main

import ("fmt"; "io"; "net/http"; "net/url"; "os")

func main() {
  proxy, _ := url.Parse(os.Args[2])
  client := http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
  answer, err := client.Get(os.Args[1])
  if err != nil { fmt.Println(err); os.Exit(1) }
  body, _ := io.ReadAll(answer.Body)
  fmt.Println(len(body))
}
)go";
  const auto program = (proxy.files / "load").string();
  // The first build on a machine compiles the whole library.
  const auto built = run("go", {"build", "-o", program, source.string()}, environment({"GO111MODULE=off", "GOFLAGS="}),
                         std::chrono::minutes(5));
  QVERIFY2(built.ok(), built.text().c_str());
  const auto done = run(program, {proxy.origin.tlsUrl(Kind::Right, "/bytes/2345"), proxy.engine.proxy()},
                        environment({"SSL_CERT_FILE=" + proxy.ca()}));
  QVERIFY2(done.ok() && done.output == "2345\n", done.text().c_str());
  QVERIFY(isRecorded(proxy, "/bytes/2345"));
}
