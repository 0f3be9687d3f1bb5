// The engine's end of the control connections: answers the app and the command line, and tells subscribers what is new.
// Supervisor's loop only. A client that does not read is dropped before it costs memory (limits.h); one that breaks the
// protocol, or is one too many, is told why and dropped; traffic never notices.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>

#include "core/base/result.h"
#include "core/control/messages.h"
#include "core/engine/record_import.h"
#include "platform/net/control_stream.h"

namespace sluice::engine {

class ControlServer {
 public:
  // What the server asks of the engine; each answers now or later, on the supervisor's loop.
  class Engine {
   public:
    virtual control::StatusReply status() = 0;
    virtual void connections(std::function<void(control::ConnectionsReply)> done) = 0;
    // `done` with whether there was such a connection.
    virtual void closeConnection(ConnectionId connection, std::function<void(bool)> done) = 0;
    virtual void stopRequested() = 0;
    virtual void clearHistory(std::function<void(Result<void>)> done) = 0;
    // `done` when all that was recorded before is in the history.
    virtual void syncHistory(std::function<void()> done) = 0;
    // The network profile in force with the user's own ones, and changes of them.
    virtual control::ProfileReply profiles() = 0;
    virtual void useProfile(const control::UseProfile& use, std::function<void(Result<void>)> done) = 0;
    virtual void selfTest(const std::string& json, std::function<void(Result<control::SelfTestReply>)> done) = 0;
    virtual void saveProfile(const std::string& json, std::function<void(Result<void>)> done) = 0;
    virtual void deleteProfile(const std::string& name, std::function<void(Result<void>)> done) = 0;
    // The hosts that are not decrypted, and a change of them.
    virtual control::PassThroughReply passThrough() = 0;
    virtual void setPassThrough(const std::string& host, bool passes, std::function<void(Result<void>)> done) = 0;
    // What a person says of exchanges.
    virtual void annotate(const control::Annotate& annotate, std::function<void(Result<void>)> done) = 0;
    // Where a client's exchanges of elsewhere go; it does not outlive the engine. `done` when there is room for more, or with why
    // there is none.
    virtual std::unique_ptr<RecordImport> beginImport() = 0;
    virtual void waitForRoom(std::function<void(Result<void>)> done) = 0;
    // `done` when it is in force in every worker.
    virtual void setSwitch(control::SwitchKind what, bool on, std::function<void(Result<void>)> done) = 0;

   protected:
    ~Engine() = default;
  };

  ControlServer(asio::io_context& loop, std::unique_ptr<net::ControlAcceptor> acceptor, Engine& engine);
  ~ControlServer();
  ControlServer(ControlServer&&) = delete;

  // Sends an event to every subscriber.
  void publish(const control::Reply& event);

  // Tells every subscriber that the engine stops, and accepts no more.
  void announceStop();

 private:
  class Client;

  void accept();
  void accepted(const std::error_code& code, std::unique_ptr<net::ControlStream> stream);
  void remove(Client& client);

  std::unique_ptr<net::ControlAcceptor> acceptor_;
  asio::steady_timer retry_;
  Engine& engine_;
  std::list<std::shared_ptr<Client>> clients_;
};

}  // namespace sluice::engine
