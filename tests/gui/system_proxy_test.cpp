// The system's proxy settings from the window: a real engine, and GNOME's real settings in a file of the test's own.
#include <QFile>
#include <QProcess>

#include "platform/system_proxy_hold.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/temporary_directory.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// For this process and the engines that it starts.
class Desktop {
 public:
  Desktop() {
    qputenv("GSETTINGS_BACKEND", "keyfile");
    qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(directory_.path().string()));
    qputenv("XDG_CURRENT_DESKTOP", "GNOME");
  }
  ~Desktop() {
    for (const char* name : {"GSETTINGS_BACKEND", "XDG_CONFIG_HOME", "XDG_CURRENT_DESKTOP"}) qunsetenv(name);
  }

  static QString get(const QString& schema, const QString& key) {
    QProcess tool;
    tool.start(QStringLiteral("gsettings"), {QStringLiteral("get"), schema, key});
    tool.waitForFinished();
    return QString::fromUtf8(tool.readAllStandardOutput()).trimmed();
  }
  static QString mode() { return get(QStringLiteral("org.gnome.system.proxy"), QStringLiteral("mode")); }
  static QString port() { return get(QStringLiteral("org.gnome.system.proxy.http"), QStringLiteral("port")); }
  static bool isThere() { return !mode().isEmpty(); }

 private:
  sluice::test::TemporaryDirectory directory_;
};

const auto kManual = QStringLiteral("'manual'");
const auto kNone = QStringLiteral("'none'");

bool turnOn(Workbench& bench) {
  QAction* action = bench.window().actions().systemProxy;
  if (!waitUntil([&] { return action->isEnabled(); })) return false;
  action->trigger();
  return waitUntil([&] { return Desktop::mode() == kManual && Desktop::port() == QString::number(bench.proxyPort()); });
}

}  // namespace

SLUICE_GUI_TEST(theSystemGoesThroughSluiceUntilItIsTurnedOffOrTheWindowCloses) {
  const Desktop desktop;
  if (!Desktop::isThere()) QSKIP("no gsettings, or no schemas of GNOME");
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(turnOn(bench));
  bench.window().actions().systemProxy->trigger();
  QVERIFY(waitUntil([&] { return Desktop::mode() == kNone; }));
  QVERIFY(turnOn(bench));
  bench.close();
  QCOMPARE(Desktop::mode(), kNone);
  // The next window begins without it.
  QVERIFY(bench.openAndListen());
  QVERIFY(!bench.window().actions().systemProxy->isChecked());
}

SLUICE_GUI_TEST(theSystemsSettingsFollowTheEngine) {
  const Desktop desktop;
  if (!Desktop::isThere()) QSKIP("no gsettings, or no schemas of GNOME");
  Workbench bench;
  QVERIFY(bench.openAndListen());
  QVERIFY(turnOn(bench));
  const auto before = bench.proxyPort();
  bench.killEngine();
  QVERIFY(waitUntil([&] { return bench.keeper().state() == EngineState::Running && bench.proxyPort() != before; }));
  QVERIFY(waitUntil([&] { return Desktop::mode() == kManual && Desktop::port() == QString::number(bench.proxyPort()); }));
  bench.window().actions().engine->trigger();
  QVERIFY(waitUntil([&] { return Desktop::mode() == kNone; }));
  QVERIFY(!bench.window().actions().systemProxy->isChecked());
}

// The engine gives back what a window that is gone has left behind.
SLUICE_GUI_TEST(theEngineGivesBackWhatACrashedWindowHeld) {
  const Desktop desktop;
  if (!Desktop::isThere()) QSKIP("no gsettings, or no schemas of GNOME");
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const auto dataDir = bench.dataDir();
  QVERIFY(platform::holdSystemProxy(dataDir, "127.0.0.1", 1234, WallTime{}).has_value());
  QCOMPARE(Desktop::port(), QStringLiteral("1234"));
  QTest::qWait(1500);  // longer than the engine's pause between two looks: what is held by somebody alive stays
  QCOMPARE(Desktop::mode(), kManual);
  QProcess gone;
  gone.start(QStringLiteral("true"), QStringList());
  QVERIFY(gone.waitForStarted());
  const QByteArray number = QByteArray::number(gone.processId());
  QVERIFY(gone.waitForFinished());
  QFile note(QString::fromStdString((dataDir / "system-proxy").string()));
  QVERIFY(note.open(QIODevice::ReadWrite));
  const QByteArray all = note.readAll();
  note.resize(0);
  note.write("pid=" + number + all.mid(all.indexOf('\n')));
  note.close();
  QVERIFY(waitUntil([&] { return Desktop::mode() == kNone && !platform::isSystemProxyAbandoned(dataDir); }));
}
