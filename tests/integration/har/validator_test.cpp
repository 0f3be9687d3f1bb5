// What we write against npm's har-validator, which knows the schema of HAR 1.2. Needs npm, and its registry the first
// time: --npm-dir=FOLDER keeps the package for the next.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "har_copy.h"
#include "tests/support/process.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kScript = R"js(
const har = JSON.parse(require("fs").readFileSync(process.argv[2]));
require("har-validator").har(har).then(() => console.log("valid"), error => {
    console.log(JSON.stringify(error.errors)); process.exit(1); });
)js";

// One entry of every odd kind that can be read.
constexpr const char* kFile = R"({"log":{"entries":[
 {"startedDateTime":"2026-11-21T10:15:00.5+01:00","request":{"method":"POST","url":"https://[2001:db8::1]:8443/a b?q=<1>&r=\u00e9",
   "httpVersion":"h2","headers":[{"name":"Cookie","value":"a=1; b"},{"name":"X","value":"\u00e9\""}],
   "postData":{"mimeType":null,"text":"x"}},
  "response":{"status":302,"statusText":null,"redirectURL":null,
   "headers":[{"name":"Set-Cookie","value":"s=1; Path=/"},{"name":"Location","value":"/x"}],
   "content":{"mimeType":"image/png","text":"iVBO","encoding":"base64"}},
  "serverIPAddress":"[2001:db8::1]","timings":{"send":0.25,"wait":10,"receive":1}},
 {"request":{"method":"GET","url":"/no/scheme"}},
 {"request":{"method":"GET","url":"http://a.test/"},"serverIPAddress":"unknown"},
 {"startedDateTime":"odd","request":{},"response":{}}]}})";

// Where har-validator is; empty, with the reason, when it cannot be had.
fs::path validatorFolder(const store::test::TempFolder& temporary, std::string& reason) {
  const std::string kept = option("npm-dir", "");
  const fs::path folder = kept.empty() ? temporary.path() : fs::path(kept);
  if (fs::exists(folder / "node_modules/har-validator")) return folder;
  if (!programExists("npm") || !programExists("node")) return reason = "npm is not installed", fs::path();
  const auto installed = run("npm", {"install", "--no-audit", "--no-fund", "--prefix", folder.string(), "har-validator@5"}, {},
      std::chrono::minutes(2));
  if (!installed.ok()) return reason = "npm cannot install har-validator: " + installed.text(), fs::path();
  return folder;
}

}  // namespace

SLUICE_TEST(writesFilesThatTheSchemaOfHarTakes) {
  const store::test::TempFolder temporary;
  std::string reason;
  const fs::path folder = validatorFolder(temporary, reason);
  if (folder.empty()) QSKIP(reason.c_str());
  std::istringstream file(kFile);
  const auto har = harCopy(file);
  QVERIFY2(har.has_value(), har ? "" : describe(har.error()).c_str());
  std::ofstream(folder / "ours.har", std::ios::binary) << *har;
  std::ofstream(folder / "check.js") << kScript;
  const auto verdict = run("node", {(folder / "check.js").string(), (folder / "ours.har").string()});
  QVERIFY2(verdict.ok(), verdict.text().c_str());
}
