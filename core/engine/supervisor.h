// The engine as a whole: owns the listening sockets, the recorder and the control endpoint, and keeps worker processes
// running that own the connections. Lives on the thread of main().
//
// All workers accept from the same listening sockets, which stay open here: whichever worker is free takes the next
// connection, and while one is being replaced the others go on, or who connects waits in the system's queue. A socket of its
// own for each worker (SO_REUSEPORT) would leave a dead worker's share of that queue to nobody.
//
// Order of stopping: listeners, running exchanges (drained), workers, recorder (committed), control connections.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/control/messages.h"
#include "core/engine/control_server.h"
#include "core/engine/profile_desk.h"
#include "core/engine/self_test.h"
#include "core/engine/settings.h"
#include "core/engine/shared_state.h"
#include "core/engine/tls_means.h"
#include "core/engine/worker_slot.h"
#include "core/port/shared_page.h"
#include "core/session/pass_list.h"
#include "core/store/recorder.h"
#include "core/throttle/adjustment.h"
#include "platform/control_endpoint.h"
#include "platform/data_dir_lock.h"
#include "platform/stop_requests.h"

namespace sluice::engine {

class Supervisor final : private ControlServer::Engine {
 public:
  // Takes the data directory, opens the history, binds the listeners. Errors: DataDirInUse, AccessDenied, AddressInUse,
  // DatabaseTooNew and the like; the detail names the thing.
  static Result<std::unique_ptr<Supervisor>> start(EngineSettings settings);
  ~Supervisor();
  Supervisor(Supervisor&&) = delete;

  // As bound, in the order of the settings: "regular 127.0.0.1:41234".
  const std::vector<control::ListenerStatus>& listeners() const { return listeners_; }
  // What was wrong at the start and was left out: a damaged database, moved aside, or a profile that cannot be read. Sentences for the
  // user, usually none.
  const std::string& notice() const { return notice_; }

  // Serves until a signal (SIGINT, SIGTERM, Ctrl-Break) or a client asks to stop; returns when everything is committed.
  void run();

 private:
  Supervisor(EngineSettings settings, platform::DataDirLock lock, port::SharedPage<EnginePage> shared);

  void addNotice(const std::string& sentence);
  void beginNumbering(ExchangeId exchange, ConnectionId connection);
  Result<void> startRecorder(store::RecorderOptions options);
  Result<void> openHistory();
  Result<void> choosePassThrough();
  Result<void> applyPassThrough(const std::string& host, bool passes);
  Result<void> openTls();
  Result<void> openListeners();
  Result<void> openControl();
  Result<void> startWorkers();

  control::StatusReply status() override;
  void connections(std::function<void(control::ConnectionsReply)> done) override;
  void closeConnection(ConnectionId connection, std::function<void(bool)> done) override;
  void stopRequested() override;
  void clearHistory(std::function<void(Result<void>)> done) override;
  void syncHistory(std::function<void()> done) override;
  control::ProfileReply profiles() override;
  void useProfile(const control::UseProfile& use, std::function<void(Result<void>)> done) override;
  void selfTest(const std::string& json, std::function<void(Result<control::SelfTestReply>)> done) override;
  void saveProfile(const std::string& json, std::function<void(Result<void>)> done) override;
  void deleteProfile(const std::string& name, std::function<void(Result<void>)> done) override;
  control::PassThroughReply passThrough() override;
  void setPassThrough(const std::string& host, bool passes, std::function<void(Result<void>)> done) override;
  void annotate(const control::Annotate& annotate, std::function<void(Result<void>)> done) override;
  std::unique_ptr<RecordImport> beginImport() override;
  void waitForRoom(std::function<void(Result<void>)> done) override;
  void setSwitch(control::SwitchKind what, bool on, std::function<void(Result<void>)> done) override;

  void endSelfTest();
  void whenFlushed(std::function<void()> done);
  // For the recorder, which calls it on its own thread.
  std::function<void(Result<void>)> posted(std::function<void(Result<void>)> done);
  void askAll(const control::Request& request, std::function<void(control::Reply&)> answered, std::function<void()> done);
  bool mayRecord(std::size_t bytes);
  void pumpSlowly();
  void workerChanged();
  void closeListeners();
  void finishWhenAllEnded();
  std::vector<WorkerSlot::Figures> figures() const;
  control::StatusSample sample() const;
  void sampleEverySecond();
  void watchSystemProxy();
  void committed(const store::RecorderStatus& status);
  void publishChanged();

  // Immutable after start(), but for the hosts that pass through and the switches, which are the loop thread's.
  EngineSettings settings_;
  TlsMeans::Settings tls_;  // without the key log: each worker opens it for itself
  std::vector<control::ListenerStatus> listeners_;
  std::string notice_;
  Now startedAt_;

  platform::DataDirLock lock_;
  asio::io_context loop_{1};
  std::unique_ptr<platform::StopRequests> stopRequests_;
  asio::steady_timer sampleTimer_{loop_};
  asio::steady_timer changedTimer_{loop_};
  asio::steady_timer killTimer_{loop_};
  asio::steady_timer pumpTimer_{loop_};
  std::unique_ptr<store::Recorder> recorder_;
  port::SharedPage<EnginePage> shared_;
  std::vector<WorkerSlot::Listening> listening_;
  OpenIds openIds_;
  std::vector<std::unique_ptr<WorkerSlot>> slots_;
  KeptChanges keptChanges_;
  ProfileDesk profiles_;
  std::unique_ptr<SelfTest> selfTest_;
  std::thread selfTestThread_;
  std::thread proxyThread_;  // while the system's proxy settings are given back
  std::unique_ptr<platform::ControlEndpoint> endpoint_;
  std::unique_ptr<ControlServer> control_;

  // Loop thread only.
  control::StatusSample lastSample_;
  MonoTime lastSampleAt_{};
  store::RecorderStatus lastCommit_;
  session::PassList passList_;
  bool changedPending_ = false;
  bool givesProxyBack_ = false;
  std::uint64_t slowAllowance_ = 0;  // bytes; of a recorder that is slow on purpose
  bool stopping_ = false;
  bool finished_ = false;
};

}  // namespace sluice::engine
