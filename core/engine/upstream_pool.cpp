#include "core/engine/upstream_pool.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/engine/clock.h"

namespace sluice::engine {

UpstreamPool::UpstreamPool(asio::io_context& loop, Micros idleTimeout)
    : idleTimeout_(idleTimeout), deadline_(loop, [this] { closeExpired(); }) {}

UpstreamPool::~UpstreamPool() = default;

std::unique_ptr<Upstream> UpstreamPool::take(const std::string& key) {
  for (auto found = byKey_.find(key); found != byKey_.end(); found = byKey_.find(key)) {
    auto upstream = remove(found->second.back());
    // The end of the stream may have come in this very turn, before its wait was announced.
    if (upstream->link.peek().status != IoResult::Status::WouldBlock) continue;
    upstream->kept = true;
    return upstream;
  }
  return nullptr;
}

void UpstreamPool::put(std::unique_ptr<Upstream> upstream, MonoTime now) {
  // Also settles that nothing is there, without which the link would not wait.
  if (upstream->link.peek().status != IoResult::Status::WouldBlock) return;

  auto& sameKey = byKey_[upstream->key];
  if (sameKey.size() == limits::kIdleUpstreamsPerHostMax) {
    drop(sameKey.front());
    return put(std::move(upstream), now);
  }
  if (idle_.size() == limits::kIdleUpstreamsMax) drop(idle_.begin());

  const auto entry = idle_.emplace(idle_.end());
  entry->pool = this;
  entry->since = now;
  entry->self = entry;
  entry->upstream = std::move(upstream);
  byKey_[entry->upstream->key].push_back(entry);
  entry->upstream->link.setDriver(&*entry);
  entry->upstream->link.waitReadable();
  if (idle_.size() == 1) deadline_.set(now + idleTimeout_);
}

void UpstreamPool::clear() {
  byKey_.clear();
  idle_.clear();
}

void UpstreamPool::looked(Entry entry) {
  auto& link = entry->upstream->link;
  if (link.peek().status != IoResult::Status::WouldBlock) return drop(entry);
  link.waitReadable();
}

void UpstreamPool::drop(Entry entry) { remove(entry); }

std::unique_ptr<Upstream> UpstreamPool::remove(Entry entry) {
  auto upstream = std::move(entry->upstream);
  upstream->link.setDriver(nullptr);
  const auto found = byKey_.find(upstream->key);
  std::erase(found->second, entry);
  if (found->second.empty()) byKey_.erase(found);
  idle_.erase(entry);
  return upstream;
}

void UpstreamPool::closeExpired() {
  const auto now = readClocks().mono;
  while (!idle_.empty() && idle_.front().since + idleTimeout_ <= now) drop(idle_.begin());
  if (!idle_.empty()) deadline_.set(idle_.front().since + idleTimeout_);
}

}  // namespace sluice::engine
