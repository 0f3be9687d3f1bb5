// A gigabyte each way, plain and through a tunnel: byte-identical, in little memory.
#include "tests/integration/soak/big_transfers.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint64_t kGigabyte = 1024 * 1024 * 1024;
constexpr std::uint64_t kMemoryBytesMax = 100 * 1024 * 1024;

std::string path(const char* framing) {
  return "/bytes/" + std::to_string(kGigabyte) + "?seed=1&framing=" + std::string(framing);
}

}  // namespace

SLUICE_TEST(aGigabyteDown) {
  const Origin origin;
  for (const char* framing : {"length", "chunked", "close"}) {
    EngineProcess engine;
    QVERIFY2(engine.ready(), engine.log().c_str());
    const MemoryWatch memory(engine);
    const auto transfer = download(engine, origin.url(path(framing)), kGigabyte);
    print(framing, transfer, kGigabyte, memory);
    QVERIFY2(transfer.failure.empty(), transfer.failure.c_str());
    QVERIFY(memory.mostBytes() < kMemoryBytesMax);
  }
}

SLUICE_TEST(aGigabyteUp) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const MemoryWatch memory(engine);
  const auto transfer = upload(engine, origin.url("/upload"), kGigabyte);
  print("upload", transfer, kGigabyte, memory);
  QVERIFY2(transfer.failure.empty(), transfer.failure.c_str());
  QVERIFY(memory.mostBytes() < kMemoryBytesMax);
}

SLUICE_TEST(aGigabyteThroughATunnelEachWay) {
  const Origin origin;
  EngineProcess engine(withoutInterception());
  QVERIFY2(engine.ready(), engine.log().c_str());
  const MemoryWatch memory(engine);
  const auto down = download(engine, origin.tlsUrl(path("length")), kGigabyte);
  print("tunnel down", down, kGigabyte, memory);
  QVERIFY2(down.failure.empty(), down.failure.c_str());
  const auto up = upload(engine, origin.tlsUrl("/upload"), kGigabyte);
  print("tunnel up", up, kGigabyte, memory);
  QVERIFY2(up.failure.empty(), up.failure.c_str());
  QVERIFY(memory.mostBytes() < kMemoryBytesMax);
}
