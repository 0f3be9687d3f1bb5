#include "core/engine/upstream_pool.h"

#include <algorithm>
#include <iterator>

#include "core/base/limits.h"
#include "core/engine/clock.h"

namespace sluice::engine {

UpstreamPool::UpstreamPool(asio::io_context& loop, Micros idleTimeout)
    : idleTimeout_(idleTimeout), deadline_(loop, [this] { closeExpired(); }) {}

UpstreamPool::~UpstreamPool() = default;

std::unique_ptr<Upstream> UpstreamPool::take(const std::string& key, Look look, ConnectionId user) {
  const auto found = byKey_.find(key);
  if (found == byKey_.end()) return nullptr;
  auto& all = found->second;
  const auto suits = [&](Entry entry) { return !user || entry->upstream->user == user; };
  while (true) {
    const auto last = std::find_if(all.rbegin(), all.rend(), suits);
    if (last == all.rend()) return nullptr;
    auto upstream = remove(*last);
    // The end of the stream may have come in this very turn, before its wait was announced.
    if (look == Look::Again && upstream->link.peek().status != IoResult::Status::WouldBlock) continue;
    upstream->kept = true;
    return upstream;
  }
}

bool UpstreamPool::has(const std::string& key) const {
  const auto found = byKey_.find(key);
  return found != byKey_.end() && !found->second.empty();
}

void UpstreamPool::put(std::unique_ptr<Upstream> upstream, MonoTime now) {
  // A link that may have something to receive would not wait. What comes from here on is announced.
  if (upstream->link.mayReceive() && upstream->link.peek().status != IoResult::Status::WouldBlock) return;

  auto* sameKey = &byKey_[upstream->key];
  if (sameKey->size() == limits::kIdleUpstreamsPerHostMax) drop(sameKey->front());
  if (idle_.size() == limits::kIdleUpstreamsMax) drop(idle_.begin());

  if (spare_.empty()) spare_.emplace_back();
  idle_.splice(idle_.end(), spare_, spare_.begin());
  const auto entry = std::prev(idle_.end());
  entry->pool = this;
  entry->since = now;
  entry->self = entry;
  entry->sameKey = sameKey;
  entry->upstream = std::move(upstream);
  sameKey->push_back(entry);
  entry->upstream->link.setDriver(&*entry);
  entry->upstream->link.waitReadable();
  if (idle_.size() == 1) deadline_.set(now + idleTimeout_);
  forgetUnusedKeys();
}

// They are kept because most are used again at once; but not of every host that was ever asked.
void UpstreamPool::forgetUnusedKeys() {
  if (byKey_.size() <= 2 * limits::kIdleUpstreamsMax) return;
  std::erase_if(byKey_, [](const auto& each) { return each.second.empty(); });
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
  std::erase(*entry->sameKey, entry);
  spare_.splice(spare_.begin(), idle_, entry);
  return upstream;
}

void UpstreamPool::closeExpired() {
  const auto now = readClocks().mono;
  while (!idle_.empty() && idle_.front().since + idleTimeout_ <= now) drop(idle_.begin());
  if (!idle_.empty()) deadline_.set(idle_.front().since + idleTimeout_);
}

}  // namespace sluice::engine
