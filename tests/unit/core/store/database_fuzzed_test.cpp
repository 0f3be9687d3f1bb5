// Databases that fuzzers made, which are not part of this tree (`tests/run databases` fetches them): unit_core_store_fuzzed
// --fuzzed-databases=FOLDER takes every *.db in it, and where such a file holds further databases (table db of SQLite's own
// fuzzdata*.db), each of them; with --parts=N --part=I (from 0) every N-th, so that each core can have its share. Whatever they hold,
// reading them as a history ends with a message, and writing never touches a damaged one.
#include <filesystem>
#include <fstream>

#include "core/store/database.h"
#include "core/store/reader.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

// Reads all that a window or a command would; the outcome does not matter, that it comes back does.
void readFrom(Reader& reader) {
  (void)reader.totals();
  (void)reader.changesSince(0, 100);
  const auto rows = reader.newest(100);
  for (const auto& row : rows.value_or(std::vector<ExchangeRow>())) {
    (void)reader.exchange(row.id);
    (void)reader.openBody(row.id, capture::Direction::Response);
  }
}

void readAll(const fs::path& folder) {
  if (auto reader = Reader::open(folder)) readFrom(*reader);
}

// Empty: all is well.
std::string survive(const std::string& bytes) {
  TempFolder folder;
  const fs::path history = folder / "history.db";
  writeFile(history, bytes);
  readAll(folder.path());
  if (contentsOf(history) != bytes) return "reading changed the file";
  if (auto session = Reader::openSession(history)) readFrom(*session);
  if (contentsOf(history) != bytes) return "reading it as a session changed the file";
  const auto database = Database::open(folder.path(), wall(0));
  if (database && !database->movedAside() && !bytes.empty()) return "was taken for a history of ours";
  if (database && database->movedAside() && contentsOf(database->movedAside()->to) != bytes) return "was changed before it was moved aside";
  if (!database && contentsOf(history) != bytes) return "was changed, then refused: " + describe(database.error());
  return {};
}

// The databases inside a file of fuzz cases.
std::vector<std::string> casesIn(const fs::path& file) {
  std::vector<std::string> cases;
  TempFolder folder;
  fs::copy_file(file, folder / "cases.db");
  auto sql = SqlConnection::open(folder / "cases.db", Access::ReadOnly);
  if (!sql) return cases;
  auto select = sql->prepare("SELECT dbcontent FROM db");
  if (!select) return cases;
  (void)select->each([&] {
    cases.push_back(select->text(0));
    return true;
  });
  return cases;
}

}  // namespace

SLUICE_TEST(survivesDatabasesThatFuzzersMade) {
  const std::string folder = sluice::test::option("fuzzed-databases", "");
  if (folder.empty()) QSKIP("no --fuzzed-databases=FOLDER");
  const std::size_t parts = std::stoul(sluice::test::option("parts", "1")), part = std::stoul(sluice::test::option("part", "0"));
  std::size_t count = 0, tried = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".db") continue;
    auto cases = casesIn(entry.path());
    cases.push_back(contentsOf(entry.path()));
    for (const std::string& bytes : cases) {
      if (count++ % parts != part) continue;
      ++tried;
      const std::string wrong = survive(bytes);
      QVERIFY2(wrong.empty(), (entry.path().filename().string() + ", case " + std::to_string(count - 1) + ": " + wrong).c_str());
    }
  }
  std::printf("%zu of %zu databases\n", tried, count);
  QVERIFY(tried > 0);
}
