// The place of one worker at the supervisor: starts the process, hands it the listeners, takes its records and answers, and
// starts another when it dies: at once, or after a while when it died soon before. Supervisor's loop.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/control/messages.h"
#include "core/engine/patience.h"
#include "core/engine/port_link.h"
#include "core/engine/record_intake.h"
#include "core/engine/settings.h"
#include "core/engine/shared_state.h"
#include "core/engine/tls_means.h"
#include "core/engine/worker_messages.h"
#include "core/port/shared_page.h"
#include "core/throttle/plan.h"
#include "platform/child_process.h"
#include "platform/net/listener.h"

namespace sluice::engine {

class WorkerSlot final : private PortLink::Owner {
 public:
  struct Listening {
    net::Listener listener;
    std::string label;
  };
  // What slots share.
  struct Means {
    asio::io_context& loop;
    const EngineSettings& settings;
    const TlsMeans::Settings& tls;
    port::SharedPage<EnginePage>& shared;
    const std::vector<Listening>& listening;
    capture::Sink& sink;
    std::function<bool(std::size_t)> mayRecord;
    OpenIds& open;
    const throttle::Plan& plan;     // of network profiles, as it is now
    std::function<void()> changed;  // a worker has its listeners, has ended, or everything that it left is recorded
  };

  // REQUIRES: means outlive the slot.
  WorkerSlot(const Means& means, std::size_t index);
  ~WorkerSlot();
  WorkerSlot(WorkerSlot&&) = delete;

  Result<void> start();
  // The worker lets its exchanges end, and no other is started.
  void drain();
  // Without further patience.
  void kill();
  // Tells the worker of the plan, and of the hosts that pass through.
  void sendPlan();
  void sendPassThrough();
  // As the settings say now.
  void sendSwitches();
  // No listener is still on its way to the worker: from here on they may be closed.
  bool hasHandedListeners() const { return listenersOnTheirWay_ == 0; }
  // ENSURES: no process runs and everything that any said is recorded.
  bool isFinished() const { return draining_ && !running_ && intakes_.empty(); }

  using Answered = std::function<void(std::optional<control::Reply>)>;
  // Nothing: there is no worker, or it ended before it answered.
  void ask(const control::Request& request, Answered answered);

  // The recorder has written something.
  void pump();
  // A second has passed: a worker that answers no more is replaced.
  void tick();

  struct Figures {
    WorkerCounters counters;  // of every worker that there was; what is open, of this one
    std::uint64_t restarts = 0;
    std::uint64_t queuedMessages = 0;  // sent by the worker and not yet taken
    port::IncomingSegments::Use memory;  // that it shares, now
    std::uint64_t waitingBytes = 0;    // taken, and not yet with the recorder
    std::uint64_t badRecords = 0;
    bool runs = false;
  };
  Figures figures() const;
  std::int64_t processId() const { return running_ ? running_->child.id() : 0; }

 private:
  struct Running {
    port::SharedPage<WorkerCounters> counters;
    platform::ChildProcess child;
    std::unique_ptr<PortLink> link;
    std::chrono::steady_clock::time_point startedAt;
    Patience patience;
    std::uint64_t recordMessages = 0;  // that came
  };

  void portReceived(port::Incoming& message) override;
  void portRoomAgain() override {}
  void portNote(const std::string& what) override;
  void portFailed(const Error& why) override;

  void send(WorkerMessage type, std::uint32_t stream, Bytes payload);
  void sendPieces(WorkerMessage type, const std::string& text);
  void sendTls();
  void handListeners();
  void listenerHanded();
  void answered(std::uint32_t stream, Bytes payload);
  void fault(std::string what);
  void ended();
  void startAgain();
  void dropFinishedIntakes();
  std::string name() const;

  const Means means_;
  const std::size_t index_;
  asio::steady_timer restartTimer_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::optional<Running> running_;
  // The last one is the running worker's; those before wait for the recorder.
  std::vector<std::unique_ptr<RecordIntake>> intakes_;
  std::vector<std::pair<std::uint32_t, Answered>> asked_;
  std::uint32_t nextStream_ = 1;
  std::string endedBecause_;
  WorkerCounters gone_;  // sums of the workers that ended
  std::uint64_t badRecordsGone_ = 0;
  std::uint64_t restarts_ = 0;
  unsigned soonDeaths_ = 0;  // in a row
  std::size_t listenersOnTheirWay_ = 0;
  bool draining_ = false;
  bool drained_ = false;
};

}  // namespace sluice::engine
