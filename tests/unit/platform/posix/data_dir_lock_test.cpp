#include "platform/data_dir_lock.h"

#include <fstream>
#include <memory>
#include <vector>

#include "child_process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

constexpr WallTime kStart{std::chrono::seconds(1'763'720'000)};

std::string useMessage(const std::filesystem::path& dataDir, pid_t pid) {
  return "data directory " + dataDir.string() + " is used by engine process " + std::to_string(pid);
}

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

SLUICE_TEST(aSecondProcessIsToldWhoHasTheDirectory) {
  const test::TemporaryDirectory dir;
  const auto lock = DataDirLock::acquire(dir.path(), kStart);
  QVERIFY(lock.has_value());
  const auto expected = useMessage(dir.path(), getpid());
  test::ChildProcess second([&] {
    const auto refused = DataDirLock::acquire(dir.path(), kStart);
    if (refused || refused.error().code != Code::DataDirInUse) return 1;
    return refused.error().detail == expected ? 0 : 2;
  });
  QCOMPARE(second.wait(), 0);
}

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

SLUICE_TEST(aCrashReleasesTheLockAndItsFileIsTakenOver) {
  const test::TemporaryDirectory dir;
  test::Signal locked;
  test::ChildProcess engine([&] {
    auto lock = DataDirLock::acquire(dir.path(), kStart);
    if (!lock || !lock->publish("/somewhere/control.sock")) return 1;
    locked.give();
    pause();
    return 0;
  });
  locked.await();
  const auto pid = engine.pid();
  const auto refused = DataDirLock::acquire(dir.path(), kStart);
  QVERIFY(!refused);
  QCOMPARE(refused.error().detail, useMessage(dir.path(), pid));
  engine.endNow();
  QCOMPARE(engineOwner(dir.path())->pid, std::int64_t(pid));
  const auto lock = DataDirLock::acquire(dir.path(), kStart);
  QVERIFY(lock.has_value());
  QCOMPARE(engineOwner(dir.path())->pid, std::int64_t(getpid()));
  QCOMPARE(engineOwner(dir.path())->controlAddress, std::string());
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
    QCOMPARE(owner->pid, std::int64_t(getpid()));
    QVERIFY(owner->startedAt == kStart);
    QCOMPARE(owner->controlAddress, std::string("/run/odd\nname=1/control.sock"));
  }
  QVERIFY(!engineOwner(dir.path()));
}

SLUICE_TEST(oneOfManyThatStartTogetherWins) {
  const test::TemporaryDirectory dir;
  test::Signal go, done;
  std::vector<std::unique_ptr<test::ChildProcess>> engines;
  for (int i = 0; i < 8; ++i) {
    engines.push_back(std::make_unique<test::ChildProcess>([&] {
      go.await();
      const auto lock = DataDirLock::acquire(dir.path(), kStart);
      if (!lock) return lock.error().code == Code::DataDirInUse ? 1 : 2;
      done.await();
      return 0;
    }));
  }
  for (std::size_t i = 0; i < engines.size(); ++i) go.give();
  // The losers end by themselves; the winner waits until all of them have.
  int ended = 0, winner = -1;
  while (ended < 7) {
    for (std::size_t i = 0; i < engines.size(); ++i) {
      siginfo_t info{};
      if (engines[i] && waitid(P_PID, id_t(engines[i]->pid()), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        QCOMPARE(engines[i]->wait(), 1);
        engines[i].reset();
        ++ended;
      }
    }
    usleep(1000);
  }
  done.give();
  for (std::size_t i = 0; i < engines.size(); ++i) {
    if (!engines[i]) continue;
    QCOMPARE(winner, -1);
    winner = int(i);
    QCOMPARE(engines[i]->wait(), 0);
  }
  QVERIFY(winner >= 0);
}

SLUICE_TEST(programsThatTheEngineStartedDoNotKeepTheLock) {
  const test::TemporaryDirectory dir;
  auto lock = std::make_unique<Result<DataDirLock>>(DataDirLock::acquire(dir.path(), kStart));
  QVERIFY(lock->has_value());
  test::ChildProcess program([&] { return execlp("sh", "sh", "-c", "exec sleep 60", nullptr); });
  // Once exec has happened the kernel has closed the descriptor; until then the fork still holds the lock.
  lock.reset();
  bool again = false;
  for (int i = 0; i < 5000 && !again; ++i) {
    again = DataDirLock::acquire(dir.path(), kStart).has_value();
    if (!again) usleep(1000);
  }
  QVERIFY(again);
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
  QVERIFY(missing.error().detail.find((dir / "missing/engine.lock").string()) != std::string::npos);
}
