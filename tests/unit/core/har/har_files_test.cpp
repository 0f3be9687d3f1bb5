#include "core/har/har_files.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "core/base/limits.h"
#include "core/filter/parser.h"
#include "core/store/decoded_body.h"
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

// In pieces, however long its bodies are; what has been taken whole is counted, and no more.
SLUICE_TEST(aFileIsSentInPiecesAndCountedAsTheyAreTaken) {
  std::string har = R"({"log":{"version":"1.2","entries":[)";
  for (int i = 0; i < 5; ++i) {
    har += std::string(i > 0 ? "," : "") + R"({"startedDateTime":"2026-11-21T10:15:00Z","request":{"method":"GET","url":"http://a.test/)" +
           std::to_string(i) + R"(","httpVersion":"HTTP/1.1","headers":[]},"response":{"status":200,"statusText":"OK",
      "httpVersion":"HTTP/1.1","headers":[],"content":{"size":90000,"mimeType":"text/plain","text":")" + std::string(90'000, 'x') +
           R"("},"bodySize":90000},"timings":{"send":0,"wait":1,"receive":1}})";
  }
  const auto send = [&har](std::size_t piecesMax, std::uint64_t& added, std::string& all) {
    std::istringstream file(har + "]}}");
    std::size_t pieces = 0;
    return sendHar(
        file, fs::temp_directory_path(),
        [&](std::string piece) -> Result<void> {
          if (pieces++ == piecesMax || piece.size() > limits::kControlRequestBytesMax) return fail(Side::Local, Code::System, "no more");
          all += piece;
          return {};
        },
        added);
  };
  std::uint64_t added = 0;
  std::string all, beginning;
  VERIFY_OK(send(1000, added, all));
  QCOMPARE(added, std::uint64_t(5));
  QVERIFY(all.size() > 450'000);
  const auto cut = send(8, added, beginning);
  QVERIFY(!cut && cut.error().code == Code::System);
  QCOMPARE(added, std::uint64_t(beginning.size() / 90'000));
  QVERIFY(all.starts_with(beginning));
}

// A piece may arrive although its answer says otherwise or never comes.
SLUICE_TEST(nothingIsSentAfterAPieceThatFailed) {
  std::string har = R"({"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-21T10:15:00Z",
    "request":{"method":"GET","url":"http://a.test/","httpVersion":"HTTP/1.1","headers":[]},"response":{"status":200,
    "statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"content":{"size":90000,"mimeType":"text/plain","text":")" +
                    std::string(90'000, 'x') + R"("},"bodySize":90000},"timings":{"send":0,"wait":1,"receive":1}}]}})";
  for (const std::size_t failing : {std::size_t(0), std::size_t(1)}) {
    std::istringstream file(har);
    std::size_t pieces = 0;
    std::uint64_t added = 0;
    const auto sent = sendHar(
        file, fs::temp_directory_path(),
        [&](const std::string&) -> Result<void> {
          if (pieces++ < failing) return {};
          return fail(Side::Local, Code::Aborted, "answer lost");
        },
        added);
    QVERIFY(!sent && sent.error().detail == "answer lost");
    QCOMPARE(pieces, failing + 1);
    QCOMPARE(added, std::uint64_t(0));
  }
}

// HAR has bodies decoded, with the head that came with them.
SLUICE_TEST(whatOnceWasEncodedCanBeReadAndSearched) {
  const std::string har = R"({"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-21T10:15:00Z",
    "request":{"method":"GET","url":"http://a.test/","httpVersion":"HTTP/1.1","headers":[]},
    "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[{"name":"Content-Encoding","value":"gzip"},
      {"name":"Content-Type","value":"text/plain"}],"content":{"size":12,"mimeType":"text/plain","text":"plain needle"},"bodySize":30},
    "timings":{"send":0,"wait":1,"receive":1}}]}})";
  TempFolder folder;
  std::istringstream file(har);
  VERIFY_OK(importHar(file, folder.path(), WallTime{}));
  auto reader = Reader::open(folder.path());
  VERIFY_OK(reader);
  VERIFY_OK(reader->show(*filter::parse("body~needle")));
  const auto ids = reader->ids({}, 10).value().ids;
  QCOMPARE(ids.size(), std::size_t(1));
  const auto details = reader->exchange(ids[0]).value();
  auto body = reader->openBody(ids[0], capture::Direction::Response).value();
  std::string decoded;
  VERIFY_OK(decodeBody(body, decodingHead(*details, capture::Direction::Response), 1000, [&](Bytes bytes) -> Result<void> {
    decoded += asText(bytes);
    return {};
  }));
  QCOMPARE(decoded, std::string("plain needle"));
}

// Of the file that is written first, nobody has heard.
SLUICE_TEST(whatCannotBeWrittenIsCalledByItsName) {
  History history;
  VERIFY_OK(history.start());
  recordTen(history);
  auto reader = Reader::open(history.folder.path());
  VERIFY_OK(reader);
  const auto written = writeHarFile(*reader, history.folder / "missing" / "all.har");
  QVERIFY(!written && written.error().detail.ends_with("all.har"));
}

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
  for (const auto& each : fs::directory_iterator(history.folder.path())) QVERIFY(each.path().extension() != ".part");
  VERIFY_OK(writeHarFile(*reader, path));
  std::ifstream file(path, std::ios::binary);
  TempFolder other;
  const auto cut = importHar(file, other.path(), WallTime{}, [](std::uint64_t) { return false; });
  QVERIFY(!cut && cut.error().code == Code::Aborted);
}

// A link stays one, and what it leads to is replaced; what is no regular file is written as it stands.
SLUICE_TEST(whatIsNoRegularFileStays) {
  History history;
  VERIFY_OK(history.start());
  recordTen(history);
  auto reader = Reader::open(history.folder.path());
  VERIFY_OK(reader);
  const fs::path link = history.folder / "link.har", target = history.folder / "target.har";
  std::error_code error;
  fs::create_symlink("target.har", link, error);
  if (error) QSKIP("this user may make no links");
  for (int times = 0; times < 2; ++times) VERIFY_OK(writeHarFile(*reader, link));
  QVERIFY(fs::is_symlink(link) && contentsOf(target).ends_with("]}}\n"));
  const fs::path pipe = history.folder / "pipe.har";
  if (std::system(("mkfifo " + pipe.string()).c_str()) != 0) QSKIP("no named pipes here");
  std::string read;
  std::thread other([&] { read = contentsOf(pipe); });
  const auto written = writeHarFile(*reader, pipe);
  other.join();
  VERIFY_OK(written);
  QVERIFY(fs::is_fifo(pipe) && read == contentsOf(target));
}

// Two that write the same file do not write into each other's part.
SLUICE_TEST(thePartOfAFileIsOfOneWriterAlone) {
  History history;
  VERIFY_OK(history.start());
  recordTen(history);
  auto reader = Reader::open(history.folder.path()), second = Reader::open(history.folder.path());
  VERIFY_OK(reader);
  VERIFY_OK(second);
  const fs::path file = history.folder / "all.har";
  bool between = false;
  const auto writeBetween = [&](std::uint64_t) { return std::exchange(between, true) || writeHarFile(*second, file).has_value(); };
  VERIFY_OK(writeHarFile(*reader, file, writeBetween));
  QVERIFY(contentsOf(file).ends_with("]}}\n"));
}
