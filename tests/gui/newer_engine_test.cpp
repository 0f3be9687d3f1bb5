// An engine that is newer than the window, and one that gives no reasons.
#include "app/gui/engine/engine_link.h"
#include "platform/data_dir_lock.h"
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

SLUICE_GUI_TEST(aRefusalWithoutAReasonIsNoSuccess) {
  Workbench bench;
  const sluice::test::FakeEngine engine(bench.dataDir(), [](const control::RequestMessage& message) -> std::string {
    if (std::holds_alternative<control::Hello>(message.request)) return sluice::test::FakeEngine::hello();
    if (std::holds_alternative<control::GetStatus>(message.request)) return control::encodeReply(message.stream, control::StatusReply{});
    if (std::holds_alternative<control::Subscribe>(message.request)) return control::encodeReply(message.stream, control::Done{});
    return control::encodeReply(message.stream, control::Failure{{Code::NoSpace, Side::Local, 0, ""}});
  });
  EngineLink link;
  link.connectTo(QString::fromStdString(platform::engineOwner(bench.dataDir())->controlAddress));
  QVERIFY(gui::test::waitUntil([&] { return link.isAttached(); }));
  QString problem;
  link.syncHistory([&](const QString& why) { problem = why.isEmpty() ? QStringLiteral("none") : why; });
  QVERIFY(gui::test::waitUntil([&] { return !problem.isEmpty(); }));
  QCOMPARE(problem, QString::fromUtf8(name(Code::NoSpace).data()));
}
