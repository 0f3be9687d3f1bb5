// A window that stands still for a while, and one that is killed: traffic and recording go on, the engine's memory stays as it is,
// and the window that looks next shows everything.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <optional>
#include <string>

#include "core/base/limits.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/process.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;
using sluice::test::Process;

namespace {

// --exchanges=N: 60000 are half a minute at 2,000 a second.
int exchanges() { return std::stoi(sluice::test::option("exchanges", "3000")); }

// How many of so many requests over one connection were answered.
int answered(std::uint16_t port, const std::string& url, int count) {
  sluice::test::Client client(port);
  for (int i = 0; i < count; ++i) {
    const auto reply = client.get(url + "?number=" + std::to_string(i));
    if (!reply || reply->status() != 200) return i;
  }
  return count;
}

QString newestPath(MainWindow& window) {
  const auto& model = window.model();
  return model.index(model.rowCount() - 1, int(Column::Path)).data().toString();
}

// Where the engine of this directory listens; 0 while there is none.
std::uint16_t listeningPort(const std::filesystem::path& dataDir) {
  const auto told = sluice::test::run(SLUICECTL_PROGRAM, {"--data-dir", dataDir.string(), "--json", "status"});
  const auto listeners = QJsonDocument::fromJson(QByteArray::fromStdString(told.output)).object().value(QLatin1String("listeners"));
  return std::uint16_t(listeners.toArray().first().toObject().value(QLatin1String("address")).toString().section(u':', -1).toUInt());
}

}  // namespace

SLUICE_GUI_TEST(aWindowThatStoodStillShowsEverythingAfterwards) {
  const int count = exchanges();
  Workbench bench;
  QVERIFY(bench.openAndListen());
  const auto url = bench.origin().url("/bytes/100");
  QCOMPARE(answered(bench.proxyPort(), url, count), count);
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == count; }));
  const auto before = sluice::test::residentBytes(bench.keeper().ownPid());
  // The window's thread does nothing else meanwhile, as under SIGSTOP: nobody reads what the engine tells.
  QCOMPARE(answered(bench.proxyPort(), url, count), count);
  const auto after = sluice::test::residentBytes(bench.keeper().ownPid());
  QVERIFY2(!sluice::test::kMemoryIsTelling || after < before + 64 * limits::kMiB,
           (std::to_string(before) + " -> " + std::to_string(after)).c_str());
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 2 * count; }));
  QVERIFY(newestPath(bench.window()).contains(QStringLiteral("number=%1").arg(count - 1)));
}

SLUICE_GUI_TEST(theNextWindowShowsWhatHappenedSinceOneWasKilled) {
  Workbench bench;
  {
    QSettings settings(QString::fromStdString((bench.dataDir() / "app.ini").string()), QSettings::IniFormat);
    settings.setValue(QStringLiteral("engine/listen"), QStringList{QStringLiteral("regular@127.0.0.1:0")});
  }
  Process killed(SLUICE_PROGRAM, {"--data-dir", bench.dataDir().string()});
  std::uint16_t port = 0;
  QVERIFY(waitUntil([&] { return (port = listeningPort(bench.dataDir())) != 0; }));
  const auto url = bench.origin().url("/bytes/100");
  QCOMPARE(answered(port, url, 10), 10);
  killed.kill();
  QVERIFY(waitUntil([&] { return !killed.running(); }));
  QCOMPARE(answered(port, url, 20), 20);

  QVERIFY(bench.openAndListen());
  QVERIFY(!bench.keeper().isOwn());
  QCOMPARE(bench.proxyPort(), port);
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 30; }));
  QCOMPARE(answered(port, url, 5), 5);
  QVERIFY(waitUntil([&] { return bench.window().model().rowCount() == 35; }));
  bench.close();
  const auto stopped = sluice::test::run(SLUICECTL_PROGRAM, {"--data-dir", bench.dataDir().string(), "stop"});
  QVERIFY2(stopped.ok(), stopped.text().c_str());
}
