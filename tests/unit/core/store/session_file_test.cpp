#include "core/store/session_file.h"

#include <sqlite3.h>

#include "core/base/limits.h"
#include "core/filter/parser.h"
#include "core/store/body_files.h"
#include "core/store/history_files.h"
#include "core/store/schema.h"
#include "core/store/sql_connection.h"
#include "platform/file.h"
#include "tests/support/owners_rights.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;
using capture::Direction;

namespace {

// A history with all that an exchange can have: 1 small, 2 large in a file, 3 of another host, 4 that runs.
void recordAll(History& history) {
  VERIFY_OK(history.start());
  auto& recorder = *history.recorder;
  recorder.record(capture::ConnectionOpened{ConnectionId{1}, wall(1), "client", "listener"});
  for (std::uint64_t id = 1; id <= 4; ++id) {
    recorder.record(started(id, id == 3 ? "other.test" : "example.test"));
    recorder.record(responded(id));
    recorder.record(chunk(id, pattern(id == 2 ? 3'500'000 : 100, unsigned(id))));
    recorder.record(chunk(id, "sent", Direction::Request));
    recorder.record(capture::MessagePassed{ExchangeId{id}, Direction::Request, wall(5), 1, false, 5, 5, "hello", {}});
    recorder.record(capture::TlsSeen{ExchangeId{id}, Side::Client, "TLSv1.3", "c", "h2", "s", false, 5, {}, "chain", "digest"});
    if (id < 4) recorder.record(ended(id, 100));
  }
  recorder.flush();
}

std::string saved(History& history, const char* filter, const fs::path& file) {
  const auto done = saveSession(history.folder.path(), *filter::parse(filter), file);
  return done ? std::to_string(done->exchanges) + " left " + std::to_string(done->left) : describe(done.error());
}

}  // namespace

SLUICE_TEST(holdsAllOfEachExchangeInOneFile) {
  History history;
  recordAll(history);
  TempFolder elsewhere;
  const fs::path file = elsewhere / "my session.sluice";
  QCOMPARE(saved(history, "", file), std::string("3 left 1"));
  QVERIFY(fs::status(file).permissions() == sluice::test::rightsOfAnOwnersFile(elsewhere.path()));
  QCOMPARE(std::distance(fs::directory_iterator(elsewhere.path()), fs::directory_iterator()), std::ptrdiff_t(1));
  const std::string before = contentsOf(file);
  auto reader = Reader::openSession(file);
  VERIFY_OK(reader);
  auto original = history.reader();
  QCOMPARE(reader->totals().value().exchanges, 3u);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto ours = reader->exchange(ExchangeId{id}).value();
    const auto theirs = original.exchange(ExchangeId{id}).value();
    QVERIFY(ours->requestHead == theirs->requestHead && ours->responseHead == theirs->responseHead);
    QCOMPARE(ours->row.url, theirs->row.url);
    QCOMPARE(ours->clientAddress, std::string("client"));
    QCOMPARE(ours->tls.size(), std::size_t(1));
    QCOMPARE(ours->tls[0].chain, std::string("chain"));
    const std::string body = bodyOf(*reader, id, Direction::Response);
    QVERIFY2(body == pattern(id == 2 ? 3'500'000 : 100, unsigned(id)), (std::to_string(id) + ": " + body.substr(0, 200)).c_str());
    QCOMPARE(bodyOf(*reader, id, Direction::Request), std::string("sent"));
    QCOMPARE(reader->messages(ExchangeId{id}, 0, 10).value().size(), std::size_t(1));
  }
  VERIFY_OK(reader->show(*filter::parse("host~other header~get")));
  QCOMPARE(reader->newest(10).value().size(), std::size_t(1));
  QCOMPARE(reader->changesSince(0, 10).value().ids.size(), std::size_t(1));
  QVERIFY(contentsOf(file) == before);
  QCOMPARE(std::distance(fs::directory_iterator(elsewhere.path()), fs::directory_iterator()), std::ptrdiff_t(1));
}

// As --capture-size above its default brings them, or an import. In the file there are zeros up to its end, which take no room.
SLUICE_TEST(savesWholeBodiesThatAreLargerThanIsUsuallyCaptured) {
  History history;
  recordAll(history);
  history.stop();
  const std::uint64_t bytes = limits::kCapturedBodyBytesMax + 5 * limits::kMiB + 7;
  const std::string end = "the end";
  const fs::path body = bodyFile(history.folder.path(), {ExchangeId{2}, Direction::Response});
  VERIFY_OK(platform::setSize(body, bytes - end.size()));
  VERIFY_OK(writeBody(body, bytes - end.size(), end));
  const std::string row = "UPDATE exchange SET response_bytes = ?, response_stored_bytes = ? WHERE id = 2";
  VERIFY_OK(openHistory(history.folder.path(), Access::ReadWrite)->prepare(row.c_str())->run(bytes, bytes));
  TempFolder elsewhere;
  QCOMPARE(saved(history, "", elsewhere / "a.sluice"), std::string("3 left 1"));
  auto reader = Reader::openSession(elsewhere / "a.sluice");
  VERIFY_OK(reader);
  const auto totals = reader->exchange(ExchangeId{2}).value()->row.response;
  QCOMPARE(totals.capturedBytes, bytes);
  auto opened = reader->openBody(ExchangeId{2}, Direction::Response);
  VERIFY_OK(opened);
  reader = Reader::open(history.folder.path());  // a body needs nobody
  const std::string beginning = pattern(3'500'000, 2);
  std::string piece(900'001, 'x');
  std::uint64_t at = 0;
  for (std::size_t count = 1; count > 0; at += count) {
    count = opened->read(std::as_writable_bytes(std::span(piece.data(), piece.size()))).value();
    if (at + count <= beginning.size()) QVERIFY(beginning.compare(std::size_t(at), count, piece, 0, count) == 0);
    if (count > 0 && at + count == bytes) QVERIFY(std::string_view(piece).substr(0, count).ends_with(end));
  }
  QCOMPARE(at, bytes);
}

SLUICE_TEST(savesNothingWhenABodyCannotBeRead) {
  History history;
  recordAll(history);
  TempFolder elsewhere;
  const fs::path body = bodyFile(history.folder.path(), {ExchangeId{2}, Direction::Response});
  VERIFY_OK(platform::setSize(body, 2'000'000));
  const std::string said = saved(history, "", elsewhere / "a.sluice");
  QVERIFY2(said.find(body.filename().string()) != std::string::npos, said.c_str());
  QVERIFY(fs::is_empty(elsewhere.path()));
  // One that somebody removed is an empty one.
  fs::remove(body);
  QCOMPARE(saved(history, "", elsewhere / "a.sluice"), std::string("3 left 1"));
  auto reader = Reader::openSession(elsewhere / "a.sluice");
  VERIFY_OK(reader);
  QCOMPARE(reader->exchange(ExchangeId{2}).value()->row.response.capturedBytes, 0u);
  QCOMPARE(bodyOf(*reader, 2, Direction::Response), std::string());
}

SLUICE_TEST(savesWhatPassesTheFilterAndReplacesOnlyWhenDone) {
  History history;
  recordAll(history);
  TempFolder elsewhere;
  const fs::path file = elsewhere / "a.sluice";
  writeFile(file, "before");
  QVERIFY(!saveSession(elsewhere / "none", {}, file));
  QCOMPARE(contentsOf(file), std::string("before"));
  QCOMPARE(saved(history, "host=other.test", file), std::string("1 left 0"));
  QCOMPARE(Reader::openSession(file).value().newest(10).value().at(0).id.value, 3u);
  QVERIFY(!saveSession(history.folder.path(), {}, elsewhere / "none" / "a.sluice"));
  QVERIFY(saveSession(history.folder.path(), {}, history.folder / "history.db").error().code == Code::BadArgument);
}

SLUICE_TEST(leavesNothingBehindWhenItIsStopped) {
  History history;
  recordAll(history);
  TempFolder elsewhere;
  const fs::path file = elsewhere / "s.sluice";
  std::vector<std::uint64_t> told;
  const auto done = saveSession(history.folder.path(), {}, file, [&](std::uint64_t exchanges) {
    told.push_back(exchanges);
    return exchanges < 1;
  });
  QVERIFY(!done && done.error().code == Code::Aborted);
  QVERIFY(told == (std::vector<std::uint64_t>{0, 1}));
  QVERIFY(fs::is_empty(elsewhere.path()));
}

// What comes and ends meanwhile is of a later state than what is copied.
SLUICE_TEST(savesOneStateWhileTheHistoryGrows) {
  History history;
  recordAll(history);
  TempFolder elsewhere;
  const fs::path file = elsewhere / "s.sluice";
  const auto done = saveSession(history.folder.path(), {}, file, [&](std::uint64_t exchanges) {
    if (exchanges != 1) return true;
    history.recorder->record(ended(4, 100));
    history.recorder->record(started(5));
    history.recorder->record(ended(5));
    history.recorder->flush();
    return true;
  });
  VERIFY_OK(done);
  QCOMPARE(done->exchanges, 3u);
  QCOMPARE(done->left, 1u);
  const auto totals = Reader::openSession(file).value().totals().value();
  QCOMPARE(totals.exchanges, 3u);
  QCOMPARE(totals.running, 0u);
}

// Without its log, it is not what it was.
SLUICE_TEST(refusesAHistoryThatHasALogBesideIt) {
  History history;
  recordAll(history);
  const auto opened = Reader::openSession(history.folder / "history.db");
  QVERIFY(!opened && opened.error().code == Code::BadArgument);
  QVERIFY2(opened.error().detail.find("history.db-wal") != std::string::npos, opened.error().detail.c_str());
}

// What was saved before and after that would be of two histories.
SLUICE_TEST(savesNothingWhenAnotherHistoryTakesThePlace) {
  History history;
  recordAll(history);
  history.stop();
  TempFolder elsewhere;
  const fs::path file = elsewhere / "s.sluice";
  const fs::path old = history.folder / "history.db";
  std::error_code refused;  // on systems where an open file cannot be moved
  const auto done = saveSession(history.folder.path(), {}, file, [&](std::uint64_t exchanges) {
    if (exchanges != 1) return true;
    fs::copy_file(old, elsewhere / "another.db");
    fs::rename(elsewhere / "another.db", old, refused);
    return true;
  });
  if (refused) return;
  QVERIFY(!done && done.error().code == Code::DatabaseBusy);
  QVERIFY2(done.error().detail.find("history.db") != std::string::npos, done.error().detail.c_str());
  QVERIFY(fs::is_empty(elsewhere.path()));
}

SLUICE_TEST(readsWhatEarlierVersionsSaved) {
  for (std::int64_t version = 1; version < kSchemaVersion; ++version) {
    TempFolder folder;
    const fs::path file = folder / "old.sluice";
    VERIFY_OK(SqlConnection::create(file));
    {
      auto sql = SqlConnection::open(file, Access::ReadWrite);
      VERIFY_OK(migrate(*sql, 0, version));
    }
    const std::string before = contentsOf(file);
    auto reader = Reader::openSession(file);
    VERIFY_OK(reader);
    QCOMPARE(reader->totals().value().exchanges, 0u);
    QVERIFY(contentsOf(file) == before);
  }
}

SLUICE_TEST(saysWhatIsWrongWithAFile) {
  History history;
  recordAll(history);
  TempFolder folder;
  QCOMPARE(int(Reader::openSession(folder / "none").error().code), int(Code::NotFound));
  const fs::path file = folder / "a.sluice";
  const auto holdsNone = [&] {
    const auto opened = Reader::openSession(file);
    return !opened && opened.error().code == Code::DatabaseDamaged &&
           opened.error().detail.ends_with("a.sluice: holds no session of Sluice");
  };
  writeFile(file, "");
  QVERIFY(holdsNone());
  writeFile(file, "no database at all, but long enough to be taken for one, if one did not look at how it begins, as one must");
  QCOMPARE(int(Reader::openSession(file).error().code), int(Code::DatabaseDamaged));
  {
    fs::remove(file);
    VERIFY_OK(SqlConnection::create(file));
    auto sql = SqlConnection::open(file, Access::ReadWrite);
    VERIFY_OK(sql->run("CREATE TABLE notes (text); PRAGMA user_version = 3"));
  }
  QVERIFY(holdsNone());
  {
    fs::remove(file);
    QCOMPARE(saved(history, "id=1", file), std::string("1 left 0"));
    auto sql = SqlConnection::open(file, Access::ReadWrite);
    VERIFY_OK(sql->run(("PRAGMA user_version = " + std::to_string(kSchemaVersion + 1)).c_str()));
  }
  QCOMPARE(int(Reader::openSession(file).error().code), int(Code::DatabaseTooNew));
}

// Whatever SQLite would compute for its maker as soon as a table is read: a condition that takes for ever, a view in place of a table, and
// the like. None of it is begun.
SLUICE_TEST(refusesTablesThatAreOnlyCalledLikeOurs) {
  History history;
  recordAll(history);
  TempFolder folder;
  const auto in = [](const char* table, const char* from, const char* to) {
    return "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '" + std::string(from) + "', '" + to +
           "') WHERE name = '" + table + "'";
  };
  const std::string forEver = "CHECK (length(replace(hex(zeroblob(90000000)), ''00'', hex(zeroblob(9)))) > 0)";
  const std::string tricks[] = {
      in("exchange", "comment TEXT NOT NULL", ("comment TEXT NOT NULL " + forEver).c_str()),
      in("head", ") STRICT", ") STRICT, WITHOUT ROWID"),
      in("head", ") STRICT", ")"),
      in("exchange_host", "(host COLLATE NOCASE", "(printf(''%.*c'', 200000000, host)"),
      "ALTER TABLE exchange ADD COLUMN more TEXT AS (hex(zeroblob(90000000))) VIRTUAL",
      "DROP TABLE message; CREATE VIEW message AS SELECT * FROM head; CREATE VIEW more AS SELECT 1",
      "DROP INDEX tls_chain; CREATE TRIGGER tls_chain AFTER INSERT ON tls BEGIN DELETE FROM head; END",
      "CREATE TABLE bookmark (url TEXT)",
  };
  for (const std::string& trick : tricks) {
    const fs::path file = folder / "a.sluice";
    QCOMPARE(saved(history, "id=1", file), std::string("1 left 0"));
    {
      sqlite3* db = nullptr;  // without defence
      QCOMPARE(sqlite3_open(file.string().c_str(), &db), SQLITE_OK);
      QVERIFY2(sqlite3_exec(db, trick.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, (trick + ": " + sqlite3_errmsg(db)).c_str());
      sqlite3_close(db);
    }
    const auto opened = Reader::openSession(file);
    QVERIFY2(!opened && opened.error().code == Code::DatabaseDamaged, trick.c_str());
    QVERIFY2(opened.error().detail.ends_with("its tables are not those of its version"), describe(opened.error()).c_str());
  }
}

// The pages with the words of the tables are checked before one of the words is believed.
SLUICE_TEST(checksThePagesOfTheTablesWordsFirst) {
  History history;
  recordAll(history);
  TempFolder folder;
  const fs::path file = folder / "a.sluice";
  QCOMPARE(saved(history, "id=1", file), std::string("1 left 0"));
  VERIFY_OK(SqlConnection::open(file, Access::ReadWrite)->run("CREATE TABLE bookmark (url TEXT)"));
  std::string bytes = contentsOf(file);
  bytes[107] ^= 0x10;  // how many bytes of the first page are in pieces too small for use: nothing but a check looks at it
  writeFile(file, bytes);
  const auto opened = Reader::openSession(file);
  QVERIFY(!opened && opened.error().code == Code::DatabaseDamaged);
  QVERIFY2(opened.error().detail.find("*** in database") != std::string::npos, describe(opened.error()).c_str());
}

// What ANALYZE leaves is nobody's table.
SLUICE_TEST(takesASessionThatSqliteWasAskedToAnalyze) {
  History history;
  recordAll(history);
  TempFolder folder;
  QCOMPARE(saved(history, "id=1", folder / "a.sluice"), std::string("1 left 0"));
  VERIFY_OK(SqlConnection::open(folder / "a.sluice", Access::ReadWrite)->run("ANALYZE"));
  VERIFY_OK(Reader::openSession(folder / "a.sluice"));
}

// Cut off at each page, and with one bit turned in each: a message or what can be read, and the file stays as it is.
SLUICE_TEST(survivesDamageInEveryPage) {
  History history;
  recordAll(history);
  TempFolder folder;
  const fs::path file = folder / "a.sluice";
  QCOMPARE(saved(history, "id!=2", file), std::string("2 left 1"));
  const std::string whole = contentsOf(file);
  const std::size_t page = 4096;
  QCOMPARE(whole.size() % page, std::size_t(0));
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += page) {
    for (const bool cut : {true, false}) {
      std::string bytes = whole;
      if (cut) bytes.resize(at + page / 2);
      else bytes[at + (at == 0 ? 20 : 3)] ^= 0x10;
      writeFile(file, bytes);
      auto reader = Reader::openSession(file);
      if (!reader) {
        QVERIFY2(!reader.error().detail.empty() && reader.error().detail.find("a.sluice") != std::string::npos,
                 describe(reader.error()).c_str());
        ++refused;
      } else {
        const auto rows = reader->newest(10).value_or(std::vector<ExchangeRow>());
        for (const auto& row : rows) (void)bodyOf(*reader, row.id.value, Direction::Response);
      }
      QVERIFY(contentsOf(file) == bytes);
    }
  }
  QVERIFY(refused > int(whole.size() / page));
}

// Of the file that is written first, nobody has heard.
SLUICE_TEST(whatCannotBeSavedIsCalledByItsName) {
  History history;
  VERIFY_OK(history.start());
  history.recorder->record(started(1));
  history.recorder->record(ended(1));
  history.recorder->flush();
  const auto saved = saveSession(history.folder.path(), {}, history.folder / "missing" / "a.sluice");
  QVERIFY(!saved && saved.error().detail.find("a.sluice") != std::string::npos);
  QVERIFY2(saved.error().detail.find(".part") == std::string::npos, saved.error().detail.c_str());
}

// Whoever follows its changes gets no more than some at once, as of a history.
SLUICE_TEST(tellsOfChangesAFewAtATime) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 3500; ++id) {
    history.recorder->record(started(id));
    history.recorder->record(ended(id));
  }
  history.recorder->flush();
  VERIFY_OK(saveSession(history.folder.path(), {}, history.folder / "a.sluice"));
  auto reader = std::move(*Reader::openSession(history.folder / "a.sluice"));
  std::size_t all = 0;
  Changes changes;
  do {
    changes = reader.changesSince(changes.version, 10).value();
    QVERIFY(changes.ids.size() <= 1000);
    all += changes.ids.size();
  } while (changes.more);
  QCOMPARE(all, std::size_t(3500));
  QCOMPARE(changes.version, reader.totals().value().version);
}
