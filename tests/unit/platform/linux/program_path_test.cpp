#include "platform/program_path.h"

#include "tests/support/test.h"

SLUICE_TEST(findsTheDirectoryOfThisProgram) {
  const auto directory = sluice::platform::ownProgramDirectory();
  QVERIFY(directory.has_value());
  QVERIFY(directory->is_absolute());
  QVERIFY(std::filesystem::exists(*directory / "unit_platform_linux"));
  const auto program = sluice::platform::programBeside("unit_platform_linux");
  QVERIFY(program.has_value());
  QVERIFY(*program == *directory / "unit_platform_linux");
}
