#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/bench/capture/cost.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/process.h"
#include "tests/support/wire/client.h"

namespace sluice::bench {
namespace {

using namespace sluice::test;
using Clock = std::chrono::steady_clock;

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

}  // namespace

Cost costOf(int bodies, const std::vector<std::string>& arguments, int pace) {
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
  for (int i = 0; i < bodies; ++i) {
    const auto reply = client.get(url);
    if (!reply || reply->body.size() != kBodyBytes) std::printf("a body is not complete: %s\n", client.failure().c_str());
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const auto after = cpu();
  return {seconds, after.first - before.first, after.first - before.first + after.second - before.second};
}

Cost leastOf(const Cost& one, const Cost& other) {
  return {std::min(one.seconds, other.seconds), std::min(one.worker, other.worker), std::min(one.engine, other.engine)};
}

}  // namespace sluice::bench
