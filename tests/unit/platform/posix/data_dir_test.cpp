#include "platform/data_dir.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "tests/support/child_process_posix.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using std::filesystem::path;

namespace {

// A variable of the environment for one test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ~Environment() { set(old_ ? old_->c_str() : nullptr); }

 private:
  void set(const char* value) { value == nullptr ? unsetenv(name_) : setenv(name_, value, 1); }

  const char* name_;
  std::optional<std::string> old_;
};

unsigned permissions(const path& name) {
  struct stat status {};
  return stat(name.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

SLUICE_TEST(dataLiesInXdgDataHomeElseBelowHome) {
  const Environment home("HOME", "/home/ada");
  {
    const Environment xdg("XDG_DATA_HOME", "/data/ada");
    QCOMPARE(defaultDataDir()->string(), std::string("/data/ada/sluice"));
  }
  for (const char* ignored : {static_cast<const char*>(nullptr), "", "relative/path"}) {
    const Environment xdg("XDG_DATA_HOME", ignored);
    QCOMPARE(defaultDataDir()->string(), std::string("/home/ada/.local/share/sluice"));
  }
}

SLUICE_TEST(withoutHomeTheUserDatabaseSaysWhere) {
  const Environment xdg("XDG_DATA_HOME", nullptr);
  const Environment home("HOME", nullptr);
  const auto directory = defaultDataDir();
  QVERIFY(!directory || directory->is_absolute());
}

SLUICE_TEST(makesADirectoryWithItsParentsForTheOwnerAlone) {
  const test::TemporaryDirectory base;
  QVERIFY(ensurePrivateDirectory(base / "a/b/c").has_value());
  for (const char* made : {"a", "a/b", "a/b/c"}) QCOMPARE(permissions(base / made), 0700u);
  QVERIFY(ensurePrivateDirectory(base / "a/b/c").has_value());
}

SLUICE_TEST(acceptsATrailingSlashAndARelativePath) {
  const test::TemporaryDirectory base;
  QVERIFY(ensurePrivateDirectory((base / "x/y").string() + "/").has_value());
  QCOMPARE(permissions(base / "x/y"), 0700u);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(base.path());
  const auto made = ensurePrivateDirectory("here/there");
  std::filesystem::current_path(before);
  QVERIFY(made.has_value());
  QCOMPARE(permissions(base / "here/there"), 0700u);
}

SLUICE_TEST(narrowsADirectoryThatOthersCouldLookInto) {
  const test::TemporaryDirectory base;
  for (const mode_t wider : {0755u, 0770u, 0777u, 0701u}) {
    QVERIFY(chmod(base.path().c_str(), wider) == 0);
    QVERIFY(ensurePrivateDirectory(base.path()).has_value());
    QCOMPARE(permissions(base.path()), 0700u);
  }
}

SLUICE_TEST(refusesSomebodyElsesDirectoryAndNamesIt) {
  const test::TemporaryDirectory base;
  if (chown(base.path().c_str(), test::kNobody, test::kNobody) != 0) QSKIP("only root can give a directory away");
  const auto made = ensurePrivateDirectory(base.path());
  QVERIFY(!made);
  QVERIFY(made.error().code == Code::AccessDenied);
  QVERIFY(contains(made.error().detail, base.path().string()));
  QVERIFY(contains(made.error().detail, "uid 65534"));
  QCOMPARE(permissions(base.path()), 0755u);
}

SLUICE_TEST(namesADirectoryThatIsNotWritable) {
  const test::TemporaryDirectory base;
  if (geteuid() == 0) QVERIFY(chown(base.path().c_str(), test::kNobody, test::kNobody) == 0);
  QVERIFY(chmod(base.path().c_str(), 0500) == 0);
  const int outcome = test::withoutRoot([&] {
    const auto itself = ensurePrivateDirectory(base.path());
    if (itself || itself.error().code != Code::AccessDenied) return 1;
    if (!contains(describe(itself.error()), base.path().string() + " is not writable")) return 2;
    const auto below = ensurePrivateDirectory(base / "below");
    if (below || below.error().code != Code::AccessDenied) return 3;
    return contains(describe(below.error()), (base / "below").string()) ? 0 : 4;
  });
  QCOMPARE(outcome, 0);
}

SLUICE_TEST(refusesAFileInThePlaceOfTheDirectory) {
  const test::TemporaryDirectory base;
  std::ofstream(base / "file") << "x";
  for (const char* name : {"file", "file/below"}) {
    const auto made = ensurePrivateDirectory(base / name);
    QVERIFY(!made);
    QVERIFY(contains(made.error().detail, (base / "file").string()));
  }
}
