#include "core/store/search_indexer.h"

#include "core/store/search_index.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// As soon as the index has caught up with the history; false at the deadline.
bool caughtUp(History& history) {
  auto reader = history.reader();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto totals = reader.totals().value();
    auto lookup = SearchLookup::open(history.folder.path(), totals.history);
    if (lookup && lookup->begin().value_or(0) == totals.version) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace

SLUICE_TEST(followsARecorder) {
  History history;
  RecorderOptions options;
  options.background = true;
  VERIFY_OK(history.start(std::move(options)));
  for (std::uint64_t id = 1; id <= 500; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(chunk(id, "word"));
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
  QVERIFY(caughtUp(history));
  VERIFY_OK(history.recorder->clear());
  history.recorder->record(started(501));
  history.recorder->record(ended(501));
  history.recorder->flush();
  QVERIFY(caughtUp(history));
  history.recorder->stop();
}

SLUICE_TEST(waitsWhileOthersAreBusyAndStopsAtOnce) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->flush();
  std::atomic<bool> busy{true};
  std::atomic<int> asked{0};
  {
    SearchIndexer indexer(history.folder.path(), [&] {
      ++asked;
      return RecorderLoad{busy.load(), 1};
    });
    while (asked < 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    QVERIFY(!fs::exists(searchFile(history.folder.path())));
    busy = false;
    QVERIFY(caughtUp(history));
  }
}
