#include "core/engine/key_log.h"

#include <fstream>
#include <sstream>

#include "tests/support/owners_rights.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(linesAreAppendedForTheOwnerAlone) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "keys";
  for (const char* line : {"first", "second"}) (*engine::openKeyLog(path))(line);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  QCOMPARE(text.str(), std::string("first\nsecond\n"));
  QVERIFY(std::filesystem::status(path).permissions() == test::rightsOfAnOwnersFile(directory.path()));
  QVERIFY(!engine::openKeyLog(directory.path() / "none" / "keys").has_value());
}
