#include "platform/private_file.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {
mode_t modeOf(const std::filesystem::path& path) {
  struct stat status {};
  stat(path.c_str(), &status);
  return status.st_mode & 0777;
}
}  // namespace

SLUICE_TEST(whatIsWrittenIsItsOwnersAlone) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "key";
  umask(0);
  QVERIFY(writePrivateFile(path, "secret").has_value());
  QCOMPARE(modeOf(path), mode_t(0600));
}

SLUICE_TEST(aFileThatWasOpenToOthersIsNarrowed) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "key";
  std::ofstream(path) << "x";
  chmod(path.c_str(), 0644);
  QCOMPARE(readPrivateFile(path).value(), std::string("x"));
  QCOMPARE(modeOf(path), mode_t(0600));
}
