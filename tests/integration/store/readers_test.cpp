// Readers of one program that stay open while engines come and go.
#include <string>
#include <vector>

#include "core/store/reader.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::store;

namespace {

constexpr std::uint64_t kEach = 5;

bool record(const sluice::test::TemporaryDirectory& folder) {
  return sluice::test::run(RECORDING_CHILD, {folder.path().string(), std::to_string(kEach)}).ok();
}

std::uint64_t exchangesIn(Reader& reader) {
  const auto totals = reader.totals();
  return totals ? totals->exchanges : 0;
}

}  // namespace

// Whoever opens the file beside SQLite and closes it takes away the locks by which an engine that ends knows that others still
// read: it then removes the log under them, and they see what it held for ever.
SLUICE_TEST(seeWhatEachEngineRecordsHoweverManyAreOpened) {
  sluice::test::TemporaryDirectory folder;
  QVERIFY(record(folder));
  std::vector<Reader> readers;
  for (std::uint64_t engines = 1; engines <= 4; ++engines) {
    for (int i = 0; i < 2; ++i) {
      auto opened = Reader::open(folder.path());
      QVERIFY2(opened.has_value(), opened ? "" : describe(opened.error()).c_str());
      readers.push_back(std::move(*opened));
      QCOMPARE(exchangesIn(readers.back()), engines * kEach);
    }
    QVERIFY(record(folder));
    for (Reader& reader : readers) QCOMPARE(exchangesIn(reader), (engines + 1) * kEach);
  }
}
