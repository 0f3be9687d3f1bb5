#include "core/engine/connector.h"

#include <asio/steady_timer.hpp>
#include <list>
#include <optional>
#include <utility>

#include "core/engine/clock.h"
#include "platform/net/address.h"

namespace sluice::engine {
namespace {

using asio::ip::tcp;

constexpr std::chrono::milliseconds kNextAddressAfter{250};  // RFC 8305 section 8: connection attempt delay

// Alternates the families, the first one first, so that a broken IPv6 or IPv4 costs one delay only (RFC 8305 section 4).
Resolver::Endpoints interleave(const Resolver::Endpoints& from) {
  Resolver::Endpoints first, second, out;
  for (const auto& endpoint : from) {
    (endpoint.protocol() == from.front().protocol() ? first : second).push_back(endpoint);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

bool isConnectedToItself(const tcp::socket& socket) {
  std::error_code code;
  const auto local = socket.local_endpoint(code);
  return !code && local == socket.remote_endpoint(code);
}

}  // namespace

struct Connecting::Attempt : std::enable_shared_from_this<Attempt> {
  Attempt(const Means& means, std::string n, Handler d)
      : loop(means.loop), own(means.own), name(std::move(n)), done(std::move(d)), overall(loop), stagger(loop) {}

  void resolved(Result<Resolver::Endpoints> answer);
  void tryNext();
  void finished(std::list<tcp::socket>::iterator socket, const std::error_code& code);
  void complete(Result<Connected> result);
  void failed();

  asio::io_context& loop;
  const OwnAddresses& own;
  std::string name;  // host:port, for messages
  Handler done;      // empty once told or cancelled
  asio::steady_timer overall;
  asio::steady_timer stagger;
  Resolver::Endpoints endpoints;
  std::size_t next = 0;
  std::list<tcp::socket> sockets;  // one for each attempt under way
  std::optional<Error> lastError;
  bool leadsHere = false;  // some of the name's addresses are our own
  MonoTime resolvedAt{};
};

Connecting::Connecting(const Means& means, std::string host, std::uint16_t port, Handler done) {
  const bool v6 = host.find(':') != std::string::npos;
  attempt_ = std::make_shared<Attempt>(means, (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port), std::move(done));
  attempt_->overall.expires_after(means.timeout);
  attempt_->overall.async_wait([attempt = attempt_](const std::error_code& code) {
    if (code || !attempt->done) return;
    attempt->complete(fail(attempt->lastError.value_or(Error{Code::ConnectTimeout, Side::Upstream, 0, attempt->name})));
  });
  means.resolver.resolve(std::move(host), port,
                   [attempt = attempt_](Result<Resolver::Endpoints> answer) { attempt->resolved(std::move(answer)); });
}

Connecting::~Connecting() {
  attempt_->done = nullptr;
  attempt_->overall.cancel();
  attempt_->stagger.cancel();
  attempt_->sockets.clear();
}

void Connecting::Attempt::resolved(Result<Resolver::Endpoints> answer) {
  if (!done) return;
  if (!answer) return complete(fail(std::move(answer.error())));
  resolvedAt = readClocks().mono;
  endpoints = interleave(*answer);
  leadsHere = std::erase_if(endpoints, [this](const auto& endpoint) { return own.leadHere(endpoint); }) > 0;
  if (endpoints.empty()) return failed();
  tryNext();
}

void Connecting::Attempt::tryNext() {
  if (!done || next == endpoints.size()) return;
  const auto endpoint = endpoints[next++];
  const auto socket = sockets.emplace(sockets.end(), loop);
  socket->async_connect(endpoint, [self = shared_from_this(), socket](const std::error_code& code) {
    if (self->done) self->finished(socket, code);
  });
  if (next == endpoints.size()) return;
  stagger.expires_after(kNextAddressAfter);
  stagger.async_wait([self = shared_from_this()](const std::error_code& code) {
    if (!code) self->tryNext();
  });
}

void Connecting::Attempt::finished(std::list<tcp::socket>::iterator socket, const std::error_code& code) {
  // Nobody listens there, and the system gave our end the very port that we knocked at.
  const bool ourselves = !code && isConnectedToItself(*socket);
  if (!code && !ourselves) {
    complete(Connected{std::move(*socket), resolvedAt, readClocks().mono});
    return;
  }
  // Without a descriptor left, upstream was not even asked.
  const bool exhausted = code == asio::error::no_descriptors;
  lastError = exhausted ? Error{Code::TooManyConnections, Side::Local, code.value(), name}
                        : net::toError(ourselves ? asio::error::connection_refused : code, Side::Upstream, name);
  sockets.erase(socket);
  if (next < endpoints.size()) {
    stagger.cancel();
    tryNext();
  } else if (sockets.empty()) {
    failed();
  }
}

void Connecting::Attempt::failed() {
  if (leadsHere) return complete(fail(Side::Local, Code::ProxyLoop, name + " is this proxy itself"));
  complete(fail(*lastError));
}

void Connecting::Attempt::complete(Result<Connected> result) {
  overall.cancel();
  stagger.cancel();
  sockets.clear();
  std::exchange(done, nullptr)(std::move(result));
}

}  // namespace sluice::engine
