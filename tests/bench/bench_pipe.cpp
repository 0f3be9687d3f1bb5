// What it costs to move a body through an event pipe and an output chain, beside one memcpy of the same bytes in the
// same run. Prints nanoseconds a slice, allocations a slice (0 after warm-up), bytes a second and the ratio. Source and
// stream take part in everything but the copying that a kernel would do: nothing between them copies a byte, and that
// is what is shown.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#include "core/buffer/heap_block_pool.h"
#include "core/output/chain_writer.h"
#include "core/output/output_chain.h"
#include "core/pipe/copy_filter.h"
#include "core/pipe/event_pipe.h"

namespace {
std::size_t allocations = 0;

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* memory = alignment > alignof(std::max_align_t)
                     ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                     : std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) { return allocate(size, std::size_t(alignment)); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, std::size_t(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

using namespace sluice;

constexpr std::uint64_t kBody = std::uint64_t{1} << 30;
constexpr int kRepeats = 7;
const MonoTime kNow{};

// Says that it has filled whatever it was offered.
class EndlessSource final : public pipe::Source {
 public:
  IoResult receive(std::span<const MutableBytes> into) override {
    std::size_t bytes = 0;
    for (MutableBytes piece : into) bytes += piece.size();
    return IoResult::ok(bytes);
  }
  bool lend(MutableBytes, Lender&) override { return false; }
  bool endIsKnown() const override { return false; }
  IoResult takeEnd() override { return IoResult::end(); }
};

class CountingStream final : public output::Stream {
 public:
  Capabilities capabilities() const override { return {.sendFile = true, .buffersMax = 64}; }
  IoResult send(std::span<const Bytes> pieces) override {
    std::size_t bytes = 0;
    for (Bytes piece : pieces) bytes += piece.size();
    slices += pieces.size();
    sent += bytes;
    return IoResult::ok(bytes);
  }
  IoResult sendFile(buffer::File&, std::uint64_t, std::uint64_t length) override {
    sent += length;
    return IoResult::ok(static_cast<std::size_t>(length));
  }
  bool holdsBack() const override { return false; }
  IoResult flush() override { return IoResult::ok(0); }

  std::uint64_t sent = 0;
  std::uint64_t slices = 0;
};

struct Measured {
  double seconds = 1e18;  // the best of the repeats: what the code costs when nothing else runs
  double slices = 0;
  double allocations = 0;
};

template <class Work>
double secondsOf(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Measured measurePipe(std::size_t blockBytes, std::size_t blocks, std::uint64_t body) {
  buffer::HeapBlockPool pool(blockBytes);
  EndlessSource source;
  CountingStream stream;
  output::ChainWriter writer(stream);
  output::OutputChain chain(writer, {.sendFile = true}, nullptr);
  pipe::EventPipe pipe;
  pipe::Settings settings;
  settings.maxBlocks = blocks;
  settings.busyLimit = blockBytes * blocks;
  Measured best;
  for (int repeat = 0; repeat <= kRepeats; ++repeat) {  // the first warms up
    const std::size_t before = allocations;
    const std::uint64_t slices = stream.slices;
    const double seconds = secondsOf([&] {
      pipe::LengthFilter filter(body);
      pipe.start(settings, {&source, &filter, &chain, &pool, nullptr, nullptr, nullptr});
      while (pipe.phase() == pipe::Phase::Running) (void)pipe.process(pipe::DoWrite::Yes, kNow);
    });
    if (repeat == 0) continue;
    best.seconds = std::min(best.seconds, seconds);
    best.slices = double(stream.slices - slices);
    best.allocations = double(allocations - before) / best.slices;
  }
  return best;
}

// From a large piece of memory to another one: neither stays in a cache, as the bodies of a proxy do not.
double measureMemcpy(std::uint64_t body) {
  constexpr std::size_t kSize = std::size_t{256} << 20;
  std::vector<std::byte> from(kSize, std::byte{1});
  std::vector<std::byte> to(kSize);
  double best = 1e18;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    best = std::min(best, secondsOf([&] {
                      for (std::uint64_t done = 0; done < body; done += kSize) {
                        std::memcpy(to.data(), from.data(), kSize);
                        from[0] = to[kSize - 1];
                      }
                    }));
  }
  return best;
}

// A small exchange after the other on one connection, as keep-alive traffic is.
void printExchanges() {
  constexpr int kExchanges = 300'000;
  buffer::HeapBlockPool pool;
  EndlessSource source;
  CountingStream stream;
  output::ChainWriter writer(stream);
  output::OutputChain chain(writer, {.sendFile = true}, nullptr);
  pipe::EventPipe pipe;
  const pipe::Settings settings;
  double best = 1e18;
  double allocated = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const std::size_t before = allocations;
    best = std::min(best, secondsOf([&] {
                      for (int i = 0; i < kExchanges; ++i) {
                        pipe::LengthFilter filter(limits::kBlockBytes);
                        pipe.start(settings, {&source, &filter, &chain, &pool, nullptr, nullptr, nullptr});
                        while (pipe.phase() == pipe::Phase::Running) (void)pipe.process(pipe::DoWrite::Yes, kNow);
                      }
                    }));
    allocated = double(allocations - before) / kExchanges;
  }
  std::printf("bodies of one block, one after the other: %.0f ns each, %.2f allocations each\n",
              best / kExchanges * 1e9, allocated);
}

}  // namespace

int main() {
  const double copied = measureMemcpy(kBody);
  std::printf("memcpy of 1 GiB: %.2f GB/s\n", double(kBody) / copied / 1e9);
  std::printf("%8s %7s %10s %12s %10s %10s\n", "block", "blocks", "ns/slice", "alloc/slice", "GB/s", "x memcpy");
  for (const std::size_t blockBytes : {std::size_t{4096}, std::size_t{16384}, std::size_t{65536}}) {
    for (const std::size_t blocks : {std::size_t{1}, std::size_t{16}, std::size_t{64}}) {
      const Measured best = measurePipe(blockBytes, blocks, kBody);
      std::printf("%8zu %7zu %10.1f %12.4f %10.1f %10.1f\n", blockBytes, blocks, best.seconds / best.slices * 1e9,
                  best.allocations, double(kBody) / best.seconds / 1e9, copied / best.seconds);
    }
  }
  printExchanges();
  return 0;
}
