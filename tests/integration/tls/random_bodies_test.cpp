// The bodies of random requests, in both directions and every framing, with and without TLS: what is in the history is what
// the origin and the client saw. The seed is printed.
#include <cmath>
#include <random>

#include "tests/integration/capture/history.h"
#include "tests/integration/tls/trust.h"
#include "tests/support/test.h"
#include "tests/support/tls/tls_client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using capture::Direction;

namespace {

constexpr int kRequests = 1000;
constexpr std::size_t kBodyBytesMax = 5'000'000;

struct Request {
  bool secure = false;
  std::string path;
  std::string head;
  std::string body;      // without framing
  std::string bodyWire;  // with it
};

// Most bodies are small, and some are as large as they may be.
std::size_t anySize(std::mt19937_64& random) {
  const double exponent = std::uniform_real_distribution<double>(0, 1)(random);
  return static_cast<std::size_t>(std::pow(double(kBodyBytesMax), exponent)) - 1;
}

std::string chunked(const std::string& body, std::mt19937_64& random) {
  std::string wire;
  for (std::size_t at = 0; at < body.size();) {
    const auto size = std::min<std::size_t>(1 + random() % 100'000, body.size() - at);
    char line[24];
    std::snprintf(line, sizeof line, "%zx\r\n", size);
    wire += line + body.substr(at, size) + "\r\n";
    at += size;
  }
  return wire + "0\r\n\r\n";
}

Request anyRequest(int number, std::mt19937_64& random) {
  const char* framings[] = {"length", "chunked", "close"};
  Request request;
  request.secure = random() % 2 == 0;
  request.body = Pattern(random()).text(0, anySize(random));
  request.path = std::string("/echo?framing=") + framings[random() % 3] + "&number=" + std::to_string(number);
  const bool inChunks = random() % 2 == 0;
  request.bodyWire = inChunks ? chunked(request.body, random) : request.body;
  request.head = inChunks ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return request;
}

}  // namespace

SLUICE_TEST(randomBodiesAreInTheHistoryAsOriginAndClientSawThem) {
  const std::uint64_t seed = std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  TrustingEngine proxy;
  QVERIFY2(proxy.engine.ready(), proxy.engine.log().c_str());
  std::ifstream caFile(proxy.ca());
  const std::string ca(std::istreambuf_iterator<char>(caFile), {});
  const auto port = proxy.origin.tlsPort(ServerCertificate::Right);
  std::vector<std::pair<std::string, std::string>> expected;  // path, SHA-256 of both bodies
  for (int number = 0; number < kRequests; ++number) {
    const auto request = anyRequest(number, random);
    Client client(proxy.engine.port());
    std::optional<Reply> reply;
    if (request.secure) {
      QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(port)));
      TlsClient secure(client, ca, "127.0.0.1");
      QVERIFY2(secure.shakeHands(), secure.session().error().detail.c_str());
      reply = secure.ask("POST " + request.path + " HTTP/1.1\r\nHost: x\r\n" + request.head + "\r\n" + request.bodyWire);
    } else {
      reply = client.ask("POST " + proxy.origin.url(request.path) + " HTTP/1.1\r\nHost: x\r\n" + request.head + "\r\n" + request.bodyWire);
    }
    QVERIFY2(reply && reply->status() == 200 && reply->body == request.body, request.path.c_str());
    expected.emplace_back(request.path, sha256(asBytes(request.body)));
  }
  QVERIFY(proxy.engine.stop() == 0);
  History history(proxy.engine.dataDir());
  const auto rows = history.rows();
  QCOMPARE(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [path, digest] = expected[i];
    QVERIFY2(rows[i].path == path && rows[i].state == store::State::Complete, rows[i].url.c_str());
    for (const auto direction : {Direction::Request, Direction::Response}) {
      QVERIFY2(sha256(asBytes(history.body(rows[i].id, direction))) == digest, path.c_str());
    }
  }
}
