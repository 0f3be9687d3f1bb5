#include "core/store/damage.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// 2026-11-21 10:15:00 UTC
const WallTime kNow = wall(1'795'256'100'000'000);

Code checkOf(const TempFolder& folder, std::string_view bytes) {
  writeFile(folder / "history.db", bytes);
  const auto sound = checkLog(folder / "history.db");
  const bool untouched = contentsOf(folder / "history.db") == bytes;
  return sound ? Code::None : untouched ? sound.error().code : Code::System;
}

}  // namespace

SLUICE_TEST(keepsALogFromBeingThrownAwayWithAnEmptyDatabase) {
  TempFolder folder;
  writeFile(folder / "history.db-wal", "");
  QVERIFY(checkOf(folder, "") == Code::None);
  writeFile(folder / "history.db-wal", "log");
  QVERIFY(checkOf(folder, "") == Code::DatabaseDamaged);
  QVERIFY(checkOf(folder, "anything") == Code::None);
  fs::remove(folder / "history.db");
  QVERIFY(!checkLog(folder / "history.db"));
}

SLUICE_TEST(movesEverythingThatBelongsTogether) {
  TempFolder folder;
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm", "history.db-journal"}) {
    writeFile(folder / name, name);
  }
  fs::create_directory(folder / "bodies");
  writeFile(folder / "bodies/5.response", "body");
  writeFile(folder / "ca.pem", "not the history's");
  const auto to = moveAside(folder.path(), kNow);
  VERIFY_OK(to);
  QCOMPARE(to->filename().string(), std::string("history.damaged-20261121-101500.db"));
  QCOMPARE(contentsOf(*to), std::string("history.db"));
  QCOMPARE(contentsOf(to->string() + "-wal"), std::string("history.db-wal"));
  QCOMPARE(contentsOf(to->string() + "-shm"), std::string("history.db-shm"));
  QCOMPARE(contentsOf(to->string() + "-journal"), std::string("history.db-journal"));
  QCOMPARE(contentsOf(folder / "history.damaged-20261121-101500.bodies/5.response"), std::string("body"));
  QVERIFY(fs::exists(folder / "ca.pem"));
  for (const char* name : {"history.db", "history.db-wal", "history.db-shm", "history.db-journal", "bodies"}) {
    QVERIFY2(!fs::exists(folder / name), name);
  }
}

SLUICE_TEST(overwritesNothingNotEvenAPartOfAnOlderOne) {
  const std::string stem = "history.damaged-20261121-101500";
  for (const char* taken : {".db", ".db-wal", ".db-shm", ".db-journal", ".bodies"}) {
    TempFolder folder;
    writeFile(folder / (stem + taken), "older");
    writeFile(folder / "history.db", "newer");
    const auto to = moveAside(folder.path(), kNow);
    VERIFY_OK(to);
    QCOMPARE(to->filename().string(), stem + "-2.db");
    QCOMPARE(contentsOf(folder / (stem + taken)), std::string("older"));
    QCOMPARE(contentsOf(*to), std::string("newer"));
  }
}

// Else the one before would be the history again.
SLUICE_TEST(bringsNothingBackThatWasCleared) {
  TempFolder folder;
  for (const char* name : {"history.db", "history.db-wal", "history-2.db", "history-3.db", "history-3.db-wal"}) {
    writeFile(folder / name, name);
  }
  const auto to = moveAside(folder.path(), kNow);
  VERIFY_OK(to);
  QCOMPARE(contentsOf(*to), std::string("history-3.db"));
  QCOMPARE(contentsOf(to->string() + "-wal"), std::string("history-3.db-wal"));
  QCOMPARE(std::distance(fs::directory_iterator(folder.path()), {}), std::ptrdiff_t(2));
}
