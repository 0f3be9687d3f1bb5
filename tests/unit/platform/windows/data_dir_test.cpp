#include "platform/data_dir.h"

#include <fstream>

#include "access_list.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::accessOf;
using sluice::test::kOwnerAndSystem;
using sluice::test::TemporaryDirectory;

namespace {

std::string accessOfPath(const std::filesystem::path& path) {
  const HANDLE opened = CreateFileW(path.c_str(), READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                    FILE_FLAG_BACKUP_SEMANTICS, nullptr);
  const OwnedHandle handle(reinterpret_cast<Handle>(opened));
  return accessOf(handle.get(), SE_FILE_OBJECT);
}

}  // namespace

SLUICE_TEST(dataLiesInTheUsersLocalProfile) {
  const auto directory = defaultDataDir();
  QVERIFY(directory.has_value());
  QVERIFY(directory->is_absolute());
  QCOMPARE(directory->filename().string(), std::string("Sluice"));
}

SLUICE_TEST(makesADirectoryWithItsParentsForTheOwnerAlone) {
  const TemporaryDirectory base;
  QVERIFY(ensurePrivateDirectory(base / "a" / "b" / "c").has_value());
  QVERIFY(ensurePrivateDirectory(base / "a" / "b" / "c").has_value());
  QVERIFY(std::filesystem::is_directory(base / "a" / "b" / "c"));
}

SLUICE_TEST(thePrivateDirectoryIsOpenToItsOwnerAndTheSystemAlone) {
  const TemporaryDirectory base;
  QVERIFY(ensurePrivateDirectory(base.path()).has_value());
  const auto access = accessOfPath(base.path());
  QVERIFY2(access == kOwnerAndSystem, access.c_str());
}

SLUICE_TEST(refusesAFileInThePlaceOfTheDirectory) {
  const TemporaryDirectory base;
  std::ofstream(base / "file") << "x";
  const auto made = ensurePrivateDirectory(base / "file");
  QVERIFY(!made);
  QVERIFY(made.error().detail.find((base / "file").string()) != std::string::npos);
}
