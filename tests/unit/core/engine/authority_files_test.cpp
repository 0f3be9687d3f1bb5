#include "core/engine/authority_files.h"

#include <fstream>

#include "platform/data_dir.h"
#include "tests/support/owners_rights.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;
namespace fs = std::filesystem;

namespace {
const WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};
}

SLUICE_TEST(theFirstStartMakesTheCaAndLaterOnesFindIt) {
  const test::TemporaryDirectory directory;
  const auto first = openAuthority(directory.path(), kNow);
  QVERIFY(first.has_value());
  const auto again = openAuthority(directory.path(), kNow);
  QVERIFY(again.has_value());
  QCOMPARE(again->certificate, first->certificate);
  QCOMPARE(again->key, first->key);
  const auto anew = makeAuthority(directory.path(), kNow);
  QVERIFY(anew && anew->certificate != first->certificate);
  QCOMPARE(openAuthority(directory.path(), kNow)->key, anew->key);
}

SLUICE_TEST(onlyTheOwnerMayReadItAndWhatWasWiderIsNarrowed) {
  const test::TemporaryDirectory directory;
  QVERIFY(openAuthority(directory.path(), kNow).has_value());
  const auto ca = directory.path() / "ca";
  const auto key = ca / "sluice-ca-key.pem";
  fs::permissions(ca, fs::perms::all);
  fs::permissions(key, fs::perms(0644));
  QVERIFY(openAuthority(directory.path(), kNow).has_value());
  QVERIFY(fs::status(ca).permissions() == test::rightsOfAnOwnersFolder(directory.path()));
  QVERIFY(fs::status(key).permissions() == test::rightsOfAnOwnersFile(directory.path()));
}

SLUICE_TEST(aCaThatCannotBeUsedIsNamedAndNotReplaced) {
  const test::TemporaryDirectory directory;
  QVERIFY(openAuthority(directory.path(), kNow).has_value());
  std::ofstream(platform::caCertificateFile(directory.path())) << "nonsense";
  const auto opened = openAuthority(directory.path(), kNow);
  QVERIFY(!opened && opened.error().detail.find("no certificate") != std::string::npos);
  fs::remove(platform::caCertificateFile(directory.path()));
  QVERIFY(!openAuthority(directory.path(), kNow).has_value());
}
