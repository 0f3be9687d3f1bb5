// A recorder that is far slower than the traffic: clients never notice, bodies are cut with exact counts, memory stays
// bounded, and everything that is no body is complete.
#include <cstdio>

#include "core/base/limits.h"
#include "tests/integration/capture/history.h"
#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(aSlowRecorderCostsBodiesAndNothingElse) {
  constexpr std::uint64_t kBody = 16'000'000;
  constexpr int kBodies = 10;
  const Origin origin;
  EngineProcess engine(withWorkers(1, {"--record-rate", "1M"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto began = std::chrono::steady_clock::now();
  Client client(engine.port());
  std::uint64_t residentMax = 0;
  for (int i = 0; i < kBodies; ++i) {
    const auto reply = client.get(origin.url("/bytes/" + std::to_string(kBody) + "?seed=" + std::to_string(i)));
    QVERIFY2(reply && reply->status() == 200 && reply->body.size() == kBody, client.failure().c_str());
    QVERIFY(Pattern(std::uint64_t(i)).matches(0, asBytes(reply->body)));
    residentMax = std::max(residentMax, residentBytes(engine.process().id()));
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  std::printf("%d bodies of %llu bytes took %lld ms, the engine held %llu MiB\n", kBodies, static_cast<unsigned long long>(kBody),
              static_cast<long long>(took.count()), static_cast<unsigned long long>(residentMax >> 20));
  QVERIFY(residentMax < 256 * limits::kMiB);
  const auto refused = statusOf(engine, "refusedBodyBytes");
  QVERIFY(statusOf(engine, "cutBodies") > 0);
  QVERIFY(statusOf(engine, "backPressureEvents") > 0);
  QVERIFY(engine.stop() == 0);

  History history(engine.dataDir());
  const auto rows = history.rows();
  QCOMPARE(rows.size(), std::size_t(kBodies));
  std::uint64_t missing = 0;
  for (const auto& row : rows) {
    QCOMPARE(row.error.code, Code::None);
    QCOMPARE(row.response.bytes, kBody);
    const auto body = history.body(row.id, capture::Direction::Response);
    QCOMPARE(std::uint64_t(body.size()), row.response.capturedBytes);
    const auto seed = row.url.substr(row.url.find("seed=") + 5);
    QVERIFY(Pattern(std::stoull(seed)).matches(0, asBytes(body)));
    missing += kBody - row.response.capturedBytes;
  }
  QVERIFY(missing > 0);
  QCOMPARE(refused, missing);
}
