#include "platform/stop_requests.h"

#include "child.h"
#include "tests/support/ctrl_break_windows.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;

SLUICE_TEST(ctrlBreakIsToldAndEndsNothing) {
  Served watcher({"watch"});
  QVERIFY(watcher.child.has_value());
  QCOMPARE(watcher.hear(), std::string("watching"));
  for (int i = 0; i < 3; ++i) {
    QVERIFY(sendCtrlBreak(system(watcher.child->process())));
    QCOMPARE(watcher.hear(), std::string("asked"));
  }
  QVERIFY(!watcher.child->ended());
}

SLUICE_TEST(ctrlBreakEndsAProgramThatDoesNotWatch) {
  Served plain({"serve"});
  QVERIFY(plain.say("hello"));
  QCOMPARE(plain.hear(), std::string("hello"));  // it is up
  QVERIFY(sendCtrlBreak(system(plain.child->process())));
  QVERIFY(endOf(*plain.child) != -1);
}
