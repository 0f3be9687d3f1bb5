#include "platform/program_path.h"

#include "tests/support/test.h"

SLUICE_TEST(findsTheDirectoryOfThisProgram) {
  const auto directory = sluice::platform::ownProgramDirectory();
  QVERIFY(directory.has_value());
  QVERIFY(directory->is_absolute());
  QVERIFY(std::filesystem::exists(*directory / "unit_platform_linux"));
}
