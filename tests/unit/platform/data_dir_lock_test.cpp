// The contract of platform/data_dir_lock.h, as far as one process can see it.
#include "platform/data_dir_lock.h"

#include <fstream>

#include "platform/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

constexpr WallTime kStart{std::chrono::seconds(1'763'720'000)};

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

SLUICE_TEST(aSecondLockInOneProcessIsRefusedToo) {
  const test::TemporaryDirectory dir;
  auto lock = DataDirLock::acquire(dir.path(), kStart);
  QVERIFY(lock.has_value());
  QVERIFY(!DataDirLock::acquire(dir.path(), kStart));
  QVERIFY(engineOwner(dir.path()).has_value());
  QVERIFY(!DataDirLock::acquire(dir.path(), kStart));
}

SLUICE_TEST(differentDirectoriesDoNotDisturbEachOther) {
  const test::TemporaryDirectory first, second;
  const auto one = DataDirLock::acquire(first.path(), kStart);
  const auto other = DataDirLock::acquire(second.path(), kStart);
  QVERIFY(one && other);
}

SLUICE_TEST(clientsReadWhoHasItAndWhereItListens) {
  const test::TemporaryDirectory dir;
  QVERIFY(!engineOwner(dir.path()));
  {
    auto lock = DataDirLock::acquire(dir.path(), kStart);
    QVERIFY(lock.has_value());
    QCOMPARE(engineOwner(dir.path())->controlAddress, std::string());
    QVERIFY(lock->publish("/run/odd\nname=1/control.sock").has_value());
    const auto owner = engineOwner(dir.path());
    QCOMPARE(owner->pid, std::int64_t(ownProcessId()));
    QVERIFY(owner->startedAt == kStart);
    QCOMPARE(owner->controlAddress, std::string("/run/odd\nname=1/control.sock"));
  }
  QVERIFY(!engineOwner(dir.path()));
}

SLUICE_TEST(aLockFileThatIsNoneSaysNothing) {
  const test::TemporaryDirectory dir;
  for (const auto* text : {"", "pid", "pid=", "pid=12", "pid=x\nstarted=1\n", "pid=0\nstarted=1\n", "pid=-5\nstarted=1\n",
                           "pid=99999999999\nstarted=1\n", "pid=1\nstarted=\n", "pid=1\nstarted=9999999999999999\n",
                           "pid=1\nstarted=99999999999999999999999\n", "started=1\npid=1\n", "pid=1 \nstarted=1\n"}) {
    write(dir / "engine.lock", text);
    QVERIFY2(!engineOwner(dir.path()), text);
    QVERIFY(DataDirLock::acquire(dir.path(), kStart).has_value());
  }
}

SLUICE_TEST(aHalfWrittenAddressIsNoAddress) {
  const test::TemporaryDirectory dir;
  write(dir / "engine.lock", "pid=1\nstarted=1\ncontrol=/tmp/con");
  QVERIFY(engineOwner(dir.path()).has_value());
  QCOMPARE(engineOwner(dir.path())->controlAddress, std::string());
}

SLUICE_TEST(aStaleNameIsNotGivenForTheProcessThatHasTheLock) {
  const test::TemporaryDirectory dir;
  const auto lock = DataDirLock::acquire(dir.path(), kStart);
  QVERIFY(lock.has_value());
  write(dir / "engine.lock", "");
  const auto refused = DataDirLock::acquire(dir.path(), kStart);
  QVERIFY(!refused);
  QCOMPARE(refused.error().detail, "data directory " + dir.path().string() + " is used by another engine process");
}

SLUICE_TEST(namesALockFileThatCannotBeMade) {
  const test::TemporaryDirectory dir;
  const auto missing = DataDirLock::acquire(dir / "missing", kStart);
  QVERIFY(!missing);
  QVERIFY(missing.error().code == Code::NotFound);
  QVERIFY(missing.error().detail.find((dir / "missing" / "engine.lock").string()) != std::string::npos);
}
