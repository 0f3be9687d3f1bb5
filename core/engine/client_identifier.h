// Finds out which program of this machine each client is. The system is asked on a thread of its own, so that no
// connection waits for the answer, nor the end of a worker. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "core/capture/records.h"
#include "core/engine/deadline.h"
#include "core/engine/inquiries.h"
#include "platform/client_program.h"

namespace sluice::engine {

class ClientIdentifier {
 public:
  using Found = std::function<void(capture::ClientIdentified)>;
  // Asks the system, on the thread. Owns what it uses: it may outlive the identifier, where the system does not answer.
  using Look = std::function<std::optional<platform::ClientProgram>(const platform::ClientQuestion&)>;

  // `found` is called on the loop.
  ClientIdentifier(asio::io_context& loop, Found found, Look look = lookAtTheSystem());

  // Calls `found` when the program is known. Never does for a client of another machine, one that ended before it was
  // looked for, or one that came while limits::kClientProgramLookupsMax others waited.
  void identify(ConnectionId connection, ExchangeId exchangesFrom, const asio::ip::tcp::socket& socket);

  // A connection that may have been identified has ended: helps to find who opens the next.
  void ended(ConnectionId connection);

  // What has not been begun is not looked for any more; what has been is waited for until `until`.
  void giveUp(MonoTime until);

  // What is still waited for. The end of the identifier waits for nothing.
  std::size_t inFlight() const { return leftBehind_ ? 0 : looks_.unanswered(); }

 private:
  static Look lookAtTheSystem();

  const Found found_;
  const Look look_;
  Inquiries<std::optional<platform::ClientProgram>> looks_;
  std::vector<std::uint64_t> ended_;  // since the last look was asked for
  Deadline patience_;
  bool givenUp_ = false;
  bool leftBehind_ = false;
};

}  // namespace sluice::engine
