#include "platform/data_dir_lock.h"

#include "child.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;

SLUICE_TEST(anotherProcessHasTheLockUntilItIsKilled) {
  const TemporaryDirectory dir;
  Served engine({"lock", dir.path().string()});
  QVERIFY(engine.child.has_value());
  QCOMPARE(engine.hear(), std::string("locked"));
  const auto refused = DataDirLock::acquire(dir.path(), WallTime{});
  QVERIFY(!refused);
  QCOMPARE(refused.error().code, Code::DataDirInUse);
  QVERIFY(refused.error().detail.find("engine process " + std::to_string(engine.child->id())) != std::string::npos);
  const auto owner = engineOwner(dir.path());
  QVERIFY(owner.has_value());
  QVERIFY(mayBeRunning(*owner));
  engine.child->kill();
  QVERIFY(!mayBeRunning(*owner));
  QVERIFY(DataDirLock::acquire(dir.path(), WallTime{}).has_value());
}

SLUICE_TEST(whoComesSecondIsToldWhoIsFirst) {
  const TemporaryDirectory dir;
  const auto lock = DataDirLock::acquire(dir.path(), WallTime{});
  QVERIFY(lock.has_value());
  Served second({"lock", dir.path().string()});
  QVERIFY(second.hear().find("engine process " + std::to_string(GetCurrentProcessId())) != std::string::npos);
}
