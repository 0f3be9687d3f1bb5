// The N-th send of a port's socket fails, for every N: a message, a fragment, a marker's wake-up, a greeting, word of room.
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/port/ends.h"
#include "tests/support/port/failing_sends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

namespace {

constexpr std::uint32_t kQueueSlots = 4;

struct Said {
  int sent = 0;    // taken: on their way, or kept
  int queued = 0;  // of these, kept
  int completed = 0;
};

// A conversation of everything that goes over the socket or wakes somebody: before the greeting, small, long, with chunks, with
// handles, in a queue that is soon full.
class Conversation {
 public:
  Conversation() : pair_(options(), false) {}

  Said run() {
    say(3000);
    say(40'000);
    pair_.run(3);
    for (int round = 0; round < 3; ++round) {
      say(10);
      say(100'000);
      say(20'000, pair_.a->port->peerMemory().segments() == 0);
      const auto shared = pair_.a->sendShared(3, std::string(20'000, 's'));
      if (shared == Sent::Done || shared == Sent::Queued) ++said_.sent;
      for (int i = 0; i < 6; ++i) say(4);
      pair_.b->send(1, "back");
      pair_.run(3);
    }
    pair_.run(100);
    return said_;
  }
  PortEnd& a() { return *pair_.a; }
  PortEnd& b() { return *pair_.b; }

 private:
  static Port::Options options() {
    Port::Options options;
    options.queueSlots = kQueueSlots;
    options.memory = {segmentBytes(4), 4};
    return options;
  }
  void say(std::size_t bytes, bool withHandle = false) {
    const std::string text(bytes, 'x');
    auto page = platform::SharedMemory::create(4096);
    const platform::Handle handle = page->handle();
    Outgoing message;
    message.type = 1;
    message.stream = ++streams_;
    message.payload = asBytes(text);
    if (withHandle) message.handles = std::span(&handle, 1);
    pages_.push_back(std::move(*page));
    message.done = [this](Sent) { ++said_.completed; };
    const auto sent = pair_.a->port->send(message);
    if (sent == Sent::Done || sent == Sent::Queued) ++said_.sent;
    if (sent == Sent::Queued) ++said_.queued;
  }

  PortPair pair_;
  std::vector<platform::SharedMemory> pages_;
  std::uint32_t streams_ = 0;
  Said said_;
};

}  // namespace

SLUICE_TEST(wheneverASendFailsThePortFailsOnceAndNothingIsLeft) {
  for (const int how : {EIO, EPIPE, EMSGSIZE}) {
    std::size_t sends = 0;
    for (std::size_t which = 1;; ++which) {
      failSend(which, how);
      Conversation conversation;
      const auto said = conversation.run();
      if ((sends = failSend(0)) < which) break;
      const std::string where = "send " + std::to_string(which) + ", error " + std::to_string(how);
      std::size_t failures = 0;
      for (auto* end : {&conversation.a(), &conversation.b()}) {
        QVERIFY2(end->failures.size() <= 1, where.c_str());
        failures += end->failures.size();
        // A peer that is gone is found out by reading to its end, and it is not gone here: until then nothing is sent.
        if (how == EPIPE) continue;
        QVERIFY2(!end->port->hasFailed() || end->port->backlogBytes() == 0, where.c_str());
        auto& memory = end->port->memory();
        end->kept.clear();
        QVERIFY2(!end->port->hasFailed() || memory.freeChunks() == memory.chunks(), where.c_str());
      }
      // The other end may find what it had not yet taken given back.
      if (how != EPIPE) QVERIFY2(failures >= 1, where.c_str());
      if (how != EPIPE) QVERIFY2(!conversation.a().port->hasFailed() || said.completed == said.queued, where.c_str());
    }
    QVERIFY(sends > 15);
  }
}

SLUICE_TEST(aSocketWithoutRoomForAGreetingIsNoPort) {
  auto sockets = platform::PortSocket::makePair(limits::kPortMessageBytes);
  failSend(1, EAGAIN);
  const PortEnd end(std::move(sockets->first));
  failSend(0);
  QVERIFY(!end.started);
}

// Its marker is in the queue already, and the reader, who has no doorbell, is to be woken over the socket.
SLUICE_TEST(aMessageWhoseMarkerCannotBeToldOfIsNotTaken) {
  LonePort lone({}, false);
  const auto queue = platform::SharedMemory::create(queueBytes(kQueueSlots));
  const platform::Handle handle = queue->handle();
  Hello hello;
  hello.queueSlots = kQueueSlots;
  QVERIFY(lone.raw.say(lone.raw.header(type::kHello, sizeof hello), bytesOf(hello), std::span(&handle, 1)));
  lone.end->turn();
  QVERIFY(QueueReader<>(queue->data(), kQueueSlots).becomeIdle());
  auto watched = platform::PortSocket::makePair(limits::kPortMessageBytes);
  const platform::Handle given = watched->second.take().release();
  const std::string text(100, 'x');
  Outgoing message;
  message.type = 1;
  message.payload = asBytes(text);
  message.handles = std::span(&given, 1);
  message.afterSending = AfterSending::CloseHandles;
  failSend(1, EIO);
  const auto sent = lone.end->port->send(message);
  failSend(0);
  QCOMPARE(sent, Sent::Failed);
  QCOMPARE(lone.end->failures.size(), std::size_t(1));
  QVERIFY(!lone.end->port->hasBacklog());
  std::byte byte;
  platform::PortSocket::Message end;
  QVERIFY(watched->first.receive(MutableBytes(&byte, 1), end).status == IoResult::Status::End);
}

SLUICE_TEST(wheneverTheSocketHasNoRoomEverythingArrivesAllTheSame) {
  constexpr std::size_t kGreetings = 2;  // of which one that does not leave is told by start()
  for (std::size_t which = kGreetings + 1;; ++which) {
    failSend(which, EAGAIN);
    Conversation conversation;
    const auto said = conversation.run();
    if (failSend(0) < which) break;
    const std::string where = "send " + std::to_string(which);
    QVERIFY2(conversation.a().failures.empty() && conversation.b().failures.empty(), where.c_str());
    QVERIFY2(conversation.b().messages.size() == std::size_t(said.sent), where.c_str());
    QVERIFY2(said.completed == said.queued, where.c_str());
  }
}
