// A program in the place of a worker, which says what its first argument names, until its supervisor ends it:
//   records N   so many messages of records, an exchange that begins in each
//   unknown     messages of a type that does not exist, without end
//   answers     answers that nobody asked for, without end
#include <asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "core/engine/port_link.h"
#include "core/engine/record_sender.h"
#include "core/engine/shared_state.h"
#include "core/engine/worker_messages.h"
#include "core/engine/worker_process.h"
#include "core/port/shared_page.h"
#include "platform/child_process.h"

namespace {

using namespace sluice;
using namespace sluice::engine;

platform::OwnedHandle inherited(WorkerHandle which) { return platform::inheritedHandle(static_cast<std::size_t>(which)); }

class OddWorker final : private PortLink::Owner {
 public:
  explicit OddWorker(port::SharedPage<WorkerCounters> counters)
      : counters_(std::move(counters)),
        sender_(counters_.get()),
        link_(loop_, platform::PortSocket(inherited(WorkerHandle::Port)), workerPortOptions(), *this) {
    sender_.attach(loop_, link_.port());
  }

  int run(const std::string& what, std::uint64_t count) {
    if (!link_.start()) return 1;
    while (!failed_ && !link_.port().isReady()) loop_.run_one();
    if (what == "records") record(count);
    while (!failed_) {
      if (what != "records") say(what == "unknown" ? 99 : static_cast<std::uint8_t>(WorkerMessage::Answer));
      what == "records" ? loop_.run_one() : loop_.poll();
    }
    return 0;
  }

 private:
  void record(std::uint64_t count) {
    for (std::uint64_t i = 1; i <= count; ++i) {
      capture::ExchangeStarted started;
      started.exchange = ExchangeId{i};
      sender_.record(std::move(started));
      sender_.flush();
    }
  }
  void say(std::uint8_t type) {
    port::Outgoing message;
    message.type = type;
    message.payload = asBytes("odd");
    static_cast<void>(link_.port().send(message));
  }

  void portReceived(port::Incoming&) override {}
  void portRoomAgain() override { sender_.roomAgain(); }
  void portNote(const std::string&) override {}
  void portFailed(const Error&) override {
    failed_ = true;
    loop_.stop();
  }

  asio::io_context loop_;
  port::SharedPage<WorkerCounters> counters_;
  RecordSender sender_;
  PortLink link_;
  bool failed_ = false;
};

}  // namespace

int main(int count, char** arguments) {
  auto counters = port::SharedPage<WorkerCounters>::map(inherited(WorkerHandle::Counters));
  if (!counters || count < 2) return 1;
  return OddWorker(std::move(*counters)).run(arguments[1], count > 2 ? std::stoull(arguments[2]) : 0);
}
