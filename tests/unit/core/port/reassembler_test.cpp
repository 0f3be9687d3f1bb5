#include "core/port/reassembler.h"

#include "core/base/limits.h"
#include "platform/shared_memory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using Outcome = Reassembler::Outcome;

namespace {

MessageHeader part(std::uint32_t stream, std::uint8_t flags, std::uint32_t pid = 1) {
  MessageHeader header;
  header.stream = stream;
  header.pid = pid;
  header.type = 4;
  header.flags = flags;
  return header;
}
constexpr std::uint8_t kFirst = flag::kMoreFollow;
constexpr std::uint8_t kMiddle = flag::kMoreFollow | flag::kNotFirst;
constexpr std::uint8_t kEnd = flag::kNotFirst | flag::kLast;

std::string textOf(const WholeMessage& message) { return std::string(asText(message.payload)); }

// Two ends: whether the handle that was given away is closed shows at the other.
struct Watched {
  Watched() : pair(std::move(*platform::PortSocket::makePair(64))) {}
  Handles given() {
    Handles handles;
    handles[0] = pair.second.take();
    return handles;
  }
  bool closed() {
    std::byte byte;
    platform::PortSocket::Message message;
    return pair.first.receive(MutableBytes(&byte, 1), message).status == IoResult::Status::End;
  }
  std::pair<platform::PortSocket, platform::PortSocket> pair;
};

}  // namespace

SLUICE_TEST(fragmentsAreJoinedByStreamAndSender) {
  Reassembler joined;
  QCOMPARE(joined.add(part(1, kFirst), asBytes("a"), {}), Outcome::Incomplete);
  QCOMPARE(joined.add(part(2, kFirst), asBytes("x"), {}), Outcome::Incomplete);
  QCOMPARE(joined.add(part(1, kFirst, 2), asBytes("m"), {}), Outcome::Incomplete);
  QCOMPARE(joined.add(part(1, kMiddle), asBytes("b"), {}), Outcome::Incomplete);
  QCOMPARE(joined.add(part(1, kEnd), asBytes("c"), {}), Outcome::Whole);
  auto whole = joined.take();
  QCOMPARE(textOf(whole), std::string("abc"));
  QVERIFY(whole.header.has(flag::kLast) && !whole.header.has(flag::kMoreFollow));
  QCOMPARE(whole.header.size, 3u);
  QCOMPARE(joined.add(part(1, kEnd, 2), asBytes("n"), {}), Outcome::Whole);
  QCOMPARE(textOf(joined.take()), std::string("mn"));
  QCOMPARE(joined.add(part(2, kEnd), asBytes("y"), {}), Outcome::Whole);
  QCOMPARE(textOf(joined.take()), std::string("xy"));
  QCOMPARE(joined.begun(), std::size_t(0));
}

SLUICE_TEST(aDuplicateFirstFragmentIsDroppedWithItsHandlesClosed) {
  Reassembler joined;
  Watched watched;
  QCOMPARE(joined.add(part(1, kFirst), asBytes("a"), {}), Outcome::Incomplete);
  QCOMPARE(joined.add(part(1, kFirst), asBytes("z"), watched.given()), Outcome::Dropped);
  QVERIFY(watched.closed());
  QVERIFY(!joined.why().empty());
  QCOMPARE(joined.add(part(1, kEnd), asBytes("b"), {}), Outcome::Whole);
  QCOMPARE(textOf(joined.take()), std::string("ab"));
}

SLUICE_TEST(aFragmentWithoutAFirstOneIsDroppedWithItsHandlesClosed) {
  Reassembler joined;
  Watched watched;
  QCOMPARE(joined.add(part(1, kEnd), asBytes("a"), watched.given()), Outcome::Dropped);
  QVERIFY(watched.closed());
}

SLUICE_TEST(handlesComeWithTheFirstFragmentOnly) {
  Reassembler joined;
  Watched first;
  Watched later;
  QCOMPARE(joined.add(part(1, kFirst), asBytes("a"), first.given()), Outcome::Incomplete);
  QCOMPARE(joined.add(part(1, kEnd), asBytes("b"), later.given()), Outcome::Whole);
  QVERIFY(later.closed());
  QVERIFY(!first.closed());
  QVERIFY(bool(joined.take().handles[0]));
}

SLUICE_TEST(aCancelledStreamStillConsumesItsFragments) {
  Reassembler joined;
  Watched watched;
  QCOMPARE(joined.add(part(1, kFirst), asBytes("a"), watched.given()), Outcome::Incomplete);
  QVERIFY(joined.cancel(1, 1));
  QVERIFY(watched.closed());
  QCOMPARE(joined.add(part(1, kMiddle), asBytes("b"), {}), Outcome::Dropped);
  QVERIFY(joined.why().empty());
  QCOMPARE(joined.add(part(1, kEnd), asBytes("c"), {}), Outcome::Dropped);
  QCOMPARE(joined.begun(), std::size_t(0));
  QVERIFY(!joined.cancel(1, 1));
}

SLUICE_TEST(whatIsBegunIsLimitedInNumberAndBytes) {
  Reassembler joined;
  for (std::uint32_t i = 0; i < 2 * limits::kPortPartialsMax; ++i) {
    QCOMPARE(joined.add(part(i, kFirst), asBytes("a"), {}), Outcome::Incomplete);
  }
  QCOMPARE(joined.add(part(9999, kFirst), asBytes("a"), {}), Outcome::Dropped);
  const std::string mebibyte(limits::kMiB, 'x');
  std::size_t kept = 0;
  while (joined.add(part(1, kMiddle), asBytes(mebibyte), {}) == Outcome::Incomplete) ++kept;
  QVERIFY(kept * limits::kMiB <= limits::kPortPartialBytesMax);
  QVERIFY(!joined.why().empty());
  QCOMPARE(joined.add(part(2, kEnd), asBytes("b"), {}), Outcome::Whole);
}

SLUICE_TEST(whatHasComeWholeCountsNoMore) {
  Reassembler joined;
  const std::string mebibyte(limits::kMiB, 'x');
  for (std::size_t bytes = 0; bytes <= limits::kPortPartialBytesMax; bytes += 2 * limits::kMiB) {
    QCOMPARE(joined.add(part(1, kFirst), asBytes(mebibyte), {}), Outcome::Incomplete);
    QCOMPARE(joined.add(part(1, kEnd), asBytes(mebibyte), {}), Outcome::Whole);
    QCOMPARE(textOf(joined.take()).size(), 2 * limits::kMiB);
  }
}
