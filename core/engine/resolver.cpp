#include "core/engine/resolver.h"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "core/base/limits.h"
#include "platform/net/address.h"
#include "platform/thread.h"

namespace sluice::engine {
namespace {

using asio::ip::tcp;

// "localhost" and names below it, in any case, with or without the dot that says that a name is whole.
bool isLocalhost(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return name == "localhost" || name.ends_with(".localhost");
}

// Addresses that need no lookup: numeric ones, and localhost, which must never reach a name server (RFC 6761 6.3).
std::optional<Resolver::Endpoints> withoutLookup(const std::string& host, std::uint16_t port) {
  std::error_code code;
  const auto address = asio::ip::make_address(host, code);
  if (!code) return Resolver::Endpoints{{address, port}};
  if (isLocalhost(host)) {
    return Resolver::Endpoints{{asio::ip::address_v4::loopback(), port}, {asio::ip::address_v6::loopback(), port}};
  }
  return std::nullopt;
}

Result<Resolver::Endpoints> lookUp(tcp::resolver& resolver, const std::string& host, std::uint16_t port) {
  std::error_code code;
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, code);
  if (code) {
    auto error = net::toError(code, Side::Upstream, host);
    // The system's text for these is no better than ours.
    if (error.code == Code::HostNotFound || error.code == Code::ResolveFailed) error.systemCode = 0;
    if (error.code == Code::System) error.code = Code::ResolveFailed;
    return fail(std::move(error));
  }
  Resolver::Endpoints endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  if (endpoints.empty()) return fail(Side::Upstream, Code::HostNotFound, host);
  return endpoints;
}

}  // namespace

// What the threads know; outlives the resolver with the last of them.
struct Resolver::Shared {
  explicit Shared(asio::io_context& l) : loop(&l) {}

  struct Job {
    std::string host;
    std::uint16_t port;
    std::weak_ptr<Waiting> waiting;
    std::uint64_t ticket;
  };

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> jobs;
  std::vector<std::thread> threads;
  std::size_t idle = 0;  // threads that wait, those among them that were woken a moment ago
  bool stopped = false;
  asio::io_context* loop;  // null once the resolver is gone

  static void serve(const std::shared_ptr<Shared>& shared);
};

void Resolver::Shared::serve(const std::shared_ptr<Shared>& shared) {
  platform::beginThread("resolver", platform::Urgency::Usual);
  asio::io_context unused;
  tcp::resolver resolver(unused);
  std::unique_lock lock(shared->mutex);
  for (;;) {
    shared->idle++;
    shared->wake.wait(lock, [&] { return shared->stopped || !shared->jobs.empty(); });
    if (shared->stopped) return;  // still counted as idle: may be joined
    shared->idle--;
    auto job = std::move(shared->jobs.front());
    shared->jobs.pop_front();
    lock.unlock();
    auto result = lookUp(resolver, job.host, job.port);
    lock.lock();
    if (shared->loop == nullptr) return;
    asio::post(*shared->loop, [job = std::move(job), result = std::move(result)]() mutable {
      answer(job.waiting, job.ticket, std::move(result));
    });
  }
}

void Resolver::answer(const std::weak_ptr<Waiting>& waiting, std::uint64_t ticket, Result<Endpoints> result) {
  const auto alive = waiting.lock();
  if (!alive) return;
  auto handler = alive->handlers.extract(ticket);
  handler.mapped()(std::move(result));
}

Resolver::Resolver(asio::io_context& loop)
    : loop_(loop), waiting_(std::make_shared<Waiting>()), shared_(std::make_shared<Shared>(loop)) {}

Resolver::~Resolver() {
  bool allIdle = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopped = true;
    shared_->loop = nullptr;
    shared_->jobs.clear();
    allIdle = shared_->idle == shared_->threads.size();
  }
  shared_->wake.notify_all();
  for (auto& thread : shared_->threads) allIdle ? thread.join() : thread.detach();
}

void Resolver::resolve(std::string host, std::uint16_t port, Handler done) {
  const auto ticket = ++waiting_->last;
  waiting_->handlers.emplace(ticket, std::move(done));
  const auto answerNow = [&](Result<Endpoints> result) {
    asio::post(loop_, [waiting = std::weak_ptr(waiting_), ticket, result = std::move(result)]() mutable {
      answer(waiting, ticket, std::move(result));
    });
  };
  if (auto known = withoutLookup(host, port)) return answerNow(std::move(*known));

  const std::lock_guard lock(shared_->mutex);
  if (shared_->jobs.size() >= limits::kLookupsPendingMax) {
    return answerNow(fail(Side::Upstream, Code::ResolveFailed, host + ": too many lookups wait already"));
  }
  shared_->jobs.push_back({std::move(host), port, waiting_, ticket});
  // One that was woken for an earlier name has not taken it yet, perhaps: a slow name must not hold up this one.
  if (shared_->jobs.size() > shared_->idle && shared_->threads.size() < limits::kResolverThreadsMax) {
    shared_->threads.emplace_back([shared = shared_] { Shared::serve(shared); });
  }
  shared_->wake.notify_one();
}

}  // namespace sluice::engine
