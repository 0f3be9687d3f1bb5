// Upstream connections that wait to be used again. Each is watched: one that ends, fails or speaks unasked is closed at
// once. Loop thread only; bounds in limits.h.
#pragma once

#include <asio/io_context.hpp>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/time.h"
#include "core/engine/deadline.h"
#include "core/engine/link.h"

namespace sluice::engine {

class UpstreamPool {
 public:
  UpstreamPool(asio::io_context& loop, Micros idleTimeout);
  ~UpstreamPool();
  UpstreamPool(UpstreamPool&&) = delete;

  // The connection to `key` that was used last and still stands, marked as kept; null when there is none.
  std::unique_ptr<Upstream> take(const std::string& key);
  void put(std::unique_ptr<Upstream> upstream, MonoTime now);

  std::size_t size() const { return idle_.size(); }
  void clear();

 private:
  struct Idle final : Link::Driver {
    UpstreamPool* pool = nullptr;
    std::unique_ptr<Upstream> upstream;
    MonoTime since;
    std::list<Idle>::iterator self;
    void linkReady(Link&) override { pool->looked(self); }
  };
  using Entry = std::list<Idle>::iterator;

  // Something came on an idle connection: its end, or bytes that nobody asked for.
  void looked(Entry entry);
  void drop(Entry entry);
  std::unique_ptr<Upstream> remove(Entry entry);
  void closeExpired();

  Micros idleTimeout_;
  Deadline deadline_;
  std::list<Idle> idle_;                                          // oldest first
  std::unordered_map<std::string, std::vector<Entry>> byKey_;     // last used last
};

}  // namespace sluice::engine
