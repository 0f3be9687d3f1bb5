#include "core/codec/websocket/message_reader.h"

#include <string>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/test.h"
#include "tests/support/websocket/frames.h"

using namespace sluice;
using namespace sluice::websocket;
using namespace sluice::test;

namespace {

std::vector<Message> read(const std::string& wire, std::size_t fragment, std::optional<Inflater::Context> inflation = {}) {
  std::vector<Message> messages;
  MessageReader reader(Side::Client, inflation, [&](Message message) { messages.push_back(std::move(message)); });
  for (std::size_t at = 0; at < wire.size(); at += fragment) {
    reader.feed(asBytes(std::string_view(wire).substr(at, fragment)));
  }
  reader.finish();
  return messages;
}

constexpr std::size_t kFragments[] = {1, 2, 3, 7, 1'000'000};

}  // namespace

SLUICE_TEST(putsAMessageTogetherAroundControlFrames) {
  const auto wire = frame(1, "Hel", true) + frame(kFin | 9, "are you there", true) + frame(0, "lo ", true) +
                    frame(kFin | 0, "world", true) + frame(kFin | 2, "", true) + frame(kFin | 8, "\x03\xe8", true);
  for (const auto fragment : kFragments) {
    const auto messages = read(wire, fragment);
    QCOMPARE(messages.size(), std::size_t(4));
    QVERIFY(messages[0].opcode == Opcode::Ping && messages[0].payload == "are you there");
    QVERIFY(messages[1].opcode == Opcode::Text && messages[1].payload == "Hello world");
    QCOMPARE(messages[1].wireBytes, 11u);
    QVERIFY(messages[2].opcode == Opcode::Binary && messages[2].payload.empty());
    QVERIFY(messages[3].opcode == Opcode::Close && messages[3].payload == "\x03\xe8");
    for (const auto& message : messages) QCOMPARE(message.fault, std::string());
  }
}

SLUICE_TEST(inflatesWhatWasCompressedAndOnlyThat) {
  Deflater deflater;
  const auto first = deflater.message("the same words, the same words");
  const auto second = deflater.message("the same words, the same words");
  const auto wire = frame(kFin | kRsv1 | 1, first) + frame(kFin | 1, "plain") + frame(kRsv1 | 1, second.substr(0, 2)) +
                    frame(kFin | 0, second.substr(2));
  for (const auto fragment : kFragments) {
    const auto messages = read(wire, fragment, Inflater::Context::Kept);
    QCOMPARE(messages.size(), std::size_t(3));
    QCOMPARE(messages[0].payload, std::string("the same words, the same words"));
    QCOMPARE(messages[0].bytes, 30u);
    QCOMPARE(messages[0].wireBytes, first.size());
    QVERIFY(messages[0].compressed && !messages[1].compressed && messages[2].compressed);
    QCOMPARE(messages[1].payload, std::string("plain"));
    QCOMPARE(messages[2].payload, messages[0].payload);
  }
}

SLUICE_TEST(keepsTheBeginningOfALongMessageAndItsSize) {
  const std::string payload(limits::kMessageBytesKept + 5000, 'x');
  const auto messages = read(frame(kFin | 2, payload, true), 100'000);
  QCOMPARE(messages.size(), std::size_t(1));
  QCOMPARE(messages[0].payload.size(), limits::kMessageBytesKept);
  QCOMPARE(messages[0].bytes, payload.size());
}

SLUICE_TEST(tellsOfWhatIsWrongOnceAndThenReadsNoMore) {
  const struct {
    const char* name;
    std::string wire;
    const char* fault;
    std::string payload;
  } rows[] = {
      {"reserved opcode", frame(kFin | 5, "x"), "reserved opcode 5", ""},
      {"continuation of nothing", frame(kFin | 0, "x"), "continuation of no message", ""},
      {"message inside a message", frame(1, "begun") + frame(kFin | 1, "x"), "inside another", "begun"},
      {"compression not agreed on", frame(kFin | kRsv1 | 1, "x"), "no compression was agreed on", ""},
      {"unfinished", frame(1, "begun"), "ended inside", "begun"},
      {"unfinished frame", frame(kFin | 1, "begun").substr(0, 5), "ended inside", "beg"},
      {"unfinished head", frame(kFin | 1, "begun").substr(0, 1), "ended inside", ""},
      {"unfinished ping", frame(kFin | 9, "begun").substr(0, 4), "ended inside", "be"},
  };
  for (const auto& row : rows) {
    for (const auto fragment : kFragments) {
      const auto before = frame(kFin | 1, "good");
      const bool unfinished = std::string_view(row.fault) == "ended inside";
      const auto messages = read(before + row.wire + (unfinished ? "" : frame(kFin | 1, "never read")), fragment);
      QVERIFY2(messages.size() == 2, row.name);
      QVERIFY2(messages[0].payload == "good" && messages[0].fault.empty(), row.name);
      QVERIFY2(messages[1].fault.find(row.fault) != std::string::npos, messages[1].fault.c_str());
      QVERIFY2(messages[1].payload == row.payload, row.name);
    }
  }
}

SLUICE_TEST(tellsOfAMessageThatDoesNotInflate) {
  const auto messages = read(frame(kFin | kRsv1 | 1, "\xff\xff\xff\xff"), 2, Inflater::Context::Kept);
  QCOMPARE(messages.size(), std::size_t(1));
  QVERIFY(messages[0].fault.find("permessage-deflate") != std::string::npos);
  const std::string bomb = Deflater().message(std::string(std::size_t(limits::kMessageInflatedBytesMax) + 1, '0'));
  const auto stopped = read(frame(kFin | kRsv1 | 2, bomb), 1'000'000, Inflater::Context::Kept);
  QCOMPARE(stopped.size(), std::size_t(1));
  QVERIFY2(stopped[0].fault.find("inflates to more") != std::string::npos, stopped[0].fault.c_str());
  QVERIFY(stopped[0].payload.size() <= limits::kMessageBytesKept);
}

SLUICE_TEST(anOrderlyEndTellsNothing) { QVERIFY(read(frame(kFin | 1, "x"), 1).size() == 1 && read("", 1).empty()); }
