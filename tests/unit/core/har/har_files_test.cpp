#include "core/har/har_files.h"

#include <fstream>
#include <sstream>

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::har;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

void recordTen(History& history) {
  for (std::uint64_t id = 1; id <= 10; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
}

}  // namespace

SLUICE_TEST(aFileGoesOutAndIntoAnotherHistory) {
  History history;
  VERIFY_OK(history.start());
  recordTen(history);
  auto reader = Reader::open(history.folder.path());
  VERIFY_OK(reader);
  const auto path = history.folder / "all.har";
  std::uint64_t told = 0;
  const auto written = writeHarFile(*reader, path, [&](std::uint64_t bytes) {
    told = bytes;
    return true;
  });
  VERIFY_OK(written);
  QCOMPARE(written->entries, std::uint64_t(10));
  QCOMPARE(told, std::uint64_t(std::filesystem::file_size(path)));
  TempFolder other;
  std::ifstream file(path, std::ios::binary);
  const auto count = importHar(file, other.path(), WallTime{});
  VERIFY_OK(count);
  QCOMPARE(*count, std::uint64_t(10));
  auto copied = Reader::open(other.path());
  VERIFY_OK(copied);
  const auto totals = copied->totals();
  QVERIFY(totals && totals->exchanges == 10);
}

// Whatever was there before stays.
SLUICE_TEST(whoStopsLeavesNothingBehind) {
  History history;
  VERIFY_OK(history.start());
  recordTen(history);
  auto reader = Reader::open(history.folder.path());
  VERIFY_OK(reader);
  const auto path = history.folder / "all.har";
  writeFile(path, "before");
  int asked = 0;
  const auto stopped = writeHarFile(*reader, path, [&](std::uint64_t) { return ++asked < 5; });
  QVERIFY(!stopped && stopped.error().code == Code::Aborted);
  QCOMPARE(asked, 5);
  QCOMPARE(contentsOf(path), std::string("before"));
  QVERIFY(!std::filesystem::exists(history.folder / "all.har.part"));
  VERIFY_OK(writeHarFile(*reader, path));
  std::ifstream file(path, std::ios::binary);
  TempFolder other;
  const auto cut = importHar(file, other.path(), WallTime{}, [](std::uint64_t) { return false; });
  QVERIFY(!cut && cut.error().code == Code::Aborted);
}
