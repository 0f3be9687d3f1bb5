#include "core/engine/control_server.h"

#include <algorithm>
#include <array>
#include <asio/error.hpp>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/base/version.h"
#include "core/control/decode.h"
#include "core/control/encode.h"
#include "core/control/frame_reader.h"
#include "platform/control_endpoint.h"
#include "platform/process.h"

namespace sluice::engine {

class ControlServer::Client : public std::enable_shared_from_this<Client> {
 public:
  // One for whom there is no place is told so when it has said who it is: what it sends into a connection that has ended already
  // would take the answer away.
  Client(ControlServer& server, std::unique_ptr<net::ControlStream> stream, bool hasPlace)
      : server_(&server), stream_(std::move(stream)), hasPlace_(hasPlace), reader_(limits::kControlRequestBytesMax) {}

  void start() {
    send(0, ownHello());
    read();
  }

  void send(control::StreamId stream, const control::Reply& reply);
  // Says why, then closes.
  void refuse(control::StreamId stream, Error error);
  bool subscribed() const { return subscribed_; }
  bool hasPlace() const { return hasPlace_; }
  // The server is gone or has dropped this client.
  void detach() {
    server_ = nullptr;
    import_.reset();
    stream_->close();
  }

 private:
  static control::Hello ownHello() {
    return {control::kProtocolVersion, "sluiced", std::string(version()), platform::ownProcessId()};
  }

  void read();
  void received(Bytes bytes);
  void handle(const control::RequestMessage& message);
  void answer(control::StreamId stream, const Result<void>& outcome) {
    send(stream, outcome ? control::Reply(control::Done{}) : control::Reply(control::Failure{outcome.error()}));
  }
  std::function<void(Result<void>)> answering(control::StreamId stream) {
    return [self = shared_from_this(), stream](const Result<void>& outcome) {
      if (self->server_ != nullptr) self->answer(stream, outcome);
    };
  }
  void selfTest(control::StreamId stream, const std::string& profile);
  void importRecords(control::StreamId stream, const std::string& bytes);
  void askForConnections(control::StreamId stream);
  void closeConnection(control::StreamId stream, ConnectionId connection);
  void write();
  void drop();

  ControlServer* server_;
  std::unique_ptr<net::ControlStream> stream_;
  const bool hasPlace_;
  control::FrameReader reader_;
  std::array<std::byte, 16 * limits::kKiB> buffer_{};
  std::deque<std::string> queue_;
  std::size_t queuedBytes_ = 0;
  std::vector<control::StreamId> askedForConnections_;
  std::unique_ptr<RecordImport> import_;  // none: this client has brought nothing
  bool greeted_ = false;
  bool subscribed_ = false;
  bool closing_ = false;  // drops when the queue is sent
};

void ControlServer::Client::read() {
  stream_->receiveSome(buffer_, [self = shared_from_this()](const std::error_code& code, std::size_t n) {
    if (self->server_ == nullptr || self->closing_) return;
    if (code) return self->drop();
    self->received(Bytes(self->buffer_).first(n));
    if (self->server_ != nullptr && !self->closing_) self->read();
  });
}

void ControlServer::Client::received(Bytes bytes) {
  while (!closing_ && server_ != nullptr) {
    auto frame = reader_.next(bytes);
    if (!frame) return refuse(0, frame.error());
    if (!*frame) return;
    auto message = control::decodeRequest(**frame);
    if (!message) return refuse(0, message.error());
    handle(*message);
  }
}

void ControlServer::Client::handle(const control::RequestMessage& message) {
  if (const auto* hello = std::get_if<control::Hello>(&message.request)) {
    if (auto wrong = control::incompatibility(ownHello(), *hello)) return refuse(0, std::move(*wrong));
    if (!hasPlace_) {
      return refuse(0, {Code::TooManyConnections, Side::Local, 0,
                        "the engine serves " + std::to_string(limits::kControlClientsMax) + " programs already"});
    }
    greeted_ = true;
    return;
  }
  if (!greeted_) return refuse(message.stream, {Code::ProtocolFault, Side::Client, 0, "a request came before Hello"});

  if (std::holds_alternative<control::GetStatus>(message.request)) {
    send(message.stream, server_->engine_.status());
  } else if (std::holds_alternative<control::GetConnections>(message.request)) {
    askForConnections(message.stream);
  } else if (std::holds_alternative<control::Subscribe>(message.request)) {
    subscribed_ = true;
    send(message.stream, control::Done{});
  } else if (const auto* close = std::get_if<control::CloseConnection>(&message.request)) {
    closeConnection(message.stream, close->connection);
  } else if (std::holds_alternative<control::Stop>(message.request)) {
    auto& engine = server_->engine_;
    send(message.stream, control::Done{});  // which may drop this client
    engine.stopRequested();
  } else if (std::holds_alternative<control::ClearHistory>(message.request)) {
    server_->engine_.clearHistory(answering(message.stream));
  } else if (std::holds_alternative<control::SyncHistory>(message.request)) {
    server_->engine_.syncHistory([self = shared_from_this(), stream = message.stream] {
      if (self->server_ != nullptr) self->send(stream, control::Done{});
    });
  } else if (std::holds_alternative<control::GetProfile>(message.request)) {
    send(message.stream, server_->engine_.profiles());
  } else if (const auto* use = std::get_if<control::UseProfile>(&message.request)) {
    server_->engine_.useProfile(*use, answering(message.stream));
  } else if (const auto* test = std::get_if<control::SelfTest>(&message.request)) {
    selfTest(message.stream, test->profile);
  } else if (const auto* save = std::get_if<control::SaveProfile>(&message.request)) {
    server_->engine_.saveProfile(save->profile, answering(message.stream));
  } else if (const auto* remove = std::get_if<control::DeleteProfile>(&message.request)) {
    server_->engine_.deleteProfile(remove->name, answering(message.stream));
  } else if (std::holds_alternative<control::GetPassThrough>(message.request)) {
    send(message.stream, server_->engine_.passThrough());
  } else if (const auto* set = std::get_if<control::SetPassThrough>(&message.request)) {
    server_->engine_.setPassThrough(set->host, set->passes, answering(message.stream));
  } else if (const auto* import = std::get_if<control::ImportRecords>(&message.request)) {
    importRecords(message.stream, import->bytes);
  } else if (const auto* annotate = std::get_if<control::Annotate>(&message.request)) {
    server_->engine_.annotate(*annotate, answering(message.stream));
  } else if (const auto* turn = std::get_if<control::SetSwitch>(&message.request)) {
    server_->engine_.setSwitch(turn->what, turn->on, answering(message.stream));
  } else {
    send(message.stream, control::Failure{{Code::ProtocolFault, Side::Local, 0, "this engine does not know that request"}});
  }
}

void ControlServer::Client::importRecords(control::StreamId stream, const std::string& bytes) {
  if (!import_) import_ = server_->engine_.beginImport();
  if (auto taken = import_->take(asBytes(bytes)); !taken) return answer(stream, taken);
  server_->engine_.waitForRoom(answering(stream));
}

// Each answer looks at every connection on the loop that serves them: one at a time, and it serves all who ask meanwhile.
void ControlServer::Client::askForConnections(control::StreamId stream) {
  askedForConnections_.push_back(stream);
  if (askedForConnections_.size() > 1) return;
  server_->engine_.connections([self = shared_from_this()](const control::ConnectionsReply& reply) {
    for (const auto each : std::exchange(self->askedForConnections_, {})) {
      if (self->server_ != nullptr) self->send(each, reply);
    }
  });
}

void ControlServer::Client::closeConnection(control::StreamId stream, ConnectionId connection) {
  server_->engine_.closeConnection(connection, [self = shared_from_this(), stream, connection](bool closed) {
    if (self->server_ == nullptr) return;
    if (closed) return self->send(stream, control::Done{});
    const auto name = "connection " + std::to_string(connection.value) + " is not open";
    self->send(stream, control::Failure{{Code::NotFound, Side::Local, 0, name}});
  });
}

void ControlServer::Client::selfTest(control::StreamId stream, const std::string& profile) {
  server_->engine_.selfTest(profile, [self = shared_from_this(), stream](const Result<control::SelfTestReply>& outcome) {
    if (self->server_ == nullptr) return;
    self->send(stream, outcome ? control::Reply(*outcome) : control::Reply(control::Failure{outcome.error()}));
  });
}

void ControlServer::Client::refuse(control::StreamId stream, Error error) {
  send(stream, control::Failure{std::move(error)});
  closing_ = true;
}

void ControlServer::Client::send(control::StreamId stream, const control::Reply& reply) {
  if (closing_) return;
  auto frame = control::encodeReply(stream, reply);
  // A client that stopped reading: it attaches again and reads what it missed from the database.
  if (queuedBytes_ + frame.size() > limits::kControlBacklogBytesMax && !queue_.empty()) return drop();
  queuedBytes_ += frame.size();
  queue_.push_back(std::move(frame));
  if (queue_.size() == 1) write();
}

void ControlServer::Client::write() {
  stream_->sendAll(asBytes(queue_.front()), [self = shared_from_this()](const std::error_code& code) {
    if (self->server_ == nullptr) return;
    if (code) return self->drop();
    self->queuedBytes_ -= self->queue_.front().size();
    self->queue_.pop_front();
    if (!self->queue_.empty()) return self->write();
    if (self->closing_) self->drop();
  });
}

void ControlServer::Client::drop() {
  auto* server = server_;
  detach();
  if (server != nullptr) server->remove(*this);
}

ControlServer::ControlServer(asio::io_context& loop, std::unique_ptr<net::ControlAcceptor> acceptor, Engine& engine)
    : acceptor_(std::move(acceptor)), retry_(loop), engine_(engine) {
  accept();
}

ControlServer::~ControlServer() {
  for (const auto& client : clients_) client->detach();
}

void ControlServer::accept() {
  acceptor_->accept([this](const std::error_code& code, std::unique_ptr<net::ControlStream> stream) {
    if (code != asio::error::operation_aborted) accepted(code, std::move(stream));
  });
}

void ControlServer::accepted(const std::error_code& code, std::unique_ptr<net::ControlStream> stream) {
  if (!acceptor_->isOpen()) return;
  if (code) {
    // Out of descriptors, most likely: who waits stays in the system's backlog.
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([this](const std::error_code& cancelled) {
      if (!cancelled && acceptor_->isOpen()) accept();
    });
    return;
  }
  // The address is its owner's alone already; the kernel's word is the second lock.
  const auto places = static_cast<std::size_t>(
      std::count_if(clients_.begin(), clients_.end(), [](const auto& client) { return client->hasPlace(); }));
  if (platform::peerIsThisUser(stream->handle()) && clients_.size() < 2 * limits::kControlClientsMax) {
    const auto client = std::make_shared<Client>(*this, std::move(stream), places < limits::kControlClientsMax);
    clients_.push_back(client);
    client->start();
  }
  accept();
}

void ControlServer::remove(Client& client) {
  clients_.remove_if([&](const std::shared_ptr<Client>& each) { return each.get() == &client; });
}

void ControlServer::publish(const control::Reply& event) {
  // Sending can drop a client and so change the list.
  const auto clients = clients_;
  for (const auto& client : clients) {
    if (client->subscribed()) client->send(0, event);
  }
}

void ControlServer::announceStop() {
  acceptor_->close();
  publish(control::Stopping{});
}

}  // namespace sluice::engine
