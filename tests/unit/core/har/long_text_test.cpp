#include "core/har/long_text.h"

#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::har;
using namespace sluice::store::test;

namespace {

Result<std::string> contentsOf(const LongText& text) {
  std::string all;
  const auto read = text.each([&](std::string_view piece) -> Result<void> {
    if (piece.empty() || piece.size() > LongText::kHeldBytesMax) return fail(Side::Local, Code::BadArgument, "a piece of odd size");
    all += piece;
    return {};
  });
  return read ? Result<std::string>(std::move(all)) : fail(read.error());
}

}  // namespace

SLUICE_TEST(givesBackWhatWasAddedHoweverLong) {
  const TempFolder folder;
  const std::string bytes = pattern(3 * LongText::kHeldBytesMax + 7);
  for (const std::size_t size : {std::size_t(0), std::size_t(5), LongText::kHeldBytesMax, LongText::kHeldBytesMax + 1, bytes.size()}) {
    for (const std::size_t pieceBytes : {std::size_t(1000), LongText::kHeldBytesMax, bytes.size()}) {
      LongText text(folder.path());
      for (std::size_t at = 0; at < size; at += pieceBytes) {
        VERIFY_OK(text.add(std::string_view(bytes).substr(at, std::min(pieceBytes, size - at))));
      }
      QCOMPARE(text.bytes(), std::uint64_t(size));
      for (int times = 0; times < 2; ++times) QVERIFY(contentsOf(text).value() == bytes.substr(0, size));
    }
  }
  QVERIFY(fs::is_empty(folder.path()));
}

SLUICE_TEST(saysWhenThereIsNoPlaceForIt) {
  const TempFolder folder;
  LongText text(folder / "missing");
  VERIFY_OK(text.add("short"));
  QVERIFY(!text.add(std::string(LongText::kHeldBytesMax, 'x')));
  QVERIFY(text.bytes() >= 5);
}
