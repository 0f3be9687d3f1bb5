// What a client gets through the proxy is byte for byte what it gets without it, in every framing and both directions.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct Size {
  std::uint64_t bytes;
  std::uint64_t piece;  // of one write of the origin; tiny ones for tiny bodies
};
constexpr Size kSizes[] = {{0, 1}, {1, 1}, {64 * 1024, 1000}, {3'000'001, 70'000}};

std::string path(const Size& size, const std::string& framing) {
  return "/bytes/" + std::to_string(size.bytes) + "?seed=9&framing=" + framing + "&piece=" + std::to_string(size.piece);
}

// Whether curl gets this body from this URL.
bool downloads(const EngineProcess& engine, const std::string& url, std::uint64_t bytes) {
  const auto finished = curl(engine, {url});
  const bool same = finished.ok() && finished.output == Pattern(9).text(0, std::size_t(bytes));
  if (!same) {
    std::fprintf(stderr, "%s: %zu bytes, %s\n", url.c_str(), finished.output.size(), finished.errors.c_str());
  }
  return same;
}

// Whether the origin gets this body from curl, when curl reads it from its input (chunked) or from a file (length).
bool uploads(const EngineProcess& engine, const std::string& url, std::uint64_t bytes, bool chunked) {
  const TemporaryDirectory directory;
  const auto body = Pattern(4).text(0, std::size_t(bytes));
  const auto file = (directory / "body").string();
  std::FILE* out = std::fopen(file.c_str(), "wb");
  std::fwrite(body.data(), 1, body.size(), out);
  std::fclose(out);
  std::vector<std::string> arguments = {"--data-binary", "@" + file, url};
  if (chunked) arguments.insert(arguments.begin(), {"-H", "Transfer-Encoding: chunked"});
  const auto finished = curl(engine, arguments);
  const auto expected = "{\"size\":" + std::to_string(bytes) + ",\"sha256\":\"" + sha256(asBytes(body)) +
                        "\",\"framing\":\"" + (chunked ? "chunked" : "length") + "\"";
  const bool same = finished.ok() && finished.output.rfind(expected, 0) == 0;
  if (!same) std::fprintf(stderr, "%s: %s", url.c_str(), finished.text().c_str());
  return same;
}

}  // namespace

SLUICE_TEST(downloadsAreIdenticalInEveryFraming) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const auto& size : kSizes) {
    for (const char* framing : {"length", "chunked", "close"}) {
      QVERIFY2(downloads(engine, origin.url(path(size, framing)), size.bytes), framing);
    }
  }
}

SLUICE_TEST(downloadsThroughATunnelAreIdenticalInEveryFraming) {
  const Origin origin;
  EngineProcess engine(withoutInterception());
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const auto& size : kSizes) {
    for (const char* framing : {"length", "chunked", "close"}) {
      QVERIFY2(downloads(engine, origin.tlsUrl(path(size, framing)), size.bytes), framing);
    }
  }
}

SLUICE_TEST(uploadsAreIdenticalInEveryFraming) {
  const Origin origin;
  EngineProcess engine(withoutInterception());
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const auto& size : kSizes) {
    for (const bool chunked : {false, true}) {
      QVERIFY(uploads(engine, origin.url("/upload"), size.bytes, chunked));
      QVERIFY(uploads(engine, origin.tlsUrl("/upload"), size.bytes, chunked));
    }
  }
}

SLUICE_TEST(bothDirectionsAtOnceAreIdentical) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto body = Pattern(2).text(0, 1'000'000);
  const auto reply = client.ask("POST " + origin.url("/echo?framing=chunked&piece=777") +
                                " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + body);
  QVERIFY(reply && reply->summary.complete);
  QCOMPARE(reply->summary.framing, std::string("chunked"));
  QVERIFY(reply->body == body);
}

SLUICE_TEST(extensionsAndTrailersReachTheClient) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/10?framing=chunked&piece=5&ext=a=b&trailers=1"));
  QVERIFY(reply && reply->summary.complete);
  QCOMPARE(reply->body, Pattern(0).text(0, 10));
  QVERIFY(reply->summary.trailers.find("X-Trailer: kept\r\n") != std::string::npos);
}

SLUICE_TEST(bodiesThatArriveByteByByteAreIdentical) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const std::string request = "POST " + origin.url("/upload") +
                              " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nT: 1\r\n\r\n";
  for (const char byte : request) QVERIFY(client.write(std::string_view(&byte, 1)));
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body.substr(0, 84), "{\"size\":8,\"sha256\":\"" + sha256(asBytes("abcdefgh")));
  QVERIFY(reply->body.find("T: 1") != std::string::npos);
}

SLUICE_TEST(manyDownloadsAtOnceAreIdentical) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto url = origin.url("/bytes/500000?seed=9&framing=chunked&piece=3000");
  std::vector<std::string> arguments = {"--parallel", "--parallel-immediate", "--parallel-max", "30"};
  const TemporaryDirectory directory;
  for (int i = 0; i < 30; ++i) arguments.insert(arguments.end(), {"-o", (directory / std::to_string(i)).string(), url});
  const auto finished = curl(engine, arguments);
  QVERIFY2(finished.ok(), finished.text().c_str());
  for (int i = 0; i < 30; ++i) {
    QCOMPARE(run("sha256sum", {(directory / std::to_string(i)).string()}).output.substr(0, 64),
             patternSha256(9, 500000));
  }
}
