// The contract of platform/private_file.h, as far as it is the same on every system.
#include "platform/private_file.h"

#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

SLUICE_TEST(whatIsWrittenIsReadAgain) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "key";
  const std::string secret("a\0b\n", 4);
  QVERIFY(writePrivateFile(path, secret).has_value());
  QCOMPARE(readPrivateFile(path).value(), secret);
  QVERIFY(writePrivateFile(path, "").has_value());
  QCOMPARE(readPrivateFile(path).value(), std::string());
  QCOMPARE(std::distance(std::filesystem::directory_iterator(directory.path()), {}), std::ptrdiff_t(1));
}

SLUICE_TEST(aWriteThatWasCutOffIsNotInTheWay) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "key";
  std::ofstream(path.string() + ".new") << "half";
  QVERIFY(writePrivateFile(path, "whole").has_value());
  QCOMPARE(readPrivateFile(path).value(), std::string("whole"));
}

SLUICE_TEST(whatIsMissingOrTooLargeIsNamed) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "key";
  QVERIFY(readPrivateFile(path).error().code == Code::NotFound);
  std::ofstream(path) << std::string((1 << 20) + 1, 'x');
  QVERIFY(readPrivateFile(path).error().code == Code::BadArgument);
  QVERIFY(!writePrivateFile(directory.path() / "none" / "key", "x").has_value());
}
