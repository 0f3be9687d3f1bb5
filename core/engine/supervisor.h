// The engine as a whole: owns the listening sockets, the recorder and the control endpoint, and runs the worker on a
// thread of its own. Lives on the thread of main().
//
// Order of stopping: listeners, running exchanges (drained), recorder (committed), control connections.
#pragma once

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/control/messages.h"
#include "core/engine/control_server.h"
#include "core/engine/settings.h"
#include "core/engine/worker.h"
#include "core/store/recorder.h"
#include "core/throttle/adjustment.h"
#include "core/throttle/own_profiles.h"
#include "platform/control_endpoint.h"
#include "platform/data_dir_lock.h"

namespace sluice::engine {

struct EngineSettings {
  std::filesystem::path dataDir;
  std::vector<ListenerSpec> listeners;
  WorkerSettings worker;
  session::InterceptionPolicy interception;
  std::vector<std::filesystem::path> upstreamCas;  // certificates in PEM, trusted besides those of the system
  std::filesystem::path keyLogFile;                // empty: none
  store::Retention retention;
  std::string profileName;        // the user's own or a preset; empty: nothing is slowed down
  throttle::Adjustment adjusted;  // and what was said beside it
};

class Supervisor final : private ControlServer::Engine {
 public:
  // Takes the data directory, opens the history, binds the listeners. Errors: DataDirInUse, AccessDenied, AddressInUse,
  // DatabaseTooNew and the like; the detail names the thing.
  static Result<std::unique_ptr<Supervisor>> start(EngineSettings settings);
  ~Supervisor();
  Supervisor(Supervisor&&) = delete;

  // As bound, in the order of the settings: "regular 127.0.0.1:41234".
  const std::vector<control::ListenerStatus>& listeners() const { return listeners_; }
  // A damaged database that was found and moved aside: a sentence for the user, else empty.
  const std::string& notice() const { return notice_; }

  // Serves until a signal (SIGINT, SIGTERM, Ctrl-Break) or a client asks to stop; returns when everything is committed.
  void run();

 private:
  Supervisor(EngineSettings settings, platform::DataDirLock lock);

  Result<void> openHistory();
  Result<void> chooseProfile();
  Result<std::unique_ptr<TlsMeans>> openTls();
  Result<void> openListeners();
  Result<void> openControl();

  control::StatusReply status() override;
  void connections(std::function<void(control::ConnectionsReply)> done) override;
  void closeConnection(ConnectionId connection, std::function<void(bool)> done) override;
  void stopRequested() override;
  Result<void> clearHistory() override;
  control::ProfileReply profiles() override;
  Result<void> useProfile(const std::string& json) override;
  Result<void> saveProfile(const std::string& json) override;
  Result<void> deleteProfile(const std::string& name) override;

  control::StatusSample sample() const;
  void sampleEverySecond();
  void committed(const store::RecorderStatus& status);
  void publishChanged();
  void workerFinished();

  // Immutable after start(), but for the profile, which is the loop thread's.
  EngineSettings settings_;
  std::vector<control::ListenerStatus> listeners_;
  std::string notice_;
  Now startedAt_;

  platform::DataDirLock lock_;
  asio::io_context loop_{1};
  asio::signal_set signals_{loop_};
  asio::steady_timer sampleTimer_{loop_};
  asio::steady_timer changedTimer_{loop_};
  IdPage ids_;
  WorkerCounters counters_;
  std::unique_ptr<store::Recorder> recorder_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<platform::ControlEndpoint> endpoint_;
  std::unique_ptr<ControlServer> control_;
  std::thread workerThread_;

  // Loop thread only.
  control::StatusSample lastSample_;
  MonoTime lastSampleAt_{};
  store::RecorderStatus lastCommit_;
  throttle::OwnProfiles ownProfiles_;
  bool changedPending_ = false;
  bool stopping_ = false;
};

}  // namespace sluice::engine
