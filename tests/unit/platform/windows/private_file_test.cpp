#include "platform/private_file.h"

#include "access_list.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;

SLUICE_TEST(aPrivateFileIsOpenToItsOwnerAndTheSystemAlone) {
  const TemporaryDirectory directory;
  QVERIFY(writePrivateFile(directory / "key", "secret").has_value());
  const OwnedHandle file(reinterpret_cast<Handle>(
      CreateFileW((directory / "key").c_str(), READ_CONTROL, FILE_SHARE_READ, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)));
  const auto access = accessOf(file.get(), SE_FILE_OBJECT);
  QVERIFY2(access == kOwnerAndSystem, access.c_str());
}
