// One struct of numbers that several processes share: made by one, mapped by the others from its handle. For counters,
// ids and budgets that many workers draw from. Any thread.
//
//   struct Rates { SharedNumber tokens; };
//   auto page = SharedPage<Rates>::create();            // in the supervisor; page->handle() goes to each worker
//   auto same = SharedPage<Rates>::map(std::move(handle));
//   same->get().tokens.add(-100);
//
// Every process that has it can write anything into it: a number from here is checked like any from outside.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/base/result.h"
#include "platform/shared_memory.h"

namespace sluice::port {

// A number in shared memory that every process changes atomically.
struct SharedNumber {
  std::uint64_t value = 0;

  std::uint64_t load() const { return ref().load(std::memory_order_relaxed); }
  void store(std::uint64_t wanted) { ref().store(wanted, std::memory_order_relaxed); }
  // What it was before.
  std::uint64_t add(std::uint64_t amount) { return ref().fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t subtract(std::uint64_t amount) { return ref().fetch_sub(amount, std::memory_order_relaxed); }
  // False: somebody was faster, and `expected` is what it is now.
  bool replace(std::uint64_t& expected, std::uint64_t wanted) {
    return ref().compare_exchange_weak(expected, wanted, std::memory_order_acq_rel, std::memory_order_relaxed);
  }

 private:
  std::atomic_ref<std::uint64_t> ref() const { return std::atomic_ref<std::uint64_t>(const_cast<std::uint64_t&>(value)); }
};
static_assert(std::is_trivially_copyable_v<SharedNumber> && sizeof(SharedNumber) == 8);

template <class T>
class SharedPage {
  static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>);
  static constexpr std::size_t kPageBytes = 4096;

 public:
  // All zeros.
  static Result<SharedPage> create() { return made(platform::SharedMemory::create(kBytes)); }
  // Code::ProtocolFault: not a page for this struct.
  static Result<SharedPage> map(platform::OwnedHandle memory) {
    return made(platform::SharedMemory::map(std::move(memory), kBytes));
  }

  T& get() const { return *reinterpret_cast<T*>(memory_.data()); }
  platform::Handle handle() const { return memory_.handle(); }

 private:
  static constexpr std::size_t kBytes = (sizeof(T) + kPageBytes - 1) / kPageBytes * kPageBytes;

  explicit SharedPage(platform::SharedMemory memory) : memory_(std::move(memory)) {}
  static Result<SharedPage> made(Result<platform::SharedMemory> memory) {
    if (!memory) return fail(std::move(memory.error()));
    return SharedPage(std::move(*memory));
  }

  platform::SharedMemory memory_;
};

}  // namespace sluice::port
