#include "platform/child_process.h"

#include "child.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;

namespace {

// One that a careless program has marked as inherited.
OwnedHandle inheritableEvent() {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  return OwnedHandle(reinterpret_cast<Handle>(CreateEventW(&inherited, TRUE, FALSE, nullptr)));
}

}  // namespace

SLUICE_TEST(howAChildEndedIsKnown) {
  auto child = startChild({"exit", "3"});
  QVERIFY(child.has_value());
  QCOMPARE(endOf(*child), 3);
  QVERIFY((child->ended() == ChildProcess::Exit{3, 0}));
  QCOMPARE(describe(*child->ended()), std::string("exit code 3"));
}

SLUICE_TEST(argumentsArriveAsTheyWere) {
  for (const char* text : {"plain", "with space", "", "a\\b", "ends with \\", "\"quoted\"", "a\\\"b\\\\"}) {
    Served served({"serve", text});
    QVERIFY(served.child.has_value());
    QVERIFY(served.say(text[0] == '\0' ? "-" : text));
    QCOMPARE(served.hear(), std::string(text[0] == '\0' ? "-" : text));
  }
}

SLUICE_TEST(aChildFindsItsHandleAndNoOther) {
  const OwnedHandle other = inheritableEvent();
  auto alone = startChild({"own", std::to_string(other.get())});
  QCOMPARE(endOf(*alone), 0);
  const Handle given = other.get();
  auto with = startChild({"own", std::to_string(other.get())}, std::span(&given, 1));
  QCOMPARE(endOf(*with), 0);  // it has a copy, under another number
}

SLUICE_TEST(aChildIsKilledAndThatIsKnown) {
  auto child = startChild({"wait"});
  QVERIFY(child.has_value());
  QVERIFY(!child->ended());
  const auto exit = child->kill();
  QVERIFY(exit.signal != 0);
  QVERIFY(child->ended() == exit);
  QVERIFY(child->kill() == exit);
  QCOMPARE(describe(exit), std::string("killed"));
}

// Wherever it is between its start and main(): nothing that came along with it keeps what it was given.
SLUICE_TEST(thePortOfAChildThatIsKilledAtItsStartEnds) {
  for (DWORD pauseMs = 0; pauseMs < 40; pauseMs += 4) {
    Served served({"serve"});
    QVERIFY(served.child.has_value());
    Sleep(pauseMs);
    served.child->kill();
    QCOMPARE(served.hear(), std::string("end"));
  }
}

SLUICE_TEST(aChildDoesNotOutliveItsObject) {
  OwnedHandle process;
  {
    auto child = startChild({"wait"});
    HANDLE copy = nullptr;
    QVERIFY(DuplicateHandle(GetCurrentProcess(), system(child->process()), GetCurrentProcess(), &copy, SYNCHRONIZE, FALSE, 0) != 0);
    process = OwnedHandle(reinterpret_cast<Handle>(copy));
    QCOMPARE(WaitForSingleObject(copy, 0), DWORD(WAIT_TIMEOUT));
  }
  QCOMPARE(WaitForSingleObject(system(process.get()), 0), DWORD(WAIT_OBJECT_0));
}

SLUICE_TEST(aProgramThatIsNotThereIsNamed) {
  auto child = ChildProcess::spawn("C:\\nowhere\\at-all.exe", {}, {});
  QVERIFY(!child.has_value());
  QVERIFY(child.error().detail.find("at-all.exe") != std::string::npos);
}
