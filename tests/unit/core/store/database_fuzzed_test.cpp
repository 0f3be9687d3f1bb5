// Databases that fuzzers made, which are not part of this tree (`tests/run databases` fetches them): unit_core_store_fuzzed
// --fuzzed-databases=FOLDER takes every *.db in it, and where such a file holds further databases (table db of SQLite's own
// fuzzdata*.db), each of them; with --parts=N --part=I (from 0) every N-th, so that each core can have its share. Whatever they hold,
// reading them as a history ends with a message, and writing never touches a damaged one. As session files they are refused by name or
// read through: as they are, with the header of a session, and as a page of a session.
#include <filesystem>
#include <fstream>

#include "core/store/database.h"
#include "core/store/reader.h"
#include "core/store/schema.h"
#include "core/store/session_file.h"
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

constexpr std::size_t kPageBytes = 4096;  // of a session that this program writes

// A big-endian number of a database's header: https://www.sqlite.org/fileformat2.html, section 1.3.
void setNumber(std::string& bytes, std::size_t at, std::int64_t number) {
  for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i) bytes[at + i] = static_cast<char>(number >> (24 - 8 * i) & 0xff);
}

// So that what reads the tables' words sees theirs.
std::string calledASession(std::string bytes) {
  setNumber(bytes, 60, kSchemaVersion);
  setNumber(bytes, 68, kApplicationId);
  return bytes;
}

std::string soundSession() {
  History history;
  if (!history.start()) return {};
  for (std::uint64_t id = 1; id <= 40; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(responded(id));
    history.recorder->record(chunk(id, pattern(5'000, unsigned(id))));
    history.recorder->record(ended(id, 5'000));
  }
  history.recorder->flush();
  if (!saveSession(history.folder.path(), {}, history.folder / "a.sluice")) return {};
  return contentsOf(history.folder / "a.sluice");
}

// A session with their second page, which may be shorter than ours, in place of its `number`-th one: so that the check of every page, which
// only tables of ours come to, sees theirs.
std::string grafted(const std::string& session, const std::string& bytes, std::size_t number) {
  if (bytes.size() < 18) return session;
  const std::size_t told = std::size_t(static_cast<unsigned char>(bytes[16])) << 8 | static_cast<unsigned char>(bytes[17]);
  const std::size_t from = told == 1 ? 65'536 : told;
  if (from >= bytes.size()) return session;
  std::string page = bytes.substr(from, kPageBytes);
  page.resize(kPageBytes);
  std::string graft = session;
  return graft.replace((1 + number % (session.size() / kPageBytes - 1)) * kPageBytes, kPageBytes, page);
}

// By what a session was refused.
struct Refusals {
  std::size_t all = 0;
  std::size_t byPages = 0;  // as the check of pages begins its sentences
};

// Empty: it was refused by its name, or could be read through, and nothing was written.
std::string surviveSession(const std::string& bytes, Refusals& refusals) {
  TempFolder folder;
  const fs::path file = folder / "fuzzed.sluice";
  writeFile(file, bytes);
  if (auto session = Reader::openSession(file)) {
    readFrom(*session);
  } else {
    const std::string& detail = session.error().detail;
    if (detail.find("fuzzed.sluice: ") == std::string::npos) return "is refused as a session, but not by its name: " + detail;
    ++refusals.all;
    if (detail.find("*** in database") != std::string::npos) ++refusals.byPages;
  }
  return contentsOf(file) == bytes ? std::string() : "reading it as a session changed the file";
}

// Empty: all is well.
std::string surviveHistory(const std::string& bytes) {
  TempFolder folder;
  const fs::path history = folder / "history.db";
  writeFile(history, bytes);
  readAll(folder.path());
  if (contentsOf(history) != bytes) return "reading changed the file";
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
  const std::string session = soundSession();
  QVERIFY(session.size() > 10 * kPageBytes && session.size() % kPageBytes == 0);
  std::size_t count = 0, tried = 0;
  Refusals refusals, called, grafts;
  const auto survive = [&](const std::string& bytes) {
    std::string wrong = surviveHistory(bytes);
    if (wrong.empty()) wrong = surviveSession(bytes, refusals);
    if (wrong.empty()) wrong = surviveSession(calledASession(bytes), called);
    if (wrong.empty()) wrong = surviveSession(grafted(session, bytes, count), grafts);
    return wrong;
  };
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
  std::printf("%zu of %zu databases; by their pages, %zu called sessions and %zu with one of their pages refused\n", tried, count,
              called.byPages, grafts.byPages);
  QVERIFY(tried > 0);
  QVERIFY(refusals.all == tried && called.all == tried);
  QVERIFY(called.byPages > 0 && grafts.byPages > 0);
}
