// Opens one upstream connection: resolves the name, then tries its addresses a quarter second apart until one answers
// (RFC 8305 "Happy Eyeballs", without its sorting). Addresses that lead back to this proxy are never tried.
// Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/engine/own_addresses.h"
#include "core/engine/resolver.h"
#include "core/engine/upstream_proxy.h"

namespace sluice::engine {

struct Connected {
  asio::ip::tcp::socket socket;
  MonoTime resolvedAt;
  MonoTime connectedAt;
};

// One attempt under way. Destroying it cancels it: `done` is not called any more.
class Connecting {
 public:
  using Handler = std::function<void(Result<Connected>)>;

  // What every attempt uses; all of it outlives the attempts.
  struct Means {
    asio::io_context& loop;
    Resolver& resolver;
    const OwnAddresses& own;
    Micros timeout;
  };

  // Through `proxy`, unless that is null: then the connection is one to host and port all the same, and the proxy looks up
  // the name. Never calls `done` from inside. Errors name host and port; Side::Upstream, or Local with ProxyLoop.
  Connecting(const Means& means, std::string host, std::uint16_t port, const UpstreamProxy* proxy, Handler done);
  ~Connecting();
  Connecting(Connecting&&) = delete;

 private:
  struct Attempt;
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace sluice::engine
