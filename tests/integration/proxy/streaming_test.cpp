// Nothing is held back: what an origin or a client has sent is on its way before the next piece exists.
#include <algorithm>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/origin/stage.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Reads the events one by one and lets each next one go only when the one before it is here: an event that is held back
// would end the test at its deadline, however slow the machine is. Returns how long each took, in microseconds.
std::vector<std::int64_t> readEvents(Client& client, Origin& origin, const std::string& gate, int count,
                                     std::size_t size) {
  std::vector<std::int64_t> arrived;
  std::string chunk;
  for (int i = 0; i < count; ++i) {
    const auto line = client.input().until("\r\n", 100);
    if (!line || client.input().exactly(size + 2).rfind("data:" + std::to_string(i), 0) != 0) break;
    arrived.push_back(monotonicUs());
    origin.acknowledge(gate);
  }
  const auto sent = origin.eventsSentAtUs(gate);
  std::vector<std::int64_t> took;
  for (std::size_t i = 0; i < arrived.size(); ++i) took.push_back(arrived[i] - sent[i]);
  return took;
}

void print(const char* what, std::vector<std::int64_t> took) {
  std::sort(took.begin(), took.end());
  const auto late = std::count_if(took.begin(), took.end(), [](std::int64_t us) { return us > 5000; });
  std::printf("%s: %zu events, microseconds: median %lld, 99 %% %lld, slowest %lld; later than 5 ms: %lld\n", what,
              took.size(), static_cast<long long>(took[took.size() / 2]),
              static_cast<long long>(took[took.size() * 99 / 100]), static_cast<long long>(took.back()),
              static_cast<long long>(late));
}

}  // namespace

SLUICE_TEST(eachEventArrivesBeforeTheNextIsSent) {
  Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const std::size_t size : {std::size_t(10), std::size_t(2000)}) {
    const auto gate = "events" + std::to_string(size);
    Client client(engine.port());
    QVERIFY(client.write("GET " + origin.url("/events?count=1000&size=" + std::to_string(size) + "&gate=" + gate) +
                         " HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY(readHead(client.input()).has_value());
    const auto took = readEvents(client, origin, gate, 1000, size);
    QCOMPARE(took.size(), std::size_t(1000));
    print(gate.c_str(), took);
  }
}

SLUICE_TEST(theHeadArrivesBeforeTheBodyBegins) {
  Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/events?count=2&gate=one") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  QCOMPARE(readEvents(client, origin, "one", 2, 10).size(), std::size_t(2));
}

SLUICE_TEST(piecesOfAnUploadArriveAsTheyAreSent) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  // An echo through a tunnel shows it piece by piece; for a plain upload the 413 that comes after its first bytes does.
  Client client(engine.port());
  QVERIFY(client.write("POST " + origin.url("/upload?closeAt=3") +
                       " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"));
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 502);  // the origin saw the three bytes and closed
}

// A client that reads slowly slows the origin down; memory does not grow with the body.
SLUICE_TEST(aSlowClientDoesNotFillMemory) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--capture", "off"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client warm(engine.port());
  QVERIFY(warm.get(origin.url("/bytes/5000000")).has_value());
  const auto before = residentBytes(engine.process().id());
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(engine.port()));
    QVERIFY(clients.back()->write("GET " + origin.url("/bytes/200000000?seed=5") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY(readHead(clients.back()->input()).has_value());
  }
  const Pattern pattern(5);
  for (std::uint64_t offset = 0; offset < 400'000; offset += 40'000) {
    for (auto& client : clients) QVERIFY(pattern.matches(offset, asBytes(client->input().exactly(40'000))));
  }
  const auto after = residentBytes(engine.process().id());
  std::printf("20 slow clients: resident memory grew by %lld KiB\n",
              (static_cast<long long>(after) - static_cast<long long>(before)) / 1024);
  QVERIFY(after < before + 20 * 1024 * 1024);  // 20 pipes of 256 KiB each way, blocks of one pool, and room
}
