// A worker as a process of its own: a Worker, and the port to the supervisor that started it. Takes listeners and requests
// from there, sends records and answers back. Ends when it was drained, or at once when the supervisor is gone.
// Thread of main().
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/control/messages.h"
#include "core/engine/port_link.h"
#include "core/engine/record_sender.h"
#include "core/engine/settings.h"
#include "core/engine/shared_state.h"
#include "core/engine/tls_means.h"
#include "core/engine/worker.h"
#include "core/engine/worker_messages.h"
#include "core/port/shared_page.h"

namespace sluice::engine {

// Of the worker's end of its port. In the worker, a child of its supervisor.
port::Port::Options workerPortOptions();

class WorkerProcess final : private PortLink::Owner {
 public:
  using Log = std::function<void(const std::string&)>;
  // From the handles that this process inherited, and the same settings that its supervisor has. Code::ProtocolFault: it
  // was not started by a supervisor.
  static Result<std::unique_ptr<WorkerProcess>> start(EngineSettings settings, Log log);
  ~WorkerProcess() { sender_.detach(); }
  WorkerProcess(WorkerProcess&&) = delete;

  // Returns when everything has ended. Code::None: in order, as the supervisor asked.
  Error run();

 private:
  WorkerProcess(EngineSettings settings, Log log, platform::PortSocket socket, port::SharedPage<EnginePage> shared,
                port::SharedPage<WorkerCounters> counters);

  void portReceived(port::Incoming& message) override;
  void portRoomAgain() override { sender_.roomAgain(); }
  void portNote(const std::string& what) override { log_(what); }
  void portFailed(const Error& why) override;

  // One event, after the worker's run.
  void turn();
  void answerThatItIsThere(std::uint32_t question);
  void openTls();
  void usePassThrough();
  void useSwitches(Bytes payload);
  void listen(port::Incoming& message);
  void usePlan(Bytes json);
  using Replied = std::function<void(const control::Reply&)>;
  void limit(const control::UseProfile& use, Replied reply);
  void answer(const port::Incoming& message);
  // Again: the supervisor is far behind; whatever it asked for, it asks once more when it has caught up.
  port::Sent send(WorkerMessage type, std::uint32_t stream, Bytes payload);

  const std::vector<ListenerSpec> listeners_;
  const std::filesystem::path keyLogFile_;
  const Log log_;
  port::SharedPage<EnginePage> shared_;
  port::SharedPage<WorkerCounters> counters_;
  RecordSender sender_;
  Worker worker_;
  PortLink link_;
  TlsMeans::Settings tls_;   // until everything of it has come
  std::string passThrough_;  // the same
  std::optional<Error> failure_;
};

}  // namespace sluice::engine
