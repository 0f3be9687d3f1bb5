// What POSIX systems promise beyond the contract of platform/file.h.
#include "platform/file.h"

#include <cstdio>
#include <string>

#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::TemporaryDirectory;

SLUICE_TEST(aTemporaryFileHasNoName) {
  TemporaryDirectory directory;
  auto file = openTemporary(directory.path());
  QVERIFY(file.has_value());
  const Bytes piece = asBytes("hello");
  QVERIFY(writeAt(file->get(), {&piece, 1}, 0, "file").has_value());
  QVERIFY(std::filesystem::is_empty(directory.path()));
}

SLUICE_TEST(writeToAFullDiskNamesFileAndCause) {
  std::FILE* file = std::fopen("/dev/full", "r+b");
  if (file == nullptr) QSKIP("no /dev/full here");
  const std::string text = "some bytes";
  const Bytes piece = asBytes(text);
  const auto written = writeAt(fileno(file), {&piece, 1}, 0, "the spill file in /somewhere");
  std::fclose(file);
  QVERIFY(!written.has_value());
  QCOMPARE(written.error().code, Code::NoSpace);
  QCOMPARE(written.error().side, Side::Local);
  QVERIFY(written.error().detail.find("the spill file in /somewhere") != std::string::npos);
  QVERIFY(describe(written.error()).find("no space left") != std::string::npos);
}

SLUICE_TEST(aNewFileIsItsOwnersOnly) {
  TemporaryDirectory directory;
  QVERIFY(openNew(directory / "record").has_value());
  using std::filesystem::perms;
  QVERIFY(std::filesystem::status(directory / "record").permissions() == (perms::owner_read | perms::owner_write));
}
