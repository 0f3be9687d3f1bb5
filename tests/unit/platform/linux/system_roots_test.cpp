#include "platform/system_roots.h"

#include <cstdlib>
#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(theChosenFileTakesThePlaceOfTheSystems) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "roots.pem";
  std::ofstream(path) << "roots";
  setenv("SSL_CERT_FILE", path.c_str(), 1);
  QCOMPARE(platform::systemRoots().value(), std::string("roots"));
  setenv("SSL_CERT_FILE", (path.string() + ".none").c_str(), 1);
  const auto missing = platform::systemRoots();
  unsetenv("SSL_CERT_FILE");
  QVERIFY(missing.error().code == Code::NotFound && missing.error().detail.find("roots.pem.none") != std::string::npos);
}
