// The proxy settings of desktops: GNOME's with the real gsettings on settings of its own, KDE's with tools that do as KDE's do.
#include "platform/system_proxy.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "platform/engine_owner.h"
#include "platform/posix/run_program.h"
#include "platform/system_proxy_hold.h"
#include "tests/support/environment_posix.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::EnvironmentVariable;
using sluice::test::TemporaryDirectory;

namespace {

namespace fs = std::filesystem;

// Settings in a file of the test's own.
struct Gnome {
  TemporaryDirectory directory;
  EnvironmentVariable backend{"GSETTINGS_BACKEND", "keyfile"};
  EnvironmentVariable config{"XDG_CONFIG_HOME", directory.path().string()};
  EnvironmentVariable desktop{"XDG_CURRENT_DESKTOP", "GNOME"};

  static bool isThere() { return runProgram({"gsettings", "get", "org.gnome.system.proxy", "mode"}).has_value(); }
  static std::string get(const char* schema, const char* key) {
    const auto value = runProgram({"gsettings", "get", schema, key});
    return value ? *value : describe(value.error());
  }
  static void set(const char* schema, const char* key, const char* value) { (void)runProgram({"gsettings", "set", schema, key, value}); }
  static std::string all() {
    return get("org.gnome.system.proxy", "mode") + ' ' + get("org.gnome.system.proxy.http", "host") + ' ' +
           get("org.gnome.system.proxy.http", "port") + ' ' + get("org.gnome.system.proxy.https", "host") + ' ' +
           get("org.gnome.system.proxy.https", "port");
  }
};

constexpr const char* kOurs = "'manual' '127.0.0.1' 8080 '127.0.0.1' 8080";
const WallTime kNow{Micros{1'760'000'000'000'000}};

std::string contentsOf(const fs::path& file) {
  std::ifstream stream(file);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void writeTool(const fs::path& file, const std::string& script) {
  std::ofstream(file) << "#!/bin/sh\n" << script;
  fs::permissions(file, fs::perms::owner_all);
}

}  // namespace

SLUICE_TEST(gnomeGoesThroughTheProxyAndBack) {
  const Gnome gnome;
  if (!Gnome::isThere()) QSKIP("no gsettings, or no schemas of GNOME");
  Gnome::set("org.gnome.system.proxy.http", "host", "'old proxy'");
  Gnome::set("org.gnome.system.proxy.http", "port", "3128");
  const auto before = Gnome::all();
  const auto saved = systemProxySettings();
  QVERIFY(saved.has_value());
  QVERIFY(setSystemProxy("127.0.0.1", 8080).has_value());
  QCOMPARE(Gnome::all(), std::string(kOurs));
  QVERIFY(restoreSystemProxy(*saved).has_value());
  QCOMPARE(Gnome::all(), before);
  // What makes no sense is passed over, and what is wrong keeps nothing else from being set.
  QVERIFY(restoreSystemProxy("\n\xff nonsense\ngnome\ngnome only.schema\n").has_value());
  QVERIFY(!restoreSystemProxy("gnome no.such.schema key 'x'\n" + *saved).has_value());
  QCOMPARE(Gnome::all(), before);
}

SLUICE_TEST(whatIsHeldIsGivenBackAsItWas) {
  const Gnome gnome;
  if (!Gnome::isThere()) QSKIP("no gsettings, or no schemas of GNOME");
  const auto before = Gnome::all();
  const TemporaryDirectory data;
  QVERIFY(!isSystemProxyAbandoned(data.path()));
  QVERIFY(releaseSystemProxy(data.path()).has_value());
  QVERIFY(holdSystemProxy(data.path(), "127.0.0.1", 1111, kNow).has_value());
  // Held again, of another port: what was set before any of it is what counts.
  QVERIFY(holdSystemProxy(data.path(), "127.0.0.1", 8080, kNow).has_value());
  QCOMPARE(Gnome::all(), std::string(kOurs));
  QVERIFY(!isSystemProxyAbandoned(data.path()));
  QVERIFY(releaseSystemProxy(data.path()).has_value());
  QCOMPARE(Gnome::all(), before);
  QVERIFY(fs::is_empty(data.path()));
}

// As after a crash: a process takes them and ends without a word.
SLUICE_TEST(whatADeadProcessHoldsIsAbandoned) {
  const Gnome gnome;
  if (!Gnome::isThere()) QSKIP("no gsettings, or no schemas of GNOME");
  const auto before = Gnome::all();
  const TemporaryDirectory data;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(holdSystemProxy(data.path(), "127.0.0.1", 8080, kNow) ? 0 : 1);
  int status = 1;
  QVERIFY(::waitpid(child, &status, 0) == child && status == 0);
  QCOMPARE(Gnome::all(), std::string(kOurs));
  QVERIFY(isSystemProxyAbandoned(data.path()));
  QVERIFY(releaseSystemProxy(data.path()).has_value());
  QCOMPARE(Gnome::all(), before);
  QVERIFY(!isSystemProxyAbandoned(data.path()));
}

SLUICE_TEST(kdeGoesThroughTheProxyAndBack) {
  const TemporaryDirectory directory;
  const auto store = directory / "settings";
  fs::create_directory(store);
  // --file F --group G --key K [--delete] [VALUE]
  writeTool(directory / "kreadconfig5", "cat '" + store.string() + "'/\"$6\" 2>/dev/null; exit 0\n");
  writeTool(directory / "kwriteconfig5", "cd '" + store.string() + "'\n"
                                         "if [ \"$7\" = --delete ]; then rm -f \"$6\"; else printf '%s' \"$7\" > \"$6\"; fi\n");
  writeTool(directory / "dbus-send", "echo told > '" + (directory / "told").string() + "'\n");
  const EnvironmentVariable path("PATH", directory.path().string() + ":/usr/bin:/bin");
  const EnvironmentVariable desktop("XDG_CURRENT_DESKTOP", "KDE");
  std::ofstream(store / "httpProxy") << "http://old 3128";
  const auto saved = systemProxySettings();
  QVERIFY(saved.has_value());
  QVERIFY(setSystemProxy("127.0.0.1", 8080).has_value());
  QCOMPARE(contentsOf(store / "httpProxy"), std::string("http://127.0.0.1 8080"));
  QCOMPARE(contentsOf(store / "httpsProxy"), std::string("http://127.0.0.1 8080"));
  QCOMPARE(contentsOf(store / "ProxyType"), std::string("1"));
  QCOMPARE(contentsOf(directory / "told"), std::string("told\n"));
  QVERIFY(restoreSystemProxy(*saved).has_value());
  QCOMPARE(contentsOf(store / "httpProxy"), std::string("http://old 3128"));
  QVERIFY(!fs::exists(store / "httpsProxy") && !fs::exists(store / "ProxyType"));
}

SLUICE_TEST(aToolThatIsMissingOrFailsIsNamed) {
  const TemporaryDirectory directory;
  const EnvironmentVariable path("PATH", directory.path().string());
  for (const char* desktop : {"GNOME", "KDE"}) {
    const EnvironmentVariable current("XDG_CURRENT_DESKTOP", desktop);
    const auto none = systemProxySettings();
    QVERIFY(!none && none.error().code == Code::NotFound);
    QVERIFY2(none.error().detail.find("not installed") != std::string::npos, none.error().detail.c_str());
  }
  writeTool(directory / "gsettings", "echo no such schema >&2; exit 1\n");
  const EnvironmentVariable current("XDG_CURRENT_DESKTOP", "GNOME");
  const TemporaryDirectory data;
  const auto held = holdSystemProxy(data.path(), "127.0.0.1", 8080, kNow);
  QVERIFY(!held && held.error().detail.find("no such schema") != std::string::npos);
  QVERIFY(fs::is_empty(data.path()));
}
