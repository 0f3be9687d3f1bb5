// Ports on real event loops, one thread each: everything arrives without anybody polling.
#include "core/engine/port_link.h"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <atomic>
#include <thread>

#include "tests/support/eventually.h"
#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

class Side_ final : public PortLink::Owner {
 public:
  explicit Side_(platform::PortSocket socket) {
    port::Port::Options options;
    options.ownPid = options.peerPid = test::ownPid();
    options.queueSlots = 64;
    options.memory = {port::segmentBytes(4), 4};
    link = std::make_unique<PortLink>(loop, std::move(socket), options, *this);
    started = bool(link->start());
    thread = std::thread([this] { loop.run(); });
  }
  ~Side_() { end(); }
  void end() {
    if (!thread.joinable()) return;
    loop.stop();
    thread.join();
    link.reset();
  }

  void portReceived(port::Incoming& message) override {
    bytes += message.payload.size();
    for (const auto& buffer : message.buffers) bytes += buffer.bytes().size();
    ++count;
  }
  void portRoomAgain() override { sendMore(); }
  void portNote(const std::string&) override {}
  void portFailed(const Error&) override { ++failures; }

  void sendMore() {
    while (left > 0) {
      port::Outgoing message;
      message.type = 1;
      message.payload = asBytes("12345678");
      auto buffer = left % 3 == 0 ? link->port().allocate(8) : port::SharedBuffer();
      if (left % 3 == 0 && !buffer) return;
      if (buffer) {
        buffer.size = 8;
        message.payload = {};
        message.buffers = std::span(&buffer, 1);
      }
      const auto sent = link->port().send(message);
      if (buffer) link->port().memory().release(buffer);
      if (sent == port::Sent::Again) return;
      --left;
    }
  }
  void sendMany(int many) {
    asio::post(loop, [this, many] {
      left = many;
      sendMore();
    });
  }

  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  std::unique_ptr<PortLink> link;
  std::thread thread;
  int left = 0;  // loop thread only
  std::atomic<std::size_t> count{0};
  std::atomic<std::size_t> bytes{0};
  std::atomic<int> failures{0};
  bool started = false;
};

struct Links {
  Links() {
    auto pair = platform::PortSocket::makePair(limits::kPortMessageBytes);
    a = std::make_unique<Side_>(std::move(pair->first));
    b = std::make_unique<Side_>(std::move(pair->second));
  }
  std::unique_ptr<Side_> a;
  std::unique_ptr<Side_> b;
};

}  // namespace

SLUICE_TEST(messagesOfBothDirectionsArriveOnTheirLoops) {
  Links links;
  QVERIFY(links.a->started && links.b->started);
  constexpr int kMany = 20'000;
  links.a->sendMany(kMany);
  links.b->sendMany(kMany);
  QVERIFY(test::eventually([&] { return links.a->count == kMany && links.b->count == kMany; }));
  QCOMPARE(links.a->bytes.load(), std::size_t(kMany) * 8);
  QCOMPARE(links.b->bytes.load(), std::size_t(kMany) * 8);
}

SLUICE_TEST(theEndOfTheOtherSideIsToldOnce) {
  Links links;
  links.b->end();
  QVERIFY(test::eventually([&] { return links.a->failures == 1; }));
}
