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

  // What is known of a connection is as old as the last look at its loop: its end may have come since. That costs a system call
  // to find out, which is not worth it where another connection would do as well.
  enum class Look : std::uint8_t { Again, AsItWas };
  // The connection to `key` that was used last and still stands, marked as kept; null when there is none. With `user`, only
  // one that this client connection has used last.
  std::unique_ptr<Upstream> take(const std::string& key, Look look = Look::Again, ConnectionId user = {});
  void put(std::unique_ptr<Upstream> upstream, MonoTime now);
  bool has(const std::string& key) const;

  std::size_t size() const { return idle_.size(); }
  void clear();

 private:
  struct Idle;
  using Entry = std::list<Idle>::iterator;
  using OfOneKey = std::vector<Entry>;
  struct Idle final : Link::Driver {
    UpstreamPool* pool = nullptr;
    std::unique_ptr<Upstream> upstream;
    MonoTime since;
    Entry self;
    OfOneKey* sameKey = nullptr;
    void linkReady(Link&) override { pool->looked(self); }
  };

  // Something came on an idle connection: its end, or bytes that nobody asked for.
  void looked(Entry entry);
  void drop(Entry entry);
  std::unique_ptr<Upstream> remove(Entry entry);
  void forgetUnusedKeys();
  void closeExpired();

  Micros idleTimeout_;
  Deadline deadline_;
  std::list<Idle> idle_;   // oldest first
  std::list<Idle> spare_;  // without a connection: memory for the next
  std::unordered_map<std::string, OfOneKey> byKey_;  // last used last; of a key with none, only the memory
};

}  // namespace sluice::engine
