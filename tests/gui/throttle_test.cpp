// The throttle dock over a real engine, whose transfers really become slow.
#include "app/gui/throttle/throttle_dock.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <atomic>
#include <cmath>

#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

namespace {

// What the engine itself said last.
class Told {
 public:
  explicit Told(Workbench& bench) : bench_(bench) {
    QObject::connect(&bench.keeper().link(), &EngineLink::profilesReceived, &context_,
                     [this](const control::ProfileReply& reply) { reply_ = reply; });
  }
  // Asks until it is so.
  bool until(const std::function<bool(const control::ProfileReply&)>& condition) {
    return waitUntil([&] {
      bench_.keeper().link().requestProfiles();
      QTest::qWait(20);
      return condition(reply_);
    });
  }
  bool untilInForce(const std::function<bool(const throttle::Profile&)>& condition) {
    return until([&](const control::ProfileReply& reply) {
      const auto profile = throttle::profileFromJson(reply.profile);
      return profile && condition(*profile);
    });
  }

 private:
  Workbench& bench_;
  QObject context_;
  control::ProfileReply reply_;
};

bool openWithDock(Workbench& bench) {
  if (!bench.openAndListen()) return false;
  bench.window().actions().throttleDock->trigger();
  return waitUntil([&] { return bench.window().throttleState().isKnown() && bench.window().throttleDock().isVisible(); });
}

auto hasOne(const char* name) {
  return [name](const control::ProfileReply& reply) { return reply.own.size() == 1 && reply.own[0].find(name) != std::string::npos; };
}

// A profile of one's own, which the engine and the window know.
bool saveTrain(Workbench& bench, Told& told) {
  ThrottleDock& dock = bench.window().throttleDock();
  dock.up().slider().setValue(rateScale().stepOf(64'000));
  dock.saveAs(QStringLiteral("Train"));
  return waitUntil([&] { return dock.picker().currentText() == QStringLiteral("Train"); }) && told.until(hasOne("Train")) &&
         waitUntil([&] { return bench.window().throttleState().own().size() == 1; });
}

}  // namespace

SLUICE_GUI_TEST(aSliderActsOnARunningDownload) {
  constexpr std::uint64_t kBytes = 30'000'000;
  Workbench bench;
  QVERIFY(openWithDock(bench));
  Told told(bench);
  Knob& down = bench.window().throttleDock().down();
  down.slider().setValue(0);
  QVERIFY(told.untilInForce([](const auto& profile) { return profile.down.rate == throttle::Rate{1'000}; }));
  std::atomic<std::uint64_t> got = 0;
  bench.inBackground([&, port = bench.proxyPort(), url = bench.origin().url("/bytes/" + std::to_string(kBytes))] {
    sluice::test::Client client(port);
    client.write("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)sluice::test::readHead(client.input());
    while (got < kBytes) {
      const auto piece = client.input().some(1 << 16);
      if (piece.empty()) return;
      got += piece.size();
    }
  });
  QVERIFY(waitUntil([&] { return got > 0; }));
  QVERIFY(got < 1'000'000);
  // At 1 KB/s the next half megabyte would take eight minutes; at full speed no time at all.
  down.slider().setValue(rateScale().stepOf(500'000));
  const std::uint64_t before = got;
  QElapsedTimer clock;
  clock.start();
  QVERIFY(waitUntil([&] { return got >= before + 750'000; }));
  QVERIFY2(clock.elapsed() > 1'200, qPrintable(QString::number(clock.elapsed())));
  down.slider().setValue(Scale::kSteps);
  QVERIFY(waitUntil([&] { return got == kBytes; }));
  bench.waitForClients();
}

SLUICE_GUI_TEST(theToolbarSwitchesOffAndOnAsItWas) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  Told told(bench);
  MainWindow& window = bench.window();
  QVERIFY(!window.actions().throttle->isChecked());
  emit window.throttleDock().picker().picked(*throttle::findPreset("Firefox GPRS"));
  QVERIFY(told.untilInForce([](const auto& profile) { return profile.name == "Firefox GPRS"; }));
  QVERIFY(window.actions().throttle->isChecked());
  QCOMPARE(window.actions().throttle->iconText(), QStringLiteral("Firefox GPRS"));
  QCOMPARE(window.throttleDock().picker().currentText(), QStringLiteral("Firefox GPRS"));
  window.actions().throttle->trigger();
  QVERIFY(told.untilInForce([](const auto& profile) { return profile.isNeutral(); }));
  QCOMPARE(window.throttleDock().picker().currentIndex(), 0);
  window.actions().throttle->trigger();
  QVERIFY(told.untilInForce([](const auto& profile) { return profile.name == "Firefox GPRS"; }));
  // A number that is changed makes it nobody's profile.
  window.throttleDock().roundTrip().slider().setValue(delayScale().stepOf(80));
  const Micros asked(std::llround(window.throttleDock().roundTrip().value() * 1000));
  QVERIFY(asked > Micros(75'000) && asked < Micros(85'000));
  QVERIFY(told.untilInForce([&](const auto& profile) { return profile.name.empty() && profile.roundTrip() == asked; }));
  QCOMPARE(window.throttleDock().picker().currentIndex(), -1);
}

SLUICE_GUI_TEST(ownProfilesAreSavedPickedAndThereAgain) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  {
    Told told(bench);
    bench.window().throttleDock().up().slider().setValue(rateScale().stepOf(64'000));
    bench.window().throttleDock().saveAs(QStringLiteral("Train to Köln"));
    QVERIFY(told.until([](const auto& reply) { return reply.own.size() == 1 && reply.profile == reply.own[0]; }));
    QVERIFY(waitUntil([&] { return bench.window().throttleDock().picker().currentText() == QStringLiteral("Train to Köln"); }));
    QSignalSpy refused(&bench.keeper().link(), &EngineLink::refused);
    bench.window().throttleDock().saveAs(QStringLiteral("apple lte"));
    QVERIFY(waitUntil([&] { return refused.count() == 1; }));
    QVERIFY(refused[0][0].toString().contains(QStringLiteral("'Apple LTE'")));
  }
  bench.close();
  QVERIFY(bench.openAndListen());
  QVERIFY(waitUntil([&] { return bench.window().throttleState().own().size() == 1; }));
  QVERIFY(bench.window().throttleDock().isVisible());  // as it was left
  QVERIFY(bench.window().throttleDock().picker().findText(QStringLiteral("Train to Köln")) > 0);
}

SLUICE_GUI_TEST(profilesAreRenamedAndGoThroughFiles) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  Told told(bench);
  QVERIFY(saveTrain(bench, told));
  ThrottleDock& dock = bench.window().throttleDock();
  dock.rename(QStringLiteral("Tram"));
  QVERIFY(told.until(hasOne("Tram")));
  QSignalSpy said(&dock, &ThrottleDock::said);
  const QString file = QString::fromStdString((bench.dataDir() / "tram.json").string());
  dock.exportTo(file);
  QVERIFY(said.takeFirst()[0].toString().contains(file));
  bench.window().throttleState().use({}, {});
  dock.importFrom(file);
  QVERIFY(told.untilInForce([](const auto& profile) { return profile.name == "Tram" && !profile.up.rate.isUnlimited(); }));
  QVERIFY(QFile(file).remove());
  dock.importFrom(file);
  QVERIFY(said.takeFirst()[0].toString().contains(file));
  dock.exportTo(QStringLiteral("/no/such/folder/x.json"));
  QVERIFY(said.takeFirst()[0].toString().startsWith(QStringLiteral("/no/such/folder/x.json")));
}

SLUICE_GUI_TEST(aHostHasItsOwnSliders) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  Told told(bench);
  ThrottleDock& dock = bench.window().throttleDock();
  dock.addHost(QStringLiteral(" *.example.com "));
  QCOMPARE(dock.scope().currentText(), QStringLiteral("Host *.example.com"));
  dock.down().slider().setValue(rateScale().stepOf(25'000));
  QVERIFY(told.until([](const auto& reply) {
    const auto& rules = reply.rules;
    return rules.size() == 1 && rules[0].target == "*.example.com" && rules[0].profile.find("25") != std::string::npos &&
           throttle::profileFromJson(reply.profile)->isNeutral();
  }));
  dock.scope().setCurrentIndex(0);
  emit dock.scope().activated(0);
  QCOMPARE(dock.down().value(), 0.0);
  bench.window().throttleState().release({control::ProfileScope::Host, "*.example.com"});
  QVERIFY(told.until([](const auto& reply) { return reply.rules.empty(); }));
}

SLUICE_GUI_TEST(theSelfTestShowsAskedAndMeasured) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  ThrottleDock& dock = bench.window().throttleDock();
  emit dock.picker().picked(*throttle::findPreset("Firefox DSL"));
  QSignalSpy ended(&bench.window().throttleState(), &ThrottleState::selfTestEnded);
  dock.selfTest().button().click();
  QVERIFY(!dock.selfTest().button().isEnabled());
  QVERIFY(waitUntil([&] { return ended.count() == 1; }));
  QVERIFY2(dock.selfTest().text().startsWith(QStringLiteral("250 KB/s ")), qPrintable(dock.selfTest().text()));
  QVERIFY(dock.selfTest().button().isEnabled());
  dock.selfTest().end(std::nullopt, QStringLiteral("no"));
  QVERIFY(dock.selfTest().button().isEnabled());
}

SLUICE_GUI_TEST(slidersAreLogarithmicAndValuesCanBeTyped) {
  QLocale::setDefault(QLocale::c());
  for (const Scale* scale : {&rateScale(), &delayScale(), &lossScale(), &closesScale()}) {
    double last = -1;
    for (int step = 0; step <= Scale::kSteps; ++step) {
      const double value = scale->valueAt(step);
      QVERIFY(value == 0 || (value >= scale->least && value <= scale->most));
      // As it is shown, it can be typed.
      const auto typed = scale->parse(scale->text(value));
      QVERIFY2(typed && std::abs(*typed - value) <= value / 100, qPrintable(scale->text(value)));
      if (value > 0) QVERIFY(value >= last);
      if (value > 0) last = value;
      QVERIFY(std::abs(scale->stepOf(value) - step) <= 12);
    }
  }
  QCOMPARE(rateScale().valueAt(0), 1e3);
  QCOMPARE(rateScale().valueAt(Scale::kSteps), 0.0);
  QCOMPARE(rateScale().text(200'000), QStringLiteral("1.6 Mbit/s (200 KB/s)"));
  const std::pair<const char*, double> typed[] = {{"64k", 64e3},        {"1.5M", 1.5e6},    {"1,5 MB/s", 1.5e6},
                                                  {"200 kbit/s", 25e3}, {"10mbit", 1.25e6}, {"Unlimited", 0}};
  for (const auto& [text, value] : typed) QCOMPARE(rateScale().parse(QString::fromLatin1(text)).value_or(-1), value);
  for (const char* text : {"", "fast", "-1k", "1", "1e99", "20G"}) QVERIFY2(!rateScale().parse(QString::fromLatin1(text)), text);
  QCOMPARE(delayScale().parse(QStringLiteral("1.5 s")).value_or(-1), 1500.0);
  QVERIFY(!delayScale().parse(QStringLiteral("2 h")));
}

SLUICE_GUI_TEST(whatCannotBeUnderstoodChangesNothing) {
  Knob knob(QStringLiteral("Download"), QStringLiteral("hint"), rateScale());
  QSignalSpy changed(&knob, &Knob::changed);
  QTest::keyClicks(&knob.field(), QStringLiteral("x"));
  QVERIFY(knob.field().toolTip().contains(QStringLiteral("200kbit")));
  QTest::keyClick(&knob.field(), Qt::Key_Return);
  QCOMPARE(changed.count(), 0);
  QVERIFY(!knob.field().text().contains(u'x'));
  knob.field().selectAll();
  QTest::keyClicks(&knob.field(), QStringLiteral("200 KB/s"));
  QTest::keyClick(&knob.field(), Qt::Key_Return);
  QCOMPARE(changed.count(), 1);
  QCOMPARE(knob.value(), 200e3);
  QCOMPARE(knob.slider().value(), rateScale().stepOf(200e3));
  QTest::keyClick(&knob.field(), Qt::Key_Up);
  QVERIFY(knob.value() > 200e3);
}

// The old one goes once the new one is there.
SLUICE_GUI_TEST(aProfileStaysWhenItsNewNameIsRefused) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  Told told(bench);
  QVERIFY(saveTrain(bench, told));
  ThrottleDock& dock = bench.window().throttleDock();
  QSignalSpy refused(&bench.keeper().link(), &EngineLink::refused);
  dock.rename(QString(101, u'x'));
  QVERIFY(waitUntil([&] { return refused.count() >= 1; }));
  QVERIFY(told.until([](const auto& reply) { return !reply.own.empty(); }));
  QTest::qWait(2 * ThrottleState::kSendEveryMs);
  QVERIFY(told.until(hasOne("Train")));
  QCOMPARE(dock.picker().currentText(), QStringLiteral("Train"));
}

SLUICE_GUI_TEST(theChartShowsTheLimitOfEverything) {
  Workbench bench;
  QVERIFY(openWithDock(bench));
  bench.window().actions().connectionsPage->trigger();
  ThroughputChart& chart = bench.window().connections().chart();
  const auto lines = [&] {
    const QImage image = chart.grab().toImage();
    const QColor color = colorsOf(chart.palette()).warning;
    int rows = 0;
    for (int y = 0; y < image.height(); ++y) {
      bool found = false;
      for (int x = 0; x < image.width() && !found; ++x) found = image.pixelColor(x, y) == color;
      rows += found;
    }
    return rows;
  };
  QCOMPARE(lines(), 0);
  bench.window().throttleDock().down().slider().setValue(rateScale().stepOf(5'000));
  QVERIFY(lines() > 0);
  bench.window().actions().throttle->trigger();
  QCOMPARE(lines(), 0);
}
