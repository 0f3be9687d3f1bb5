#include "core/store/kept_settings.h"

#include "core/store/history_files.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

SLUICE_TEST(settingsAreThereAgainAfterARestart) {
  History history;
  VERIFY_OK(history.start());
  QVERIFY(history.recorder->kept().empty());
  VERIFY_OK(history.recorder->keep("profile/a", "one"));
  VERIFY_OK(history.recorder->keep("profile/b", "two"));
  VERIFY_OK(history.recorder->keep("profile/a", "three"));
  VERIFY_OK(history.recorder->keep("profile/b", std::nullopt));
  VERIFY_OK(history.recorder->keep("never there", std::nullopt));
  const KeptSettings expected{{"profile/a", "three"}};
  QVERIFY(history.recorder->kept() == expected);
  history.stop();
  VERIFY_OK(history.start());
  QVERIFY(history.recorder->kept() == expected);
}

SLUICE_TEST(settingsOutliveAHistoryThatIsCleared) {
  History history;
  VERIFY_OK(history.start());
  VERIFY_OK(history.recorder->keep("k", "v"));
  VERIFY_OK(history.recorder->clear());
  VERIFY_OK(history.recorder->keep("l", "w"));
  VERIFY_OK(history.recorder->clear());
  history.stop();
  VERIFY_OK(history.start());
  QVERIFY(history.recorder->kept() == (KeptSettings{{"k", "v"}, {"l", "w"}}));
}

SLUICE_TEST(settingsAreGivenToTheHistoryThatTakesThePlaceOfOneThatIsGone) {
  History history;
  VERIFY_OK(history.start());
  VERIFY_OK(history.recorder->keep("k", "v"));
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(historyFile(history.folder.path()).string() + end);
  history.recorder->record(started(1));
  history.recorder->record(ended(1));
  history.recorder->flush();
  history.stop();
  VERIFY_OK(history.start());
  QVERIFY(history.recorder->kept() == (KeptSettings{{"k", "v"}}));
}

SLUICE_TEST(aRecorderThatHasStoppedKeepsNothing) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->stop();
  const auto refused = history.recorder->keep("k", "v");
  QVERIFY(!refused && refused.error().code == Code::Aborted);
  QVERIFY(history.recorder->kept().empty());
}

// What is damaged is moved aside; the user's profiles may lie on pages that are sound.
SLUICE_TEST(settingsOutliveAHistoryThatIsFoundDamagedAtTheStart) {
  for (const char* table : {"exchange", "setting"}) {
    History history;
    VERIFY_OK(history.start());
    VERIFY_OK(history.recorder->keep("k", "v"));
    history.recorder->record(started(1));
    history.stop();
    const fs::path file = history.folder / "history.db";
    std::int64_t page = 0, bytes = 0;
    {
      auto sql = SqlConnection::open(file, Access::ReadOnly);
      VERIFY_OK(sql);
      page = sql->integer((std::string("SELECT rootpage FROM sqlite_schema WHERE name = '") + table + "'").c_str()).value();
      bytes = sql->integer("PRAGMA page_size").value();
    }
    std::string contents = contentsOf(file);
    contents.replace(std::size_t((page - 1) * bytes), std::size_t(bytes), std::size_t(bytes), '\xff');
    writeFile(file, contents);
    const bool kept = std::string_view(table) == "exchange";
    {
      const auto opened = Database::open(history.folder.path(), wall(0));
      VERIFY_OK(opened);
      QVERIFY(opened->movedAside() && opened->movedAside()->settingsKept == kept);
      QVERIFY(contentsOf(opened->movedAside()->to) == contents);
    }
    VERIFY_OK(history.start());
    QVERIFY(history.recorder->kept() == (kept ? KeptSettings{{"k", "v"}} : KeptSettings{}));
  }
}
