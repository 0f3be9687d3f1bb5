// A recorder that is far slower than the traffic: clients never notice, bodies are cut with exact counts, memory stays
// bounded, and everything that is no body is complete.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

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

namespace {

constexpr std::uint64_t kBody = 16'000'000;
constexpr int kBodies = 10;
using Seconds = std::chrono::duration<double>;

struct Run {
  Seconds took{};
  std::uint64_t residentMax = 0;
  std::string failure;
};

// Body after body over one connection, each checked.
Run fetchAll(EngineProcess& engine, const Origin& origin) {
  Run run;
  Client client(engine.port());
  for (int i = 0; i < kBodies; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const auto reply = client.get(origin.url("/bytes/" + std::to_string(kBody) + "?seed=" + std::to_string(i)));
    run.took += std::chrono::steady_clock::now() - began;
    if (!reply || reply->status() != 200 || !Pattern(std::uint64_t(i)).matches(0, asBytes(reply->body)) ||
        reply->body.size() != kBody) {
      run.failure = "body " + std::to_string(i) + " is not right: " + client.failure();
      return run;
    }
    run.residentMax = std::max(run.residentMax, residentBytes(engine.process().id()));
  }
  return run;
}

}  // namespace

SLUICE_TEST(aSlowRecorderCostsBodiesAndNothingElse) {
  const Origin origin;
  EngineProcess plain(withWorkers(1, {"--capture", "off"}));
  QVERIFY2(plain.ready(), plain.log().c_str());
  const auto unwatched = fetchAll(plain, origin);
  QVERIFY2(unwatched.failure.empty(), unwatched.failure.c_str());
  QVERIFY(plain.stop() == 0);

  EngineProcess engine(withWorkers(1, {"--record-rate", "1M"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto watched = fetchAll(engine, origin);
  QVERIFY2(watched.failure.empty(), watched.failure.c_str());
  std::printf("%d bodies of %llu bytes took %.2f s; %.2f s with capture off; the engine held %llu MiB\n", kBodies,
              static_cast<unsigned long long>(kBody), watched.took.count(), unwatched.took.count(),
              static_cast<unsigned long long>(watched.residentMax >> 20));
  // At the recorder's pace it would have been 160 s. How near the two are is measured by bench_capture.
  QVERIFY(watched.took < 4 * unwatched.took + Seconds(20));
  QVERIFY(!kMemoryIsTelling || watched.residentMax < 256 * limits::kMiB);
  const auto refused = statusOf(engine, "refusedBodyBytes");
  QVERIFY(statusOf(engine, "cutBodies") > 0);
  QVERIFY(statusOf(engine, "backPressureEvents") > 0);
  // What waits takes seconds more to be written.
  QVERIFY(statusOf(engine, "recorderQueueBytes") > 0);
  QVERIFY(statusOf(engine, "chunksInUse") > 0 && statusOf(engine, "chunks") >= statusOf(engine, "chunksInUse"));
  const auto text = sluicectl(engine.dataDir(), {"status"}).output;
  for (const auto* said : {"chunks in use", "ran out", "Not kept"}) QVERIFY2(text.find(said) != std::string::npos, text.c_str());
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
