// HAR files of other tools, which are not part of this tree: integration_har --hars=FOLDER takes every *.har in it. Each
// must load, or be no JSON and say where; what is written of it must stay the same when it is read again.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "har_copy.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Empty: all is well.
std::string check(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto once = harCopy(file);
  if (!once) {
    const std::string& detail = once.error().detail;
    return detail.find("is no JSON: at line ") == 0 ? std::string() : detail;
  }
  std::istringstream again(*once);
  const auto twice = harCopy(again);
  if (!twice) return "reading it back: " + describe(twice.error());
  return *once == *twice ? std::string() : "is another file when it is written again";
}

}  // namespace

SLUICE_TEST(takesEveryFileOfAFolder) {
  const std::string folder = option("hars", "");
  if (folder.empty()) QSKIP("no --hars=FOLDER with HAR files of other tools");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".har") continue;
    ++files;
    const std::string problem = check(entry.path());
    QVERIFY2(problem.empty(), (entry.path().filename().string() + ": " + problem).c_str());
  }
  QVERIFY2(files > 0, "the folder holds no *.har");
}
