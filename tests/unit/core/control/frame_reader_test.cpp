#include "core/control/frame_reader.h"

#include <string>
#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::control;

namespace {

std::string framed(std::string_view body) {
  const auto size = body.size();
  std::string frame;
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>(size >> shift & 0xff));
  return frame.append(body);
}

struct Outcome {
  std::vector<std::string> frames;
  bool failed = false;
};

// Feeds `stream` in pieces of `pieceBytes`.
Outcome readAll(FrameReader& reader, std::string_view stream, std::size_t pieceBytes) {
  Outcome outcome;
  while (!stream.empty()) {
    auto rest = asBytes(stream.substr(0, pieceBytes));
    stream.remove_prefix(rest.size());
    for (;;) {
      const auto frame = reader.next(rest);
      if (!frame) {
        outcome.failed = true;
        return outcome;
      }
      if (!*frame) break;
      outcome.frames.emplace_back(asText(**frame));
    }
  }
  return outcome;
}

constexpr std::size_t kWhole = 1 << 20;
constexpr std::size_t kPieces[] = {1, 2, 3, 7, kWhole};

}  // namespace

SLUICE_TEST(cutsAStreamIntoFramesAtAnyFragmentSize) {
  const std::vector<std::string> bodies = {"a", "bc", std::string(300, 'x'), std::string("\0\xff\r\n", 4), "last"};
  std::string stream;
  for (const auto& body : bodies) stream += framed(body);
  for (const auto pieceBytes : kPieces) {
    FrameReader reader(300);
    const auto outcome = readAll(reader, stream, pieceBytes);
    QVERIFY(!outcome.failed);
    QVERIFY(outcome.frames == bodies);
    QVERIFY(reader.betweenFrames());
  }
}

SLUICE_TEST(refusesAFrameOverTheLimitBeforeItsBodyArrives) {
  for (const auto pieceBytes : kPieces) {
    FrameReader reader(300);
    const auto outcome = readAll(reader, framed("fine") + framed(std::string(301, 'x')).substr(0, 4), pieceBytes);
    QVERIFY(outcome.failed);
    QCOMPARE(outcome.frames.size(), std::size_t(1));
  }
}

SLUICE_TEST(refusesAnEmptyFrameAndStaysBroken) {
  FrameReader reader(300);
  QVERIFY(readAll(reader, framed(""), 1).failed);
  const auto good = framed("good");
  auto more = asBytes(good);
  const auto again = reader.next(more);
  QVERIFY(!again);
  QVERIFY(again.error().code == Code::ProtocolFault);
}

SLUICE_TEST(lengthIsLittleEndianAndUnsigned) {
  FrameReader reader(0xffff'ffff);
  auto bytes = asBytes(std::string_view("\x03\x02\x00\x00", 4));
  QVERIFY(!*reader.next(bytes));
  const std::string body(0x203, 'x');
  auto rest = asBytes(body);
  const auto frame = reader.next(rest);
  QVERIFY(frame && *frame);
  QCOMPARE((*frame)->size(), std::size_t(0x203));
}

SLUICE_TEST(knowsWhetherAFrameIsBegun) {
  FrameReader reader(300);
  QVERIFY(reader.betweenFrames());
  QVERIFY(readAll(reader, framed("abc").substr(0, 2), kWhole).frames.empty());
  QVERIFY(!reader.betweenFrames());
  QVERIFY(readAll(reader, framed("abc").substr(2, 3), kWhole).frames.empty());
  QVERIFY(!reader.betweenFrames());
  QCOMPARE(readAll(reader, framed("abc").substr(5), kWhole).frames.size(), std::size_t(1));
  QVERIFY(reader.betweenFrames());
}
