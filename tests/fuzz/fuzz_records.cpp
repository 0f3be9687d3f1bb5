// Any bytes as what a worker sends to the recorder: records as bytes, and messages of them with references to bodies.
//
// The first byte says how much of the rest lies beside the records, for references. What must hold: nothing is read outside of what came,
// no more comes out than came in, a record that was understood is the same after another trip, and when the worker is gone nothing is left
// open.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/base/assert.h"
#include "core/capture/record_codec.h"
#include "core/engine/record_intake.h"
#include "tests/support/port/ends.h"

namespace {

using namespace sluice;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

struct Counting final : capture::Sink {
  bool record(capture::Record record) override {
    if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) bodyBytes += chunk->bytes.size();
    if (std::holds_alternative<capture::ExchangeStarted>(record)) ++open;
    if (std::holds_alternative<capture::ExchangeEnded>(record)) --open;
    return ++records % 7 != 0;  // and now and then there is no room for a body
  }
  std::size_t records = 0;
  std::size_t bodyBytes = 0;
  long open = 0;
};

void oneRecord(Bytes bytes) {
  const auto record = capture::decode(bytes);
  if (!record) return;
  std::string first, second;
  capture::encode(*record, first);
  const auto again = capture::decode(asBytes(first));
  require(again.has_value(), "a record is not understood after another trip");
  capture::encode(*again, second);
  require(first == second, "a record has changed on another trip");
}

// Two ends of a port that live as long as the program: making them is most of the work.
test::PortPair& ports() {
  static auto* pair = [] {
    auto* made = new test::PortPair;
    made->b->keepBuffers = true;
    return made;
  }();
  return *pair;
}

std::vector<port::ReceivedBuffer> sent(Bytes records, Bytes beside) {
  std::array<port::SharedBuffer, 2> buffers;
  std::size_t count = 0;
  for (const Bytes bytes : {records, beside}) {
    if (bytes.empty()) continue;
    auto& buffer = buffers[count++] = ports().a->port->allocate(bytes.size());
    require(bool(buffer), "chunks are lost");
    std::memcpy(buffer.data, bytes.data(), bytes.size());
    buffer.size = static_cast<std::uint32_t>(bytes.size());
  }
  if (count == 0) return {};
  port::Outgoing message;
  message.type = 1;
  message.buffers = std::span(buffers).first(count);
  require(ports().a->port->send(message) == port::Sent::Done, "a message cannot be sent");
  ports().run(2);
  ports().b->messages.clear();
  return std::exchange(ports().b->kept, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  setBugsAreFatal(true);
  if (size == 0) return 0;
  const Bytes all = std::as_bytes(std::span(data + 1, size - 1));
  const Bytes beside = all.last(std::min<std::size_t>(data[0], all.size()));
  oneRecord(all);

  Counting sink;
  engine::OpenIds open;
  engine::RecordIntake intake(sink, [](std::size_t) { return true; }, open);
  for (int i = 0; i < 2; ++i) intake.add(sent(all.first(all.size() - beside.size()), beside));
  require(sink.bodyBytes <= 2 * all.size(), "more came out than came in");
  intake.workerGone({Code::Aborted, Side::Local, 0, "gone"}, [] { return WallTime(); });
  require(intake.isFinished() && sink.open == 0, "something stays open");
  require(open.exchanges.empty() && open.connections.empty(), "what is open is not known to have ended");
  return 0;
}
