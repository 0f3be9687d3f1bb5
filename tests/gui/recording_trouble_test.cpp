// The history cannot be written: the banner says why, its action works, and it goes when all is well again.
#include <fstream>

#include "app/gui/window/recording_watch.h"
#include "core/store/recorder.h"
#include "core/store/sql_connection.h"
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/small_disk.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::waitUntil;
using gui::test::Workbench;

SLUICE_GUI_TEST(aLockedHistoryIsSaidSoUntilItIsFree) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  bench.get("/bytes/5");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 1; }));
  {
    auto other = store::SqlConnection::open(bench.dataDir() / "history.db", store::Access::ReadWrite);
    QVERIFY(other.has_value());
    const auto lock = store::Transaction::begin(*other, store::Transaction::Kind::Write);
    QVERIFY(lock.has_value());
    bench.get("/bytes/6");
    bench.waitForClients();  // traffic goes on
    QVERIFY(waitUntil([&] { return !window.banner().isHidden(); }));
    QVERIFY(window.banner().notice().text.contains(QStringLiteral("locked the history")));
    QCOMPARE(window.banner().notice().offer, EngineNotice::Offer::ShowFolder);
    // Whoever has read it is not told again.
    emit window.banner().dismissed();
    QVERIFY(window.banner().isHidden());
  }
  QVERIFY(waitUntil([&] { return window.model().rowCount() == 2; }));
  QVERIFY(window.banner().isHidden());
}

SLUICE_GUI_TEST(aProfileThatCannotBeReadIsSaidAtTheStart) {
  Workbench bench;
  {
    auto recorder = store::Recorder::start(std::move(*store::Database::open(bench.dataDir(), {})), {});
    QVERIFY((*recorder)->keep("profile/broken", "{").has_value());
  }
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  QVERIFY(waitUntil([&] { return !window.banner().isHidden(); }));
  QVERIFY(window.banner().notice().text.contains(QStringLiteral("could not read everything")));
  QVERIFY(window.banner().notice().detail.contains(QStringLiteral("profile 'broken' cannot be read")));
  emit window.banner().dismissed();
  QVERIFY(window.banner().isHidden());
}

SLUICE_GUI_TEST(bodiesThatAreCutAreSaidSoOnce) {
  Workbench bench;
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  control::StatusSample sample;
  sample.capture = control::CaptureState::On;
  // What another window's time has cut is no news.
  RecordingWatch watch(bench.keeper(), &window);
  sample.cutBodies = 2;
  emit bench.keeper().sampled(sample);
  QVERIFY(watch.notice().text.isEmpty());
  sample.cutBodies = 5;
  emit bench.keeper().sampled(sample);
  QVERIFY(watch.notice().text.contains(QStringLiteral("ends of some bodies")));
  QVERIFY(!window.banner().isHidden());
  QCOMPARE(window.banner().notice().offer, EngineNotice::Offer::ShowPreferences);
  QVERIFY(window.statusLine().recording().contains(QStringLiteral("bodies cut")));
  emit window.banner().dismissed();
  sample.cutBodies = 6;
  emit bench.keeper().sampled(sample);
  QVERIFY(window.banner().isHidden());
}

SLUICE_GUI_TEST(aFullDiskIsSaidSoUntilThereIsRoomAgain) {
  constexpr int kBodies = 60;  // of 1 MB each: all of them would fit where the ballast lies, those too that wait in memory
  sluice::test::SmallDisk disk("84m");
  if (!disk.mounted()) QSKIP("this user may not mount a small disk");
  const auto ballast = disk.path() / "ballast";
  std::ofstream(ballast) << std::string(72'000'000, 'x');
  Workbench bench;
  bench.options.dataDir = disk.path() / "data";
  std::filesystem::create_directory(bench.options.dataDir);
  std::filesystem::permissions(bench.options.dataDir, std::filesystem::perms::owner_all);
  QVERIFY(bench.openAndListen());
  MainWindow& window = bench.window();
  // Bodies until there is no room, as a download does it.
  for (int i = 0; i < kBodies && window.banner().isHidden(); ++i) {
    bench.get("/bytes/1000000?seed=" + std::to_string(i));
    bench.waitForClients();
  }
  QVERIFY(waitUntil([&] { return !window.banner().isHidden(); }));
  QVERIFY2(window.banner().notice().text.contains(QStringLiteral("disk is full")), qPrintable(window.banner().notice().text));
  QCOMPARE(window.banner().notice().offer, EngineNotice::Offer::ShowFolder);
  std::filesystem::remove(ballast);
  const bool gone = waitUntil([&] { return window.banner().isHidden(); });
  QVERIFY2(gone, qPrintable(window.banner().notice().text + QStringLiteral(" | ") + window.statusLine().recording()));
  const int rows = window.model().rowCount();
  bench.get("/bytes/1000");
  bench.waitForClients();
  QVERIFY(waitUntil([&] { return window.model().rowCount() > rows; }));
}
