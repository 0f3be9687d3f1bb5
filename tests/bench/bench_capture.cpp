// What capture costs: the same downloads through the real engine with capture off, on, and on with a recorder that is held to
// 1 MB/s. Prints rates and processor time for each byte, as ratios to capture off.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/process.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

namespace {

using namespace sluice;
using namespace sluice::test;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBodyBytes = 16'000'000;
constexpr int kBodies = 40;
// Processor time of one process so far: of each of its threads, in nanoseconds (proc(5), schedstat).
double cpuSeconds(std::int64_t process) {
  double nanoseconds = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::ifstream file(thread.path() / "schedstat");
    double onProcessor = 0;
    if (file >> onProcessor) nanoseconds += onProcessor;
  }
  return nanoseconds / 1e9;
}

struct Cost {
  double seconds = 0;
  double worker = 0;  // seconds of the processor
  double engine = 0;  // likewise, of all its processes
};

// `pace`: bytes a second that the origin sends; 0: as fast as it can.
Cost measure(const std::vector<std::string>& arguments, int pace) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--workers", "1"};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  EngineProcess engine(options);
  const auto workers = childrenOf(engine.process().id());
  if (!engine.ready() || workers.size() != 1) return {};
  Client client(engine.port());
  const auto cpu = [&] { return std::pair(cpuSeconds(workers[0]), cpuSeconds(engine.process().id())); };
  // Of a type that is not searched: the index is bench_store's business.
  const auto url = origin.url("/bytes/" + std::to_string(kBodyBytes) + "?type=video/mp4&seed=1" +
                   (pace > 0 ? "&rate=" + std::to_string(pace) : ""));
  client.get(url);
  const auto before = cpu();
  const auto start = Clock::now();
  for (int i = 0; i < kBodies; ++i) {
    const auto reply = client.get(url);
    if (!reply || reply->body.size() != kBodyBytes) std::printf("a body is not complete: %s\n", client.failure().c_str());
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const auto after = cpu();
  return {seconds, after.first - before.first, after.first - before.first + after.second - before.second};
}

// The best of three: what the machine can do when nobody disturbs it.
Cost best(const std::vector<std::string>& arguments, int pace = 0) {
  Cost found = measure(arguments, pace);
  for (int i = 0; i < 2; ++i) {
    const Cost next = measure(arguments, pace);
    found = {std::min(found.seconds, next.seconds), std::min(found.worker, next.worker), std::min(found.engine, next.engine)};
  }
  return found;
}

void print(const char* what, const Cost& cost, const Cost& off) {
  const double bytes = double(kBodyBytes) * kBodies;
  std::printf("%-43s %6.0f MB/s (%.2f of capture off), worker %.2f ns a byte (%.2f), all of the engine %.2f (%.2f)\n", what,
              bytes / cost.seconds / 1e6, off.seconds / cost.seconds, cost.worker * 1e9 / bytes, cost.worker / off.worker,
              cost.engine * 1e9 / bytes, cost.engine / off.engine);
}

}  // namespace

// As a test, for that is what an EngineProcess is made for; nothing is asserted.
SLUICE_TEST(whatCaptureCosts) {
  const auto off = best({"--capture", "off"});
  print("capture off", off, off);
  print("capture on", best({}), off);
  print("recorder at 1 MB/s (goal: rate 0.90)", best({"--record-rate", "1M"}), off);
  constexpr int kPace = 200'000'000;  // which the recorder keeps up with
  const auto pacedOff = best({"--capture", "off"}, kPace);
  print("capture off, at 200 MB/s", pacedOff, pacedOff);
  print("capture on, at 200 MB/s (goal: worker 1.10)", best({}, kPace), pacedOff);
}
