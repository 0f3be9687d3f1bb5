// A long body to a client that reads slowly: memory grows by a few blocks, whatever the length, and a spill file keeps its
// limit. The suite runs it with 128 MiB; `tests/run soak` with 4 GiB at 20 MB/s.
#include <cstdlib>

#include "core/base/limits.h"
#include "tests/integration/soak/big_transfers.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kGrowthBytesMax = 8 * kMiB;

struct Watched {
  Transfer transfer;
  std::uint64_t grownBytes = 0;
  std::uint64_t spilledBytes = 0;
};

Watched downloadWatched(const std::string& mode) {
  const auto bytes = std::strtoull(option("mebibytes", "128").c_str(), nullptr, 10) * kMiB;
  const auto bytesPerSecond = std::strtoull(option("rate", "100000000").c_str(), nullptr, 10);
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--workers", "1", "--capture", "off", "--slow-client", mode};
  EngineProcess engine(options);
  if (!engine.ready()) return {{engine.log(), 0}};
  // What the one worker needs once, whoever comes, is no growth.
  if (auto warm = download(engine, origin.url("/bytes/10000000?seed=1"), 10'000'000); !warm.failure.empty()) return {warm};
  const MemoryWatch memory(engine);
  const auto url = origin.url("/bytes/" + std::to_string(bytes) + "?seed=1");
  Watched watched{downloadSlowly(engine, url, bytes, bytesPerSecond)};
  print(("slow client, " + mode).c_str(), watched.transfer, bytes, memory);
  watched.grownBytes = memory.mostBytes() - memory.firstBytes();
  watched.spilledBytes = memory.mostSpilledBytes();
  return watched;
}

}  // namespace

SLUICE_TEST(aSlowClientCostsAFewBlocks) {
  const auto watched = downloadWatched("backpressure");
  QVERIFY2(watched.transfer.failure.empty(), watched.transfer.failure.c_str());
  QVERIFY(watched.grownBytes < kGrowthBytesMax);
  QCOMPARE(watched.spilledBytes, std::uint64_t(0));
}

SLUICE_TEST(aBufferedClientCostsAFewBlocksAndAFileWithinItsLimit) {
  const auto watched = downloadWatched("buffered");
  QVERIFY2(watched.transfer.failure.empty(), watched.transfer.failure.c_str());
  QVERIFY(watched.grownBytes < kGrowthBytesMax);
  QVERIFY(watched.spilledBytes > 0 && watched.spilledBytes <= limits::kSpillBytesMax);
}
