// The contract of platform/file.h, as far as it is the same on every system.
#include "platform/file.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::TemporaryDirectory;

namespace {

std::string readAll(Handle file, std::uint64_t offset, std::size_t most) {
  std::string text(most, '\0');
  auto count = readAt(file, std::as_writable_bytes(std::span(text)), offset, "file");
  if (!count) return "failed: " + describe(count.error());
  text.resize(*count);
  return text;
}

Result<void> writeText(Handle file, std::vector<std::string> texts, std::uint64_t offset) {
  std::vector<Bytes> pieces;
  for (const auto& text : texts) pieces.push_back(asBytes(text));
  return writeAt(file, pieces, offset, "file");
}

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

SLUICE_TEST(theSizeOfAFileIsSetWhoeverHasItOpen) {
  const TemporaryDirectory directory;
  const auto path = directory / "file";
  QVERIFY(!setSize(path, 3));
  std::ofstream(path, std::ios::binary) << "abcdef";
  const auto open = openForReading(path);
  QVERIFY(open.has_value());
  QVERIFY(setSize(path, 3).has_value());
  QCOMPARE(contentOf(path), std::string("abc"));
  QVERIFY(setSize(path, 5).has_value());
  QCOMPARE(contentOf(path), std::string("abc\0\0", 5));
  QVERIFY(setSize(path, 0).has_value());
  QCOMPARE(contentOf(path), std::string());
}

SLUICE_TEST(aTemporaryFileKeepsWhatIsWrittenAndIsGoneWithItsHandle) {
  TemporaryDirectory directory;
  auto file = openTemporary(directory.path());
  QVERIFY(file.has_value());
  QVERIFY(writeText(file->get(), {"hello ", "", "world"}, 0).has_value());
  QVERIFY(writeText(file->get(), {"W"}, 6).has_value());
  QCOMPARE(readAll(file->get(), 0, 100), std::string("hello World"));
  QCOMPARE(readAll(file->get(), 4, 3), std::string("o W"));
  *file = OwnedHandle();
  QVERIFY(std::filesystem::is_empty(directory.path()));
}

SLUICE_TEST(temporaryFileInAMissingDirectoryIsAnErrorThatNamesIt) {
  TemporaryDirectory directory;
  auto file = openTemporary(directory / "missing");
  QVERIFY(!file.has_value());
  QCOMPARE(file.error().code, Code::NotFound);
  QVERIFY(file.error().detail.find((directory / "missing").string()) != std::string::npos);
}

SLUICE_TEST(writeOfManyPiecesKeepsTheirOrder) {
  TemporaryDirectory directory;
  auto file = openTemporary(directory.path());
  QVERIFY(file.has_value());
  std::vector<std::string> pieces;
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    pieces.push_back(i % 7 == 0 ? "" : std::to_string(i) + ",");
    all += pieces.back();
  }
  QVERIFY(writeText(file->get(), pieces, 3).has_value());
  QCOMPARE(readAll(file->get(), 3, 100'000), all);
  QVERIFY(writeText(file->get(), {}, 0).has_value());
  QVERIFY(writeText(file->get(), {""}, 0).has_value());
}

SLUICE_TEST(readEndsWithTheFile) {
  TemporaryDirectory directory;
  std::ofstream(directory / "body") << "0123456789";
  auto file = openForReading(directory / "body");
  QVERIFY(file.has_value());
  QCOMPARE(readAll(file->handle.get(), 0, 10), std::string("0123456789"));
  QCOMPARE(readAll(file->handle.get(), 8, 10), std::string("89"));
  QCOMPARE(readAll(file->handle.get(), 10, 10), std::string());
  QCOMPARE(readAll(file->handle.get(), 1'000'000, 10), std::string());
}

SLUICE_TEST(aNewFileStays) {
  TemporaryDirectory directory;
  auto file = openNew(directory / "record");
  QVERIFY(file.has_value());
  QVERIFY(writeText(file->get(), {"kept"}, 0).has_value());
  QCOMPARE(readAll(file->get(), 0, 10), std::string("kept"));
  *file = OwnedHandle();
  QCOMPARE(contentOf(directory / "record"), std::string("kept"));
}

SLUICE_TEST(missingFileIsAnErrorThatNamesIt) {
  TemporaryDirectory directory;
  auto file = openForReading(directory / "body");
  QVERIFY(!file.has_value());
  QCOMPARE(file.error().code, Code::NotFound);
  QVERIFY(file.error().detail.find("body") != std::string::npos);
}

SLUICE_TEST(aNewFileReplacesNone) {
  TemporaryDirectory directory;
  std::ofstream(directory / "record") << "older";
  const auto file = openNew(directory / "record");
  QVERIFY(!file.has_value());
  QVERIFY(file.error().detail.find("record") != std::string::npos);
  QCOMPARE(contentOf(directory / "record"), std::string("older"));
}

SLUICE_TEST(directReadsAreAlignedAndCanBeTurnedOffForOthers) {
  TemporaryDirectory directory;
  constexpr std::size_t kPage = limits::kBlockAlignment;
  const std::string text = std::string(kPage, 'a') + std::string(kPage, 'b') + "tail";
  std::ofstream(directory / "large") << text;
  auto file = openForReading(directory / "large", Caching::Direct);
  QVERIFY(file.has_value());
  if (file->caching != Caching::Direct) QSKIP("this file system knows no direct I/O");
  std::vector<std::byte> memory(3 * kPage);
  void* aligned = memory.data();
  std::size_t space = memory.size();
  QVERIFY(std::align(kPage, 2 * kPage, aligned, space) != nullptr);
  const MutableBytes page(static_cast<std::byte*>(aligned), kPage);
  auto count = readAt(file->handle.get(), page, kPage, "large");
  QVERIFY(count.has_value() && *count == kPage && page[0] == std::byte{'b'});

  QVERIFY(setCaching(file->handle.get(), Caching::Normal, "large").has_value());
  QCOMPARE(readAll(file->handle.get(), kPage - 1, 3), std::string("abb"));
  QVERIFY(setCaching(file->handle.get(), Caching::Direct, "large").has_value());
  count = readAt(file->handle.get(), page, 0, "large");
  QVERIFY(count.has_value() && page[0] == std::byte{'a'});
}
