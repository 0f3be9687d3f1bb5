// A long body to a client that reads slowly: memory grows by a few blocks, whatever the length. The suite runs it
// with 128 MiB; `tests/run soak` with 4 GiB at 20 MB/s.
#include <cstdlib>

#include "tests/integration/soak/big_transfers.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kGrowthBytesMax = 8 * kMiB;

void costsAFewBlocks(std::uint64_t bytes, std::uint64_t bytesPerSecond) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--capture", "off"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  // What the engine needs once, whoever comes, is no growth.
  const auto warm = download(engine, origin.url("/bytes/10000000?seed=1"), 10'000'000);
  QVERIFY2(warm.failure.empty(), warm.failure.c_str());
  const MemoryWatch memory(engine);
  const auto url = origin.url("/bytes/" + std::to_string(bytes) + "?seed=1");
  const auto transfer = downloadSlowly(engine, url, bytes, bytesPerSecond);
  print("slow client", transfer, bytes, memory);
  QVERIFY2(transfer.failure.empty(), transfer.failure.c_str());
  QVERIFY(memory.mostBytes() < memory.firstBytes() + kGrowthBytesMax);
}

}  // namespace

SLUICE_TEST(aSlowClientCostsAFewBlocks) {
  const auto mebibytes = std::strtoull(option("mebibytes", "128").c_str(), nullptr, 10);
  const auto bytesPerSecond = std::strtoull(option("rate", "100000000").c_str(), nullptr, 10);
  costsAFewBlocks(mebibytes * kMiB, bytesPerSecond);
}
