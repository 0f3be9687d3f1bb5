// What a port costs, each figure beside something plain in the same run: small messages beside a Unix stream socket pair,
// messages by reference beside one memcpy, waking an idle reader beside the ping-pong of two pipes, processor time with capture
// on beside capture off. For the first three two threads, each with its end, as two processes would have; for the last the real
// engine. Prints the distribution of the one-way latency too.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "core/port/port.h"
#include "platform/process.h"
#include "tests/bench/capture/cost.h"
#include "tests/support/test.h"

namespace {

using namespace sluice;
using namespace sluice::port;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Reads every byte, at the speed of memory: four sums, so that no addition waits for the one before.
std::uint64_t sumOf(Bytes bytes) {
  std::uint64_t sums[4] = {};
  for (std::size_t at = 0; at + sizeof sums <= bytes.size(); at += sizeof sums) {
    std::uint64_t words[4];
    std::memcpy(words, bytes.data() + at, sizeof words);
    for (int i = 0; i < 4; ++i) sums[i] += words[i];
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}

// An end of a port that waits with poll() when it is asked to, and counts what comes.
class End final : public Port::Handler {
 public:
  explicit End(platform::PortSocket socket) : port(std::move(socket), options(), *this) {
    static_cast<void>(port.start());
  }

  void received(Incoming& message) override {
    ++count;
    for (const auto& buffer : message.buffers) {
      sum += sumOf(buffer.bytes());
    }
    if (message.payload.size() == sizeof(Clock::rep)) {
      latencies.push_back(Clock::now().time_since_epoch().count() - copyOf<Clock::rep>(message.payload));
    }
    if (echoes) send(message.payload);
  }
  void roomAgain() override { room = true; }
  void note(const std::string& what) override { std::printf("note: %s\n", what.c_str()); }
  void failed(const Error& why) override { std::printf("failed: %s\n", describe(why).c_str()); }
  void waitReadable() override { waits = true; }
  void waitWritable() override { writes = true; }
  void turnAgain() override { waits = false; }
  void freedElsewhere() override { freed = true; }

  bool send(Bytes payload) {
    Outgoing message;
    message.type = 1;
    message.payload = payload;
    return port.send(message) == Sent::Done;
  }
  // One turn of a loop: sleeps until something comes, unless there is more to do already.
  void turn() {
    pollfd ready[] = {{static_cast<int>(port.socket().handle()), static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0},
                      {static_cast<int>(port.doorbell().handle()), POLLIN, 0}};  // passed over where there is none
    if (waits) ::poll(ready, 2, freed ? 0 : 1000);
    if (ready[1].revents != 0) port.rung();
    if (ready[1].revents == 0 || ready[0].revents != 0) port.process();
    if (std::exchange(freed, false)) port.sendFreed();
    if (std::exchange(writes, false)) port.writable();
  }

  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  bool echoes = false;
  bool room = false;
  bool waits = true;
  bool writes = false;
  bool freed = false;
  std::vector<Clock::rep> latencies;
  Port port;

 private:
  static Port::Options options() {
    Port::Options options;
    options.ownPid = options.peerPid = static_cast<std::uint32_t>(platform::ownProcessId());
    options.memory.bytesMax = limits::kWorkerSegmentsMax * segmentBytes(kSegmentChunksMax);
    return options;
  }
};

struct Ends {
  Ends() {
    auto pair = platform::PortSocket::makePair(limits::kPortMessageBytes);
    a = std::make_unique<End>(std::move(pair->first));
    b = std::make_unique<End>(std::move(pair->second));
    while (!a->port.isReady() || !b->port.isReady()) {
      a->port.process();
      b->port.process();
    }
  }
  std::unique_ptr<End> a;
  std::unique_ptr<End> b;
};

constexpr std::uint64_t kSmall = 5'000'000;
constexpr std::size_t kSmallBytes = 32;

double smallThroughPort() {
  Ends ends;
  std::vector<std::byte> payload(kSmallBytes);
  const auto start = Clock::now();
  std::thread reader([&] {
    while (ends.b->count < kSmall) ends.b->turn();
  });
  for (std::uint64_t i = 0; i < kSmall;) {
    if (ends.a->send(payload)) {
      ++i;
    } else {
      std::this_thread::yield();  // full: the reader is what limits
    }
  }
  reader.join();
  return double(kSmall) / secondsSince(start);
}

double smallThroughSocket() {
  constexpr std::uint64_t kCount = kSmall / 10;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
  std::vector<char> payload(kSmallBytes);
  const auto start = Clock::now();
  std::thread reader([&] {
    std::vector<char> buffer(kSmallBytes);
    for (std::uint64_t got = 0; got < kCount; ++got) {
      if (::recv(ends[1], buffer.data(), buffer.size(), MSG_WAITALL) <= 0) return;
    }
  });
  for (std::uint64_t i = 0; i < kCount; ++i) {
    if (::send(ends[0], payload.data(), payload.size(), 0) <= 0) break;
  }
  reader.join();
  const double rate = double(kCount) / secondsSince(start);
  ::close(ends[0]);
  ::close(ends[1]);
  return rate;
}

constexpr std::size_t kLarge = limits::kMiB;
constexpr std::uint64_t kLargeCount = 2000;
// As many megabytes as a worker shares with its recorder; the copies and the bare array go over as much.
constexpr std::size_t kPlaces = limits::kWorkerSegmentsMax * limits::kSegmentBytes / kLarge;

double bytesThroughPort() {
  Ends ends;
  const std::vector<std::byte> source(kLarge, std::byte{7});
  const auto start = Clock::now();
  std::thread reader([&] {
    while (ends.b->count < kLargeCount) ends.b->turn();
  });
  for (std::uint64_t i = 0; i < kLargeCount;) {
    auto buffer = ends.a->port.allocate(kLarge);
    if (!buffer) {
      ends.a->turn();
      continue;
    }
    std::memcpy(buffer.data, source.data(), kLarge);
    buffer.size = kLarge;
    Outgoing message;
    message.type = 1;
    message.buffers = std::span(&buffer, 1);
    if (ends.a->port.send(message) == Sent::Done) ++i;
  }
  reader.join();
  return double(kLarge * kLargeCount) / secondsSince(start);
}

// What the processors themselves allow: the same bytes from thread to thread through a bare array.
double bytesHandedOver() {
  const std::vector<std::byte> source(kLarge, std::byte{7});
  std::vector<std::byte> target(kPlaces * kLarge);
  std::atomic<std::uint64_t> written{0};
  std::atomic<std::uint64_t> read{0};
  std::atomic<std::uint64_t> sum{0};
  const auto start = Clock::now();
  std::thread reader([&] {
    for (std::uint64_t i = 0; i < kLargeCount; ++i) {
      while (written.load(std::memory_order_acquire) <= i) std::this_thread::yield();
      sum += sumOf(Bytes(target).subspan(i % kPlaces * kLarge, kLarge));
      read.store(i + 1, std::memory_order_release);
    }
  });
  for (std::uint64_t i = 0; i < kLargeCount; ++i) {
    while (i - read.load(std::memory_order_acquire) >= kPlaces) std::this_thread::yield();
    std::memcpy(target.data() + i % kPlaces * kLarge, source.data(), kLarge);
    written.store(i + 1, std::memory_order_release);
  }
  reader.join();
  return sum > 0 ? double(kLarge * kLargeCount) / secondsSince(start) : 0;
}

double bytesByMemcpy() {
  const std::vector<std::byte> source(kLarge, std::byte{7});
  std::vector<std::byte> target(kPlaces * kLarge);
  std::uint64_t sum = 0;
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < kLargeCount; ++i) {
    std::memcpy(target.data() + i % kPlaces * kLarge, source.data(), kLarge);
    sum += std::to_integer<std::uint64_t>(target[i % kPlaces * kLarge]);
  }
  const double rate = double(kLarge * kLargeCount) / secondsSince(start);
  return sum > 0 ? rate : 0;
}

constexpr int kPings = 20'000;

// Whether two that wake each other share a processor is the kernel's mood, and changes what a wake-up costs many times over: so it is
// said, and both are measured.
int echoesOn = 1;

void pinTo(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  ::sched_setaffinity(0, sizeof only, &only);  // on a machine with one they share it
}

// Microseconds for one way, of a there-and-back between two sleepers.
double wakeUpThroughPort(std::vector<Clock::rep>& latencies) {
  Ends ends;
  ends.b->echoes = true;
  std::atomic<bool> stop{false};
  std::thread echo([&] {
    pinTo(echoesOn);
    while (!stop) ends.b->turn();
  });
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < kPings; ++i) {
    const auto now = Clock::now().time_since_epoch().count();
    ends.a->send(bytesOf(now));
    while (ends.a->count <= i) ends.a->turn();
  }
  const double each = secondsSince(start) * 1e6 / kPings / 2;
  stop = true;
  ends.a->send(asBytes("end"));
  echo.join();
  latencies = ends.b->latencies;
  return each;
}

// How a reader waits: in read() itself, or in poll() as everybody does who waits for more than one thing.
enum class Waits : std::uint8_t { InRead, InPoll };

// What can be waited for, two ways: a descriptor to write to and one to read from, each.
struct Bells {
  std::array<int, 2> there{-1, -1};
  std::array<int, 2> back{-1, -1};
  std::size_t bytes = 1;  // of one ring
};

Bells pipes() {
  Bells bells;
  for (auto* ends : {&bells.there, &bells.back}) {
    int pair[2];
    if (::pipe(pair) == 0) *ends = {pair[1], pair[0]};
  }
  return bells;
}

Bells eventCounters() {
  Bells bells;
  bells.bytes = sizeof(std::uint64_t);
  for (auto* ends : {&bells.there, &bells.back}) {
    const int counter = ::eventfd(0, 0);
    *ends = {counter, ::dup(counter)};
  }
  return bells;
}

// As ports have them, with a message as long as a wake-up's.
Bells packetSockets() {
  Bells bells;
  bells.bytes = sizeof(MessageHeader);
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0) {
    bells.there = {pair[0], pair[1]};
    bells.back = {::dup(pair[1]), ::dup(pair[0])};
  }
  return bells;
}

bool ring(int bell, std::size_t bytes) {
  const std::array<std::uint64_t, 2> one{1, 0};
  return ::write(bell, one.data(), bytes) == static_cast<ssize_t>(bytes);
}

bool await(int bell, std::size_t bytes, Waits waits) {
  std::array<std::uint64_t, 2> heard{};
  pollfd ready{bell, POLLIN, 0};
  if (waits == Waits::InPoll) ::poll(&ready, 1, -1);
  return ::read(bell, heard.data(), bytes) == static_cast<ssize_t>(bytes);
}

// Microseconds for one way, with nothing between the system's calls.
double wakeUpThrough(const Bells& bells, Waits waits) {
  std::thread echo([&] {
    pinTo(echoesOn);
    for (int i = 0; i < kPings; ++i) {
      if (!await(bells.there[1], bells.bytes, waits) || !ring(bells.back[0], bells.bytes)) return;
    }
  });
  const auto start = Clock::now();
  for (int i = 0; i < kPings; ++i) {
    if (!ring(bells.there[0], bells.bytes) || !await(bells.back[1], bells.bytes, waits)) break;
  }
  const double each = secondsSince(start) * 1e6 / kPings / 2;
  echo.join();
  for (const int end : {bells.there[0], bells.there[1], bells.back[0], bells.back[1]}) ::close(end);
  return each;
}

// The best of several: what the machine can do when nobody disturbs it.
template <class Measure>
double best(Measure measure, bool larger) {
  double found = measure();
  for (int i = 0; i < 2; ++i) found = larger ? std::max(found, measure()) : std::min(found, measure());
  return found;
}

void printMessages() {
  const double queue = best(smallThroughPort, true);
  const double socket = best(smallThroughSocket, true);
  std::printf("small messages (%zu bytes): %.2f million/s, socket pair %.2f million/s, ratio %.1f (goal 10)\n", kSmallBytes,
              queue / 1e6, socket / 1e6, queue / socket);
}

// Several times, as its speed depends on how the two threads happen to follow each other: where one touches what the other has just
// touched, the processors hand each line from one to the other.
template <class Measure>
std::vector<double> sorted(Measure measure) {
  std::vector<double> found;
  for (int i = 0; i < 9; ++i) found.push_back(measure());
  std::sort(found.begin(), found.end());
  return found;
}

void printBytes() {
  const double copy = best(bytesByMemcpy, true);
  const auto print = [&](const char* what, const std::vector<double>& found, const char* goal) {
    std::printf("1 MiB %s, filled and read: %.2f GB/s, %.2f of one memcpy (%.2f to %.2f)%s\n", what, found[found.size() / 2] / 1e9,
                found[found.size() / 2] / copy, found.front() / copy, found.back() / copy, goal);
  };
  std::printf("one memcpy: %.2f GB/s\n", copy / 1e9);
  print("by reference", sorted(bytesThroughPort), " (goal 0.8)");
  print("through a bare array from thread to thread", sorted(bytesHandedOver), "");
}

void printCapture() {
  constexpr int kBodies = 20;
  constexpr int kPace = 200'000'000;  // which the recorder keeps up with
  auto off = bench::costOf(kBodies, {"--capture", "off"}, kPace);
  auto on = bench::costOf(kBodies, {}, kPace);
  for (int i = 0; i < 2; ++i) {
    off = bench::leastOf(off, bench::costOf(kBodies, {"--capture", "off"}, kPace));
    on = bench::leastOf(on, bench::costOf(kBodies, {}, kPace));
  }
  const double bytes = double(bench::kBodyBytes) * kBodies;
  std::printf("processor time of a worker at 200 MB/s: %.2f ns a byte with capture on, %.2f off, ratio %.2f (goal 1.10)\n",
              on.worker * 1e9 / bytes, off.worker * 1e9 / bytes, on.worker / off.worker);
}

void printWakeUps() {
  std::vector<Clock::rep> latencies;
  const double port = best([&] { return wakeUpThroughPort(latencies); }, false);
  const double inRead = best([] { return wakeUpThrough(pipes(), Waits::InRead); }, false);
  std::printf("waking an idle reader: %.2f us one way, two pipes %.2f us, ratio %.2f (goal 1.3)\n", port, inRead, port / inRead);
  const auto beside = [&](const char* what, Bells (*bells)()) {
    const double bare = best([&] { return wakeUpThrough(bells(), Waits::InPoll); }, false);
    std::printf("  bare %s, waited for in poll() as a loop does: %.2f us; the port takes %.2f times as long\n", what, bare, port / bare);
  };
  beside("pipes", pipes);
  beside("eventfds", eventCounters);
  beside("packet sockets", packetSockets);
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) { return double(latencies[std::size_t(part * double(latencies.size() - 1))]) / 1000; };
  if (latencies.empty()) return;
  std::printf("one-way latency: median %.2f us, 90 %% %.2f us, 99 %% %.2f us, 99.9 %% %.2f us, most %.2f us\n", at(0.5), at(0.9),
              at(0.99), at(0.999), at(1));
}

}  // namespace

// As tests, for that is what an EngineProcess is made for, and each can be run alone; nothing is asserted.
SLUICE_TEST(smallMessages) { printMessages(); }
SLUICE_TEST(bytesByReference) { printBytes(); }
SLUICE_TEST(captureOnAndOff) {
  platform::prepareServerProcess();
  printCapture();
}
SLUICE_TEST(wakeUps) {
  pinTo(0);
  std::printf("a processor each:\n");
  printWakeUps();
  std::printf("both on one processor:\n");
  echoesOn = 0;
  printWakeUps();
}
