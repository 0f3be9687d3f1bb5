#include "core/engine/client_identifier.h"

#include <memory>
#include <optional>
#include <utility>

#include "core/base/limits.h"

namespace sluice::engine {
namespace {

using asio::ip::tcp;

platform::SocketAddress addressOf(const tcp::endpoint& endpoint) {
  const auto& address = endpoint.address();
  const auto v6 =
      address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
  return {v6.to_bytes(), endpoint.port()};
}

bool isThisMachine(const tcp::endpoint& client, const tcp::endpoint& server) {
  return client.address().is_loopback() || client.address() == server.address();
}

}  // namespace

ClientIdentifier::Look ClientIdentifier::lookAtTheSystem() {
  return [programs = std::make_shared<platform::ClientPrograms>()](const auto& question) { return programs->find(question); };
}

// One thread: ClientPrograms remembers, and a storm of connections gets no more of the processor.
ClientIdentifier::ClientIdentifier(asio::io_context& loop, Found found, Look look)
    : found_(std::move(found)), look_(std::move(look)), looks_(loop, "clients", 1), patience_(loop, [this] { leftBehind_ = true; }) {}

void ClientIdentifier::identify(ConnectionId connection, ExchangeId exchangesFrom, const tcp::socket& socket) {
  if (givenUp_ || inFlight() >= limits::kClientProgramLookupsMax) return;
  std::error_code code;
  const auto client = socket.remote_endpoint(code);
  if (code) return;
  const auto server = socket.local_endpoint(code);
  if (code || !isThisMachine(client, server)) return;
  platform::ClientQuestion question{connection.value, addressOf(client), addressOf(server), std::exchange(ended_, {})};
  looks_.ask([look = look_, question = std::move(question)] { return look(question); },
             [this, connection, exchangesFrom](std::optional<platform::ClientProgram> program) {
               if (!program || leftBehind_) return;
               found_({connection, exchangesFrom, program->processId,
                       std::move(program->path.empty() ? program->name : program->path)});
             });
}

// Those that no look follows are forgotten: they may be of another machine, whose connections are not looked for.
void ClientIdentifier::ended(ConnectionId connection) {
  if (ended_.size() < limits::kClientDescriptorsRemembered) ended_.push_back(connection.value);
}

void ClientIdentifier::giveUp(MonoTime until) {
  givenUp_ = true;
  looks_.dropQueued();
  patience_.set(until);
}

}  // namespace sluice::engine
