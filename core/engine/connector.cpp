#include "core/engine/connector.h"

#include <array>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <list>
#include <optional>
#include <utility>

#include "core/engine/clock.h"
#include "core/engine/proxy_dialogue.h"
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
  void talk();
  void listen();

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

  // Towards a proxy.
  std::optional<ProxyDialogue> dialogue;
  std::optional<tcp::socket> toProxy;
  std::string output;
};

Connecting::Connecting(const Means& means, std::string host, std::uint16_t port, const UpstreamProxy* proxy, Handler done) {
  const bool v6 = host.find(':') != std::string::npos;
  attempt_ = std::make_shared<Attempt>(means, (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port), std::move(done));
  if (proxy != nullptr) {
    attempt_->dialogue.emplace(*proxy, host, port);
    attempt_->name += " by way of " + proxy->name();
    host = proxy->host;
    port = proxy->port;
  }
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
  attempt_->toProxy.reset();
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
  if (!done || toProxy || next == endpoints.size()) return;
  const auto endpoint = endpoints[next++];
  const auto socket = sockets.emplace(sockets.end(), loop);
  socket->async_connect(endpoint, [self = shared_from_this(), socket](const std::error_code& code) {
    // Another may have connected in the same turn: then this one is gone, though its end was announced already.
    if (self->done && !self->toProxy) self->finished(socket, code);
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
    if (dialogue) {
      toProxy.emplace(std::move(*socket));
      stagger.cancel();
      sockets.clear();
      return talk();
    }
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

void Connecting::Attempt::talk() {
  output = dialogue->takeOutput();
  if (output.empty()) return listen();
  asio::async_write(*toProxy, asio::buffer(output), [self = shared_from_this()](const std::error_code& code, std::size_t) {
    if (!self->done) return;
    if (code) return self->complete(fail(net::toError(code, Side::Upstream, self->name)));
    self->listen();
  });
}

// What is looked at stays in the socket until it is known to be the proxy's: not one byte of the server's is taken.
void Connecting::Attempt::listen() {
  toProxy->async_wait(tcp::socket::wait_read, [self = shared_from_this()](std::error_code code) {
    if (!self->done) return;
    std::array<std::byte, 4096> bytes;
    auto& socket = *self->toProxy;
    const auto seen = code ? 0 : socket.receive(asio::buffer(bytes), tcp::socket::message_peek, code);
    if (code == asio::error::eof) {
      return self->complete(fail(Side::Upstream, Code::EndedEarly, self->name + ": the proxy closed without an answer"));
    }
    if (code) return self->complete(fail(net::toError(code, Side::Upstream, self->name)));
    auto fed = self->dialogue->feed(Bytes(bytes).first(seen));
    if (!fed) return self->complete(fail(std::move(fed.error())));
    (void)socket.receive(asio::buffer(bytes.data(), fed->consumed), 0, code);
    if (!fed->done) return self->talk();
    self->complete(Connected{std::move(socket), self->resolvedAt, readClocks().mono});
  });
}

void Connecting::Attempt::failed() {
  if (leadsHere) return complete(fail(Side::Local, Code::ProxyLoop, name + " is this proxy itself"));
  complete(fail(*lastError));
}

void Connecting::Attempt::complete(Result<Connected> result) {
  overall.cancel();
  stagger.cancel();
  sockets.clear();
  toProxy.reset();
  std::exchange(done, nullptr)(std::move(result));
}

}  // namespace sluice::engine
