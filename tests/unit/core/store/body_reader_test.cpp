#include "core/store/body_reader.h"

#include "core/store/session_file.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

std::string readAll(BodyReader& body, std::size_t atATime) {
  std::string all;
  std::vector<std::byte> buffer(atATime);
  for (;;) {
    const auto count = body.read(buffer);
    if (!count) return "failed: " + describe(count.error());
    if (*count == 0) return all;
    all += asText(Bytes(buffer.data(), *count));
  }
}

}  // namespace

SLUICE_TEST(readsTheSameFromMemoryAndFromAFile) {
  TempFolder folder;
  const std::string whole = pattern(10'000);
  writeFile(folder / "body", whole + "what came later");
  for (const std::size_t atATime : {std::size_t{1}, std::size_t{777}, std::size_t{10'000}, std::size_t{50'000}}) {
    BodyReader memory = BodyReader::ofMemory(whole);
    auto file = BodyReader::ofFile(folder / "body", whole.size());
    VERIFY_OK(file);
    QCOMPARE(memory.bytes(), file->bytes());
    BodyReader moved = std::move(*file);
    QVERIFY(readAll(memory, atATime) == whole);
    QVERIFY(readAll(moved, atATime) == whole);
  }
}

// A session of one large body, whose pieces are what follows a beginning here.
SLUICE_TEST(readsWhatFollowsABeginningInPieces) {
  History history;
  VERIFY_OK(history.start());
  const std::string rest = pattern(2'500'000);
  history.recorder->record(started(1));
  history.recorder->record(chunk(1, rest));
  history.recorder->record(ended(1, rest.size()));
  history.recorder->flush();
  const fs::path file = history.folder / "a.sluice";
  VERIFY_OK(saveSession(history.folder.path(), {}, file));
  const std::string beginning = "it begins";
  const auto open = [&](std::uint64_t more) {
    auto pieces = BodyPieces::open(file, {ExchangeId{1}, capture::Direction::Response});
    return BodyReader::ofPieces(beginning, std::move(*pieces), beginning.size() + rest.size() + more);
  };
  for (const std::size_t atATime : {std::size_t{777}, std::size_t{3'000'000}}) {
    BodyReader body = open(0);
    BodyReader moved = std::move(body);
    QVERIFY(readAll(moved, atATime) == beginning + rest);
  }
  BodyReader tooShort = open(1);
  const std::string said = readAll(tooShort, 1000);
  QVERIFY2(said.starts_with("failed: ") && said.find("a.sluice") != std::string::npos, said.substr(0, 200).c_str());
}

SLUICE_TEST(readsAnEmptyBody) {
  TempFolder folder;
  writeFile(folder / "body", "");
  BodyReader memory = BodyReader::ofMemory({});
  auto file = BodyReader::ofFile(folder / "body", 0);
  VERIFY_OK(file);
  QCOMPARE(readAll(memory, 10), std::string());
  QCOMPARE(readAll(*file, 10), std::string());
  QCOMPARE(memory.read({}).value(), std::size_t(0));
}

SLUICE_TEST(tellsThatAFileIsMissingOrShorterThanTold) {
  TempFolder folder;
  const auto missing = BodyReader::ofFile(folder / "missing", 1);
  QVERIFY(!missing);
  QVERIFY(missing.error().code == Code::NotFound);
  writeFile(folder / "body", "12345");
  auto file = BodyReader::ofFile(folder / "body", 6);
  VERIFY_OK(file);
  std::byte buffer[4];
  QCOMPARE(file->read(buffer).value(), std::size_t(4));
  const auto rest = file->read(buffer);
  QVERIFY(!rest);
  QVERIFY(rest.error().code == Code::FileChanged);
}
