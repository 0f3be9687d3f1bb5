// A real browser through the proxy: a page with 50 resources, all of them in the history.
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::string browser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    if (programExists(name)) return name;
  }
  return {};
}

// Loads the page in a browser that has just been installed, as it were, and returns the document as it became.
Finished load(const EngineProcess& engine, const std::string& url) {
  const TemporaryDirectory profile;
  return run(browser(), {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                         "--disable-background-networking", "--disable-component-update", "--disable-sync",
                         "--disable-dev-shm-usage", "--user-data-dir=" + (profile / "profile").string(),
                         "--proxy-server=" + engine.proxy(), "--proxy-bypass-list=<-loopback>",
                         "--ignore-certificate-errors", "--virtual-time-budget=10000", "--dump-dom", url});
}

// The paths of the exchanges with this origin that are complete with status 200.
std::multiset<std::string> completePaths(const EngineProcess& engine, const std::string& host) {
  std::multiset<std::string> paths;
  const auto listed = sluicectl(engine.dataDir(), {"--json", "list", "--limit", "1000"});
  const auto rows = nlohmann::json::parse(listed.output, nullptr, false);
  for (const auto& row : rows) {
    const auto url = row.value("url", "");
    if (url.rfind(host, 0) == 0 && row["state"] == "complete" && row["status"] == 200) paths.insert(row["path"]);
  }
  return paths;
}

}  // namespace

SLUICE_TEST(aPageOfFiftyResourcesIsAllInTheHistory) {
  if (browser().empty()) QSKIP("no Chromium on this machine");
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto loaded = load(engine, origin.url("/page/50"));
  QVERIFY2(loaded.ok() && loaded.output.find("/asset/50/50.") != std::string::npos, loaded.text().c_str());
  QVERIFY(engine.stop() == 0);
  const auto paths = completePaths(engine, origin.url(""));
  QVERIFY(paths.count("/page/50") == 1);
  const char* extensions[] = {"css", "js", "svg", "json"};
  for (int i = 1; i <= 50; ++i) {
    const auto path = "/asset/50/" + std::to_string(i) + "." + extensions[i % 4];
    QVERIFY2(paths.count(path) == 1, path.c_str());
  }
}

SLUICE_TEST(aSecurePageLoadsThroughItsTunnel) {
  if (browser().empty()) QSKIP("no Chromium on this machine");
  const Origin origin;
  EngineProcess engine(withoutInterception());
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto loaded = load(engine, origin.tlsUrl("/page/10"));
  QVERIFY2(loaded.ok() && loaded.output.find("/asset/10/10.") != std::string::npos, loaded.text().c_str());
  QVERIFY(origin.requests() >= 11);
  QVERIFY(engine.stop() == 0);
  const auto listed = sluicectl(engine.dataDir(), {"--json", "list"});
  QVERIFY2(listed.output.find("\"url\":\"127.0.0.1:" + std::to_string(origin.tlsPort()) + "\"") != std::string::npos,
           listed.text().c_str());
}
