#include "platform/data_dir_lock.h"

#include <memory>
#include <vector>

#include "tests/support/child_process_posix.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

constexpr WallTime kStart{std::chrono::seconds(1'763'720'000)};

std::string useMessage(const std::filesystem::path& dataDir, pid_t pid) {
  return "data directory " + dataDir.string() + " is used by engine process " + std::to_string(pid);
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
