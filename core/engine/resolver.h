// Names to addresses without blocking the loop: getaddrinfo runs on a few threads, answers come back to the loop.
// Loop thread only. At most limits::kLookupsPendingMax lookups wait at once.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/engine/inquiries.h"

namespace sluice::engine {

class Resolver {
 public:
  using Endpoints = std::vector<asio::ip::tcp::endpoint>;
  using Handler = std::function<void(Result<Endpoints>)>;

  // Its end waits for no lookup. Handlers that were not called are gone then.
  explicit Resolver(asio::io_context& loop);

  // `host`: a name, or a numeric address without brackets. Never calls `done` from inside.
  // Errors: HostNotFound, ResolveFailed; Side::Upstream.
  void resolve(std::string host, std::uint16_t port, Handler done);

 private:
  Inquiries<Result<Endpoints>> lookups_;
};

}  // namespace sluice::engine
