#include "core/control/decode.h"

#include <flatbuffers/flatbuffers.h>

#include "core/base/limits.h"
#include "core/control/encode.h"
#include "samples.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::control;

namespace {

using Builder = flatbuffers::FlatBufferBuilder;

// Where the fields of a table stand in its vtable, by their order in the schema.
flatbuffers::voffset_t field(int index) { return flatbuffers::FieldIndexToOffset(flatbuffers::voffset_t(index)); }

// A frame made by hand: a union type of any number and a table for it, or none.
std::string frameOf(Builder& out, std::uint8_t type, flatbuffers::Offset<void> table, const char* identifier) {
  const auto start = out.StartTable();
  out.AddElement<std::uint32_t>(field(0), 5, 0);
  out.AddElement<std::uint8_t>(field(1), type, 0);
  if (!table.IsNull()) out.AddOffset(field(2), table);
  out.Finish(flatbuffers::Offset<void>(out.EndTable(start)), identifier);
  return std::string(reinterpret_cast<const char*>(out.GetBufferPointer()), out.GetSize());
}

flatbuffers::Offset<void> emptyTable(Builder& out) { return out.EndTable(out.StartTable()); }

// Whatever the bytes are, decoding gives a message or a protocol fault.
bool isHarmless(Bytes bytes) {
  const auto request = decodeRequest(bytes);
  const auto reply = decodeReply(bytes);
  return (request || request.error().code == Code::ProtocolFault) && (reply || reply.error().code == Code::ProtocolFault);
}

// A connections reply whose rows are all one row, with a target of `textBytes`: small to send, large to copy.
std::string sharedRows(std::size_t count, std::size_t textBytes) {
  Builder out;
  const auto text = out.CreateString(std::string(textBytes, 'x'));
  const auto rowStart = out.StartTable();
  out.AddOffset(field(6), text);
  const flatbuffers::Offset<void> row(out.EndTable(rowStart));
  const auto rows = out.CreateVector(std::vector<flatbuffers::Offset<void>>(count, row));
  const auto replyStart = out.StartTable();
  out.AddOffset(field(1), rows);
  const flatbuffers::Offset<void> reply(out.EndTable(replyStart));
  return frameOf(out, 3, reply, "SLRP");
}

std::vector<std::string> everyFrame() {
  std::vector<std::string> frames;
  for (const auto& request : samples::requests()) frames.push_back(encodeRequest(1, request).substr(4));
  for (const auto& reply : samples::replies()) frames.push_back(encodeReply(1, reply).substr(4));
  return frames;
}

}  // namespace

SLUICE_TEST(aRequestIsNoReplyAndAReplyIsNoRequest) {
  const auto request = encodeRequest(1, Stop{});
  const auto reply = encodeReply(1, Done{});
  QVERIFY(!decodeReply(asBytes(request).subspan(4)));
  QVERIFY(!decodeRequest(asBytes(reply).subspan(4)));
}

SLUICE_TEST(readsFramesAtAnyAlignment) {
  const auto encoded = encodeReply(3, samples::status()).substr(4);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const auto moved = std::string(shift, '-') + encoded;
    const auto message = decodeReply(asBytes(moved).subspan(shift));
    QVERIFY(message.has_value());
    QVERIFY(message->reply == Reply(samples::status()));
  }
}

SLUICE_TEST(truncatedFramesAreFaults) {
  for (const auto& frame : everyFrame()) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto cut = std::vector<std::byte>(asBytes(frame).begin(), asBytes(frame).begin() + std::ptrdiff_t(size));
      QVERIFY(isHarmless(cut));
    }
  }
}

SLUICE_TEST(everyByteMayBeDamaged) {
  for (const auto& frame : everyFrame()) {
    for (std::size_t at = 0; at < frame.size(); ++at) {
      for (const int value : {0x00, 0x01, 0x04, 0x7f, 0x80, 0xff}) {
        auto damaged = std::vector<std::byte>(asBytes(frame).begin(), asBytes(frame).end());
        damaged[at] = static_cast<std::byte>(value);
        QVERIFY(isHarmless(damaged));
      }
    }
  }
}

SLUICE_TEST(messagesOfANewerProgramArriveAsUnknown) {
  Builder out;
  const auto newer = frameOf(out, 200, emptyTable(out), "SLRQ");
  const auto message = decodeRequest(asBytes(newer));
  QVERIFY(message.has_value());
  QCOMPARE(message->stream, StreamId(5));
  QVERIFY(message->request == Request(Unknown{200}));
}

SLUICE_TEST(noMessageAtAllIsUnknown) {
  Builder out;
  const auto none = frameOf(out, 0, {}, "SLRP");
  const auto message = decodeReply(asBytes(none));
  QVERIFY(message.has_value());
  QVERIFY(message->reply == Reply(Unknown{0}));
}

SLUICE_TEST(aTypeWithoutItsTableIsAFault) {
  for (std::uint8_t type = 1; type < std::variant_size_v<Reply>; ++type) {
    Builder out;
    const auto hollow = frameOf(out, type, {}, "SLRP");
    const auto message = decodeReply(asBytes(hollow));
    QVERIFY(!message);
    QVERIFY(message.error().code == Code::ProtocolFault);
  }
}

SLUICE_TEST(numbersOfANewerProgramReadAsSafeOnes) {
  auto sample = samples::sample();
  sample.capture = static_cast<CaptureState>(9);
  const auto encoded = encodeReply(1, sample);
  const auto message = decodeReply(asBytes(encoded).subspan(4));
  QVERIFY(message.has_value());
  QVERIFY(std::get<StatusSample>(message->reply).capture == CaptureState::Off);
}

SLUICE_TEST(rowsThatShareOneTextDoNotMultiplyIt) {
  QVERIFY(decodeReply(asBytes(sharedRows(1, 4000))).has_value());
  QVERIFY(!decodeReply(asBytes(sharedRows(1000, 4000))));
}

SLUICE_TEST(moreRowsThanTheLimitAreAFault) {
  QVERIFY(decodeReply(asBytes(sharedRows(limits::kControlRowsMax, 0))).has_value());
  QVERIFY(!decodeReply(asBytes(sharedRows(limits::kControlRowsMax + 100, 0))));
}

SLUICE_TEST(textOverTheLimitIsAFault) {
  QVERIFY(decodeReply(asBytes(sharedRows(1, limits::kControlTextBytesMax))).has_value());
  QVERIFY(!decodeReply(asBytes(sharedRows(1, limits::kControlTextBytesMax + 1))));
}

SLUICE_TEST(timesBeyondEveryCalendarAreMovedIntoIt) {
  for (const auto extreme : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    control::ConnectionRow row;
    row.openedAt = WallTime(Micros(extreme));
    const auto encoded = encodeReply(1, ConnectionsReply{1, {row}});
    const auto message = decodeReply(asBytes(encoded).subspan(4));
    QVERIFY(message.has_value());
    QVERIFY(std::get<ConnectionsReply>(message->reply).rows[0].openedAt == wallTimeFrom(extreme));
    QVERIFY(wallTimeFrom(extreme) != row.openedAt);
  }
}
