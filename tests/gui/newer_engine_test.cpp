// An engine that is newer than the window.
#include "tests/gui/support/application.h"
#include "tests/gui/support/workbench.h"
#include "tests/support/control/fake_engine.h"

using namespace sluice;
using namespace sluice::gui;
using gui::test::Workbench;

SLUICE_GUI_TEST(aNewerEngineAsksForANewerApp) {
  Workbench bench;
  const sluice::test::FakeEngine newer(bench.dataDir(), [](const control::RequestMessage&) {
    return control::encodeReply(0, control::Hello{control::kProtocolVersion + 1, "sluiced", "9.0.0", 1});
  });
  bench.open();
  QVERIFY(bench.waitForState(EngineState::Failed));
  const EngineNotice& notice = bench.window().banner().notice();
  QVERIFY2(notice.detail.contains(QStringLiteral("update")), qPrintable(notice.detail));
  QVERIFY(!bench.window().banner().isHidden());
}
