// Finds out which program of this machine each client is. The system is asked on a thread of its own, so that no
// connection waits for the answer. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <functional>

#include "core/capture/records.h"
#include "platform/client_program.h"
#include "platform/file_pool.h"

namespace sluice::engine {

class ClientIdentifier {
 public:
  using Found = std::function<void(capture::ClientIdentified)>;

  // `found` is called on the loop.
  ClientIdentifier(asio::io_context& loop, Found found);

  // Calls `found` when the program is known. Never does for a client of another machine, one that ended before it was
  // looked for, or one that came while limits::kClientProgramLookupsMax others waited.
  void identify(ConnectionId connection, ExchangeId exchangesFrom, const asio::ip::tcp::socket& socket);

  // What has not been begun is not looked for any more: who ends waits for one look at the system, not for a queue of them.
  void giveUp() { givenUp_ = true; }

  // Before the identifier is destroyed, the loop runs until this is 0.
  std::size_t inFlight() const { return pool_.inFlight(); }

 private:
  const Found found_;
  platform::ClientPrograms programs_;  // The pool's one thread only.
  std::atomic<bool> givenUp_ = false;  // set on the loop, read by the pool's thread
  platform::FilePool pool_;
};

}  // namespace sluice::engine
