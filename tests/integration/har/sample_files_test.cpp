// HAR files of other tools, which are not part of this tree (`tests/run hars` fetches those of mitmproxy): integration_har --hars=FOLDER
// takes every *.har in it and below. Each must load, and what is written of it must stay the same when it is read again; but for one,
// which may be no JSON and then is refused with line and column.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "har_copy.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// As an editor finds them: both count from 1.
bool saysWhere(const std::string& detail) {
  unsigned line = 0, column = 0;
  return std::sscanf(detail.c_str(), "is no JSON: at line %u, column %u:", &line, &column) == 2 && line > 0 && column > 0;
}

struct Verdict {
  std::string problem;  // empty: all is well
  bool isNoJson = false;
};

Verdict check(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto once = harCopy(file);
  if (!once) {
    const bool isNoJson = saysWhere(once.error().detail);
    return {isNoJson ? std::string() : describe(once.error()), isNoJson};
  }
  std::istringstream again(*once);
  const auto twice = harCopy(again);
  if (!twice) return {"reading it back: " + describe(twice.error())};
  return {*once == *twice ? std::string() : "is another file when it is written again"};
}

}  // namespace

SLUICE_TEST(takesEveryFileOfAFolder) {
  const std::string folder = option("hars", "");
  if (folder.empty()) QSKIP("no --hars=FOLDER with HAR files of other tools");
  std::size_t files = 0;
  std::string refused;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".har") continue;
    ++files;
    const Verdict verdict = check(entry.path());
    QVERIFY2(verdict.problem.empty(), (entry.path().string() + ": " + verdict.problem).c_str());
    QVERIFY2(!verdict.isNoJson || refused.empty(), (entry.path().string() + " is refused as no JSON, and so is " + refused).c_str());
    if (verdict.isNoJson) refused = entry.path().string();
  }
  const std::size_t loaded = files - (refused.empty() ? 0 : 1);
  QVERIFY2(loaded > 0, "the folder holds no *.har that is JSON");
  std::printf("%zu files loaded, %s refused as no JSON\n", loaded, refused.empty() ? "none" : refused.c_str());
}
