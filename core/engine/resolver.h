// Names to addresses without blocking the loop: getaddrinfo runs on a few threads, answers come back to the loop.
// Loop thread only. At most limits::kLookupsPendingMax lookups wait at once.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"

namespace sluice::engine {

class Resolver {
 public:
  using Endpoints = std::vector<asio::ip::tcp::endpoint>;
  using Handler = std::function<void(Result<Endpoints>)>;

  explicit Resolver(asio::io_context& loop);
  // Waits for no lookup: a thread that the system holds up is left behind with nothing of ours but the name it looks up.
  // Handlers that were not called are gone when this returns.
  ~Resolver();
  Resolver(Resolver&&) = delete;

  // `host`: a name, or a numeric address without brackets. Never calls `done` from inside.
  // Errors: HostNotFound, ResolveFailed; Side::Upstream.
  void resolve(std::string host, std::uint16_t port, Handler done);

 private:
  struct Shared;
  // Stays on the loop: what a handler holds must not end on another thread, or after the loop.
  struct Waiting {
    std::uint64_t last = 0;
    std::unordered_map<std::uint64_t, Handler> handlers;
  };
  static void answer(const std::weak_ptr<Waiting>& waiting, std::uint64_t ticket, Result<Endpoints> result);

  asio::io_context& loop_;
  std::shared_ptr<Waiting> waiting_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace sluice::engine
