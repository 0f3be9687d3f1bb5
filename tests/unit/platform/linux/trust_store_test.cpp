// Trust in a CA: the real databases of NSS in a home of the test's own, and the system's store with a folder and a tool that stand for
// the real ones.
#include "platform/trust_store.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "core/codec/tls/authority.h"
#include "platform/linux/system_store.h"
#include "platform/posix/run_program.h"
#include "tests/support/environment_posix.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using State = TrustPlace::State;

namespace {

namespace fs = std::filesystem;

struct Home {
  test::TemporaryDirectory directory;
  test::EnvironmentVariable home{"HOME", directory.path().string()};
  TrustedAuthority authority = make("ca.pem");

  TrustedAuthority make(const char* name) const {
    const auto now = std::chrono::floor<Micros>(std::chrono::system_clock::now());
    const auto made = tls::Authority::make(now).value();
    std::ofstream(directory / name) << made.certificatePem();
    return {made.name(), made.certificatePem(), directory / name};
  }
  fs::path database(const std::string& at) const {
    const fs::path folder = directory / at;
    fs::create_directories(folder);
    (void)runProgram({"certutil", "-d", "sql:" + folder.string(), "-N", "--empty-password"});
    return folder;
  }
  TrustPlace place(const fs::path& at) const {
    const auto all = trustPlaces(authority);
    const auto found = std::find_if(all.begin(), all.end(), [&](const TrustPlace& each) { return each.id == at.string(); });
    return found == all.end() ? TrustPlace{} : *found;
  }
};

bool hasCertutil() {
  const auto tool = runProgram({"certutil", "-H"});
  return tool || tool.error().code != Code::NotFound;
}

std::string contentsOf(const fs::path& file) {
  std::ifstream stream(file);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace

SLUICE_TEST(aBrowsersDatabaseTrustsAndForgets) {
  if (!hasCertutil()) QSKIP("no certutil");
  const Home home;
  const fs::path chromium = home.directory / ".pki/nssdb";
  QVERIFY(home.place(chromium).state == State::Absent);
  QVERIFY(!fs::exists(chromium));
  QVERIFY(trustAt(chromium.string(), home.authority).has_value());
  QVERIFY(home.place(chromium).state == State::Trusted);
  QVERIFY(trustAt(chromium.string(), home.authority).has_value());
  QVERIFY(distrustAt(chromium.string(), home.authority).has_value());
  QVERIFY(home.place(chromium).state == State::Absent);
  QVERIFY(distrustAt(chromium.string(), home.authority).has_value());
}

SLUICE_TEST(everyProfileOfFirefoxIsAPlace) {
  if (!hasCertutil()) QSKIP("no certutil");
  const Home home;
  const auto one = home.database(".mozilla/firefox/ab12.default-release");
  const auto other = home.database("snap/firefox/common/.mozilla/firefox/work");
  fs::create_directories(home.directory / ".mozilla/firefox/Crash Reports");
  QCOMPARE(home.place(one).title, std::string("Firefox (default-release)"));
  QCOMPARE(home.place(other).title, std::string("Firefox, snap (work)"));
  QVERIFY(trustAt(one.string(), home.authority).has_value());
  QVERIFY(home.place(one).state == State::Trusted);
  QVERIFY(home.place(other).state == State::Absent);
}

SLUICE_TEST(whatAUserImportedByHandIsSeen) {
  if (!hasCertutil()) QSKIP("no certutil");
  const Home home;
  const auto folder = home.database(".mozilla/firefox/x");
  const std::string file = home.authority.file.string();
  QVERIFY(runProgram({"certutil", "-d", "sql:" + folder.string(), "-A", "-n", "mine, by hand", "-t", ",,", "-i", file}).has_value());
  QVERIFY(home.place(folder).state == State::Absent);
  QVERIFY(!home.place(folder).detail.empty());
  QVERIFY(trustAt(folder.string(), home.authority).has_value());
  QVERIFY(home.place(folder).state == State::Trusted);
  QVERIFY(distrustAt(folder.string(), home.authority).has_value());
  QVERIFY(home.place(folder).state == State::Absent);
}

SLUICE_TEST(anotherAuthorityIsLeftAlone) {
  if (!hasCertutil()) QSKIP("no certutil");
  const Home home;
  const auto folder = home.database(".mozilla/firefox/x");
  const auto other = home.make("other.pem");
  QVERIFY(trustAt(folder.string(), other).has_value());
  QVERIFY(home.place(folder).state == State::Absent);
  QVERIFY(distrustAt(folder.string(), home.authority).has_value());
  const auto listed = runProgram({"certutil", "-d", "sql:" + folder.string(), "-L"});
  QVERIFY(listed && listed->find(other.name) != std::string::npos);
}

SLUICE_TEST(aPlaceThatIsNoneIsRefused) {
  const Home home;
  const auto done = trustAt((home.directory / "somewhere").string(), home.authority);
  QVERIFY(!done && done.error().code == Code::NotFound);
  QVERIFY(!fs::exists(home.directory / "somewhere"));
}

SLUICE_TEST(aDatabaseThatCannotBeReadSaysSo) {
  if (!hasCertutil()) QSKIP("no certutil");
  const Home home;
  const fs::path folder = home.directory / ".mozilla/firefox/broken";
  fs::create_directories(folder);
  std::ofstream(folder / "cert9.db") << "this is no database";
  QVERIFY(home.place(folder).state == State::Unknown);
  QVERIFY(!home.place(folder).detail.empty());
}

SLUICE_TEST(withoutCertutilItSaysWhatIsMissing) {
  const Home home;
  const test::EnvironmentVariable path{"PATH", home.directory.path().string()};
  const auto place = home.place(home.directory / ".pki/nssdb");
  QVERIFY(!place.canChange);
  QVERIFY(place.detail.find("libnss3-tools") != std::string::npos);
}

SLUICE_TEST(theSystemsStoreTakesItAndGivesItBack) {
  const Home home;
  const auto folder = home.directory / "it's a store";
  fs::create_directories(folder);
  const fs::path tool = home.directory / "update";
  std::ofstream(tool) << "#!/bin/sh\nls \"$1\" > \"$2\"\n";
  fs::permissions(tool, fs::perms::owner_all);
  const fs::path seen = home.directory / "seen";
  const SystemStore store{folder, {tool.string(), folder.string(), seen.string()}, {"env", "AS_ROOT=1"}};
  QVERIFY(store.trust(home.authority).has_value());
  QCOMPARE(contentsOf(store.fileOf(home.authority)), home.authority.pem);
  QCOMPARE(contentsOf(seen), store.fileOf(home.authority).filename().string() + "\n");
  QVERIFY(store.distrust(home.authority).has_value());
  QVERIFY(!fs::exists(store.fileOf(home.authority)));
  QCOMPARE(contentsOf(seen), std::string());
  const SystemStore refused{folder, {"false"}, {}};
  QVERIFY(!refused.trust(home.authority));
  const SystemStore nobodyAsks{folder, {"true"}, {"no-such-program"}};
  const auto done = nobodyAsks.trust(home.authority);
  QVERIFY(!done && done.error().code == Code::NotFound);
}

SLUICE_TEST(aBundleHasACertificateHoweverItsLinesAreCut) {
  const Home home;
  const auto other = home.make("other.pem");
  std::string wide;
  for (const char c : home.authority.pem) {
    if (c != '\n') wide += c;
  }
  QVERIFY(bundleHas(other.pem + home.authority.pem, home.authority.pem));
  QVERIFY(bundleHas(wide, home.authority.pem));
  QVERIFY(!bundleHas(other.pem, home.authority.pem));
  QVERIFY(!bundleHas(other.pem, "no certificate"));
}
