#include "core/codec/websocket/frame_parser.h"

#include <string>

#include "tests/support/test.h"
#include "tests/support/websocket/frames.h"

using namespace sluice;
using namespace sluice::websocket;
using namespace sluice::test;
using namespace std::string_literals;

namespace {

// What is told, in words: "[text 5]Hello." for a frame and its end.
class Notes final : public FrameParser::Events {
 public:
  Result<void> frameBegins(const FrameHeader& header) override {
    text += "[" + std::to_string(int(header.opcode)) + (header.final ? "" : "+") + (header.compressed ? "z" : "") +
            (header.masked ? "m" : "") + " " + std::to_string(header.length) + "]";
    return {};
  }
  Result<void> payload(Bytes bytes) override {
    text += asText(bytes);
    return {};
  }
  Result<void> frameEnds() override {
    text += ".";
    return {};
  }
  std::string text;
};

std::string told(const std::string& wire, std::size_t fragment) {
  FrameParser parser(Side::Client);
  Notes notes;
  for (std::size_t at = 0; at < wire.size(); at += fragment) {
    const auto fed = parser.feed(asBytes(std::string_view(wire).substr(at, fragment)), notes);
    if (!fed) return notes.text + "!" + fed.error().detail;
  }
  return notes.text + (parser.isIdle() ? "" : "...");
}

struct Row {
  std::string wire;
  std::string expected;
};

template <std::size_t Count>
std::string wrongOf(const Row (&rows)[Count]) {
  for (const auto& row : rows) {
    for (const std::size_t fragment : {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), row.wire.size()}) {
      const auto came = told(row.wire, fragment);
      if (came != row.expected) return "expected " + row.expected.substr(0, 60) + ", came " + came.substr(0, 60);
    }
  }
  return {};
}

}  // namespace

SLUICE_TEST(readsFramesOfEveryLength) {
  const Row rows[] = {
      {frame(kFin | 1, "Hello"), "[1 5]Hello."},
      {frame(kFin | 1, "Hello", true), "[1m 5]Hello."},
      {frame(kFin | 2, ""), "[2 0]."},
      {frame(1, "Hel") + frame(kFin | 0, "lo"), "[1+ 3]Hel.[0 2]lo."},
      {frame(kFin | 2, std::string(125, 'x')), "[2 125]" + std::string(125, 'x') + "."},
      {frame(kFin | 2, std::string(126, 'x'), true), "[2m 126]" + std::string(126, 'x') + "."},
      {frame(kFin | 2, std::string(65536, 'x')), "[2 65536]" + std::string(65536, 'x') + "."},
      {frame(kFin | kRsv1 | 1, "z"), "[1z 1]z."},
      {frame(kFin | 9, "ping") + frame(kFin | 10, "ping") + frame(kFin | 8, "\x03\xe8"), "[9 4]ping.[10 4]ping.[8 2]\x03\xe8."},
      {"\x81\x7e\x00\x01x"s, "[1 1]x."},  // a length in more bytes than it needs
      {frame(kFin | 1, "Hello").substr(0, 4), "[1 5]He..."},
      {"\x81\xfe"s, "..."},
  };
  QCOMPARE(wrongOf(rows), std::string());
}

SLUICE_TEST(refusesWhatCouldMeanAnything) {
  const Row rows[] = {
      {frame(kFin | 1, "a") + frame(kFin | 3, "b"), "[1 1]a.!a frame of the reserved opcode 3"},
      {frame(kFin | 15, ""), "!a frame of the reserved opcode 15"},
      {frame(kFin | 0x20 | 1, "b"), "!a frame with a reserved bit set"},
      {frame(kFin | 0x10 | 1, "b"), "!a frame with a reserved bit set"},
      {frame(9, "b"), "!a control frame in parts"},
      {frame(kFin | kRsv1 | 9, "b"), "!a compressed control frame"},
      {frame(kFin | 8, std::string(126, 'x')), "!a control frame of 126 bytes"},
      {"\x82\x7f\x80\0\0\0\0\0\0\0"s, "!a frame of over 2^63 bytes"},
  };
  QCOMPARE(wrongOf(rows), std::string());
}
