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
constexpr int kBodiesToFill = 4;  // after so many all chunks, and the worker's own room for what waits, are full
constexpr int kBodiesMin = 10;
constexpr int kBodiesMax = 60;
constexpr double kFullSpeed = 1.10;  // of the time with capture off

// Downloads over one connection, each checked.
struct Downloads {
  explicit Downloads(const EngineProcess& engine, const Origin& from) : client(engine.port()), origin(from) {}

  // Seconds for the next one; negative: it is not right.
  double next() {
    const auto began = std::chrono::steady_clock::now();
    const auto reply = client.get(origin.url("/bytes/" + std::to_string(kBody) + "?seed=" + std::to_string(count)));
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const bool right = reply && reply->status() == 200 && reply->body.size() == kBody &&
                       Pattern(std::uint64_t(count)).matches(0, asBytes(reply->body));
    ++count;
    return right ? took : -1;
  }
  Client client;
  const Origin& origin;
  int count = 0;
};

}  // namespace

// The recorder takes 1 MB/s. In turns with an engine that records nothing: what disturbs the one disturbs the other, and a pair that
// nothing disturbs is sure to come. At the recorder's pace there never is one: it would be a hundred times slower.
SLUICE_TEST(aSlowRecorderCostsBodiesAndNothingElse) {
  const Origin origin;
  EngineProcess plain(withWorkers(1, {"--capture", "off"}));
  QVERIFY2(plain.ready(), plain.log().c_str());
  EngineProcess engine(withWorkers(1, {"--record-rate", "1M"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  Downloads unwatched(plain, origin), watched(engine, origin);
  double ratio = kBodiesMax;
  std::uint64_t residentMax = 0;
  while (watched.count < kBodiesMin || (ratio > kFullSpeed && watched.count < kBodiesMax)) {
    const double without = unwatched.next();
    const double with = watched.next();
    QVERIFY2(without > 0, unwatched.client.failure().c_str());
    QVERIFY2(with > 0, watched.client.failure().c_str());
    if (watched.count > kBodiesToFill) ratio = std::min(ratio, with / without);
    residentMax = std::max(residentMax, residentBytes(engine.process().id()));
  }
  const int bodies = watched.count;
  std::printf("%d bodies; at best %.2f times as long as with capture off; the engine held %llu MiB\n", bodies, ratio,
              static_cast<unsigned long long>(residentMax >> 20));
  QVERIFY2(ratio <= kFullSpeed, std::to_string(ratio).c_str());
  QVERIFY(!kMemoryIsTelling || residentMax < 256 * limits::kMiB);
  const auto refused = statusOf(engine, "refusedBodyBytes");
  QVERIFY(statusOf(engine, "cutBodies") > 0);
  QVERIFY(statusOf(engine, "backPressureEvents") > 0);
  // What waits takes seconds more to be written.
  QVERIFY(statusOf(engine, "recorderQueueBytes") > 0);
  QVERIFY(statusOf(engine, "chunksInUse") > 0 && statusOf(engine, "chunks") >= statusOf(engine, "chunksInUse"));
  const auto text = sluicectl(engine.dataDir(), {"status"}).output;
  for (const auto* said : {"chunks in use", "queued", "ran out", "Not kept"}) QVERIFY2(text.find(said) != std::string::npos, text.c_str());
  QVERIFY(engine.stop() == 0);

  History history(engine.dataDir());
  const auto rows = history.rows();
  QCOMPARE(rows.size(), std::size_t(bodies));
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

// What is told of an engine that rests is how it is now, not how it was when it last recorded something.
SLUICE_TEST(anEngineAtRestHasNothingInUseAndNothingQueued) {
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (int i = 0; i < 4; ++i) {
    const auto reply = Client(engine.port()).get(origin.url("/bytes/300000?seed=1"));
    QVERIFY(reply && reply->body.size() == 300'000);
  }
  QVERIFY(statusOf(engine, "chunks") > 0);
  QVERIFY(eventually([&] { return statusOf(engine, "chunksInUse") == 0; }));
  QVERIFY(eventually([&] { return statusOf(engine, "queuedMessages") == 0; }));
  QVERIFY(eventually([&] { return statusOf(engine, "recorderQueueBytes") == 0; }));
}
