#include "core/engine/client_identifier.h"

#include <asio/post.hpp>
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

ClientIdentifier::ClientIdentifier(asio::io_context& loop, Found found)
    : found_(std::move(found)),
      pool_([&loop](platform::FilePool::Task completion) { asio::post(loop, std::move(completion)); }, 1) {}

void ClientIdentifier::identify(ConnectionId connection, ExchangeId exchangesFrom, const tcp::socket& socket) {
  std::error_code code;
  const auto client = socket.remote_endpoint(code);
  if (code) return;
  const auto server = socket.local_endpoint(code);
  if (code || !isThisMachine(client, server) || inFlight() >= limits::kClientProgramLookupsMax) return;
  const auto answer = std::make_shared<std::optional<platform::ClientProgram>>();
  pool_.run([this, answer, client, server] {
              if (!givenUp_) *answer = programs_.find(addressOf(client), addressOf(server));
            },
            [this, answer, connection, exchangesFrom] {
              if (!*answer) return;
              auto& program = **answer;
              found_({connection, exchangesFrom, program.processId,
                      std::move(program.path.empty() ? program.name : program.path)});
            });
}

}  // namespace sluice::engine
