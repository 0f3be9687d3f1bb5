// How true limits are: the real engine with one and two workers between ends that time-stamp what they read. Prints Markdown tables.
//
//   bench_throttle            all of it: 50 minutes
//   bench_throttle --quick    a few rates for 3 s each: 3 minutes
//   bench_throttle PART...    rates latency bandwidth change many others
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/throttle/rate.h"
#include "tests/bench/throttle/crowd.h"
#include "tests/bench/throttle/transfer.h"

namespace {

using namespace sluice;
using namespace sluice::bench;

struct Extent {
  bool quick = false;
  double seconds = 10;
  std::vector<const char*> rates{"8k", "200k", "1.6mbit", "5M", "50M", "500M"};
  std::vector<std::size_t> counts{1, 4, 16};
  std::vector<int> workers{1, 2};
};

constexpr const char* kWays[] = {"plain", "TLS", "tunnel"};
constexpr const char* kDirections[] = {"down", "up"};

double bytesPerSecond(const char* text) { return static_cast<double>(throttle::parseRate(text)->bytesPerSecond); }

throttle::Profile limited(Direction direction, const char* rate) {
  throttle::Profile profile;
  (direction == Direction::Down ? profile.down : profile.up).rate = *throttle::parseRate(rate);
  return profile;
}

void row(std::initializer_list<std::string> cells) {
  for (const auto& cell : cells) std::printf("| %s ", cell.c_str());
  std::printf("|\n");
  std::fflush(stdout);
}

std::string text(const char* format, double value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}
std::string percent(double share) { return text("%.2f %%", 100 * share); }

void measureRates(const Extent& extent) {
  std::printf("\n## Rates\n\nOf %.0f s after the first; worst second: of every window of 1 s; unfair: share of a connection over 5 s.\n\n",
              extent.seconds);
  row({"workers", "way", "direction", "rate", "connections", "achieved", "worst second", "unfair", "CPU"});
  row({"---", "---", "---", "---", "---", "---", "---", "---", "---"});
  FarEnd far;
  for (const int workers : extent.workers) {
    Engine engine(workers);
    for (const Way way : {Way::Plain, Way::Tls, Way::Tunnel}) {
      for (const Direction direction : {Direction::Down, Direction::Up}) {
        for (const char* rate : extent.rates) {
          for (const std::size_t count : extent.counts) {
            // Opened and ended without a limit: sixteen handshakes at 8 KB/s take a minute.
            Transfers transfers(engine.port(), far, way, direction, count);
            engine.use(limited(direction, rate));
            sleepFor(1.5);
            const auto begin = Clock::now();
            const double cpu = engine.cpuSeconds();
            sleepFor(extent.seconds);
            const double used = engine.cpuSeconds() - cpu;
            engine.use({});
            const auto truth = judge(transfers.finish(), begin, extent.seconds, bytesPerSecond(rate));
            row({std::to_string(workers), kWays[static_cast<int>(way)], kDirections[static_cast<int>(direction)], rate,
                 std::to_string(count), percent(truth.achieved), percent(truth.worstSecond), percent(truth.unfair),
                 percent(used / extent.seconds)});
          }
        }
      }
    }
  }
}

// Half of 100 ms each way, 20 ms more or less each: ten tunnels with one byte under way each.
void measureLatency(const Extent& extent) {
  std::printf("\n## Round trip\n\n");
  row({"asked", "jitter each way", "p5", "p50", "p95", "echoes"});
  row({"---", "---", "---", "---", "---", "---"});
  FarEnd far;
  Engine engine(1);
  for (const int jitterMs : {0, 20}) {
    throttle::Profile profile;
    profile.setRoundTrip(std::chrono::milliseconds(100));
    profile.down.jitter = profile.up.jitter = std::chrono::milliseconds(jitterMs);
    engine.use(profile);
    std::vector<std::vector<double>> times(10);
    std::vector<std::thread> threads;
    asio::io_context loop;
    for (auto& mine : times) {
      threads.emplace_back([&] {
        auto wire = openEcho(loop, engine.port(), far.port());
        for (int i = 0; i <= (extent.quick ? 10 : 100); ++i) {
          const auto start = Clock::now();
          char byte = 'e';
          if (!wire.write({&byte, 1}) || wire.read(&byte, 1) == 0) return;
          // The first one waits for the connection behind the proxy.
          if (i > 0) mine.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        }
        wire.shutDown();
      });
    }
    for (auto& thread : threads) thread.join();
    std::vector<double> all;
    for (const auto& mine : times) all.insert(all.end(), mine.begin(), mine.end());
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
      return text("%.2f ms", all.empty() ? 0 : all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))]);
    };
    row({"100 ms", std::to_string(jitterMs) + " ms", at(0.05), at(0.5), at(0.95), std::to_string(all.size())});
  }
}

void measureBandwidth(const Extent& extent) {
  std::printf("\n## Bandwidth with latency\n\n");
  row({"rate", "latency each way", "achieved", "worst second"});
  row({"---", "---", "---", "---"});
  FarEnd far;
  Engine engine(1);
  for (const char* rate : {"200k", "5M", "50M"}) {
    for (const int delayMs : {0, 200}) {
      auto profile = limited(Direction::Down, rate);
      profile.down.delay = profile.up.delay = std::chrono::milliseconds(delayMs);
      engine.use(profile);
      Transfers transfers(engine.port(), far, Way::Plain, Direction::Down, 1);
      sleepFor(1 + 5 * delayMs / 1000.0);
      const auto begin = Clock::now();
      sleepFor(extent.seconds);
      const auto truth = judge(transfers.finish(), begin, extent.seconds, bytesPerSecond(rate));
      row({rate, std::to_string(delayMs) + " ms", percent(truth.achieved), percent(truth.worstSecond)});
    }
  }
}

// When, after it was asked for, bytes first came as no link of the old rate brings them: in 25 ms three times what it could.
double seenAfterMs(const std::vector<Log>& logs, Clock::time_point asked, double before) {
  constexpr double kWindow = 0.025;
  Log all;
  for (const Log& log : logs) all.insert(all.end(), log.begin(), log.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].at < asked) continue;
    double bytes = 0;
    for (std::size_t j = i + 1; j-- > 0 && std::chrono::duration<double>(all[i].at - all[j].at).count() < kWindow;) {
      bytes += static_cast<double>(all[j].bytes);
    }
    if (bytes > 3 * before * kWindow) return std::chrono::duration<double, std::milli>(all[i].at - asked).count();
  }
  return -1;
}

void measureChanges(const Extent& extent) {
  std::printf("\n## Changes during a transfer\n\nUntil the new rate is seen, of %d changes each; from the moment it is asked for.\n\n",
              extent.quick ? 3 : 10);
  row({"from", "to", "median", "longest"});
  row({"---", "---", "---", "---"});
  FarEnd far;
  Engine engine(2);
  for (const char* to : {"1M", "unlimited"}) {
    std::vector<double> times;
    for (int i = 0; i < (extent.quick ? 3 : 10); ++i) {
      engine.use(limited(Direction::Down, "100k"));
      Transfers transfers(engine.port(), far, Way::Tunnel, Direction::Down, 1);
      sleepFor(1.5 + 0.013 * i);
      const auto asked = Clock::now();
      engine.use(limited(Direction::Down, to));
      sleepFor(0.5);
      times.push_back(seenAfterMs(transfers.finish(), asked, 100e3));
    }
    std::sort(times.begin(), times.end());
    row({"100k", to, text("%.1f ms", times[times.size() / 2]), text("%.1f ms", times.back())});
  }
}

void measureMany(const Extent& extent) {
  constexpr std::size_t kCount = 500;
  std::printf("\n## %zu connections at 100 KB/s each\n\n", kCount);
  row({"workers", "achieved", "CPU of all processes", "system calls/s"});
  row({"---", "---", "---", "---"});
  for (const int workers : extent.workers) {
    Engine engine(workers);
    throttle::Profile profile;
    profile.perConnection = {100'000};
    engine.use(profile);
    Crowd crowd(engine.port(), kCount);
    sleepFor(2);
    const auto before = crowd.bytes();
    const double cpu = engine.cpuSeconds();
    sleepFor(extent.seconds);
    const double used = engine.cpuSeconds() - cpu;
    const auto came = static_cast<double>(crowd.bytes() - before);
    const auto calls = engine.systemCallsPerSecond();
    row({std::to_string(workers), percent(came / extent.seconds / kCount / 100e3), percent(used / extent.seconds),
         calls ? text("%.0f", *calls) : "strace is not installed"});
  }
}

// nginx serves a file at 200 KB/s by itself; beside it, Sluice slows the same file down in front of an nginx that does not.
void measureOthers(const Extent& extent) {
  std::printf("\n## Beside others, at 200 KB/s\n\n");
  row({"who", "connections", "achieved each", "worst second"});
  row({"---", "---", "---", "---"});
  const auto measure = [&](const std::string& who, std::uint16_t proxy, std::uint16_t server, std::size_t count) {
    std::vector<Log> logs(count);
    std::vector<std::thread> threads;
    std::list<Wire> wires;
    asio::io_context loop;
    for (std::size_t i = 0; i < count; ++i) {
      Wire& wire = wires.emplace_back(openThrough(loop, proxy, server, Way::Plain, Direction::Down));
      threads.emplace_back([&wire, &log = logs[i]] { readWithoutEnd(wire, log); });
    }
    sleepFor(1);
    const auto begin = Clock::now();
    sleepFor(extent.seconds);
    for (Wire& wire : wires) wire.shutDown();
    for (auto& thread : threads) thread.join();
    for (Wire& wire : wires) wire.reset();
    const auto truth = judge(logs, begin, extent.seconds, 200e3 * static_cast<double>(count));
    row({who, std::to_string(count), percent(truth.achieved), percent(truth.worstSecond)});
  };
  Nginx limitedOne("limit_rate 200k;"), plain("");
  if (!limitedOne.port() || !plain.port()) return row({"nginx", "-", "is not installed (installer/deps bench)", "-"});
  Engine engine(1);
  throttle::Profile profile;
  profile.perConnection = {200'000};
  engine.use(profile);
  for (const std::size_t count : {1u, 4u}) {
    measure("nginx limit_rate 200k (204,800 B/s)", limitedOne.port(), limitedOne.port(), count);
    measure("Sluice, 200 KB/s each", engine.port(), plain.port(), count);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::pair<std::string, void (*)(const Extent&)>> parts{
      {"rates", measureRates},   {"latency", measureLatency}, {"bandwidth", measureBandwidth},
      {"change", measureChanges}, {"many", measureMany},       {"others", measureOthers}};
  std::vector<std::string> wanted(argv + 1, argv + argc);
  Extent extent;
  if (std::erase(wanted, "--quick") > 0) extent = {true, 3, {"200k", "50M", "500M"}, {1, 16}, {2}};
  for (const auto& [name, measure] : parts) {
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) measure(extent);
  }
  return 0;
}
