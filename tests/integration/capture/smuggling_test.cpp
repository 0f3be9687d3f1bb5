// Messages that two readers could take for different ones never pass: each is refused with its reason, and a row shows it
// as it came.
#include "core/base/error.h"
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;
using namespace std::string_literals;

namespace {

struct Case {
  const char* name;
  std::string afterStartLine;
  const char* reason;  // part of the answer and of the row
};

const Case kCases[] = {
    {"length and chunks", "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "Transfer-Encoding and Content-Length"},
    {"two lengths", "Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", "two values"},
    {"two lengths in one", "Host: x\r\nContent-Length: 5, 6\r\n\r\nabcdef", "two values"},
    {"a signed length", "Host: x\r\nContent-Length: +5\r\n\r\nabcde", "not a number"},
    {"a length with spaces", "Host: x\r\nContent-Length: 5 5\r\n\r\nabcde", "not a number"},
    {"a folded field", "Host: x\r\nA: b\r\n c\r\n\r\n", "folded line"},
    {"a folded coding", "Host: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", "folded line"},
    {"a bare LF", "Host: x\nA: b\r\n\r\n", "LF alone"},
    {"a bare CR", "Host: x\r\nA: b\rC: d\r\n\r\n", "0x0d"},
    {"a NUL", "Host: x\r\nA: b\0c\r\n\r\n"s, "0x00"},
    {"a space before the colon", "Host: x\r\nContent-Length : 5\r\n\r\nabcde", "white space before the colon"},
    {"a tab before the colon", "Host: x\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", "white space before the colon"},
    {"an unknown coding", "Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "unknown transfer coding"},
    {"a coding after chunked", "Host: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "after chunked"},
    {"chunked twice", "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "after chunked"},
    {"no host", "A: b\r\n\r\n", "no Host"},
    {"two hosts", "Host: x\r\nHost: y\r\n\r\n", "second Host"},
};

}  // namespace

SLUICE_TEST(ambiguousRequestsAreRefusedAndShown) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  for (const auto& each : kCases) {
    Client client(engine.port());
    const auto startLine = "POST " + origin.url("/mirror") + " HTTP/1.1\r\n";
    QVERIFY(client.write(startLine + each.afterStartLine + "GET " + origin.url("/smuggled") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto reply = client.reply();
    QVERIFY2(reply && reply->status() == 400, each.name);
    QVERIFY2(reply->body.find(each.reason) != std::string::npos, (each.name + (": " + reply->body)).c_str());
    QCOMPARE(client.input().rest(), std::string());  // and nothing that stood behind it was answered
    const bool shown = eventually([&] {
      for (const auto& row : history.rows()) {
        if (describe(row.error).find(each.reason) == std::string::npos) continue;
        const auto whole = history.find(row.url, [&](const auto& other) { return other.id == row.id; });
        // As it came, up to where it went wrong.
        const auto& raw = whole->requestHead;
        if (raw.starts_with(startLine) && (startLine + each.afterStartLine).starts_with(raw)) return true;
      }
      return false;
    });
    QVERIFY2(shown, each.name);
  }
  QCOMPARE(origin.requests(), std::uint64_t(0));
}

SLUICE_TEST(badChunkSizesAreRefused) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const char* chunk : {"g\r\nabcd\r\n", "-4\r\nabcd\r\n", "0x4\r\nabcd\r\n", "4 4\r\nabcd\r\n", "fffffffffffffffff\r\nabcd\r\n",
                            "4\r\nabcdX\r\n", "4\nabcd\r\n", "\r\nabcd\r\n"}) {
    Client client(engine.port());
    QVERIFY(client.write("POST " + origin.url("/upload") + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk));
    const auto reply = client.reply();
    QVERIFY2(reply && reply->status() == 400, chunk);
    QCOMPARE(client.input().rest(), std::string());
  }
}

SLUICE_TEST(ambiguousResponsesAreShownAsTheyCame) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  for (const char* name : {"two-lengths", "length-negative", "name-space", "nul-in-head"}) {
    Client client(engine.port());
    const auto reply = client.get(origin.url("/bad/"s + name));
    QVERIFY2(reply && reply->status() == 502, name);
    const auto row = history.ended("/bad/"s + name);
    QVERIFY2(row && row->row.error.side == Side::Upstream && row->responseHead.starts_with("HTTP/1.1 200 OK\r\n"), name);
    QVERIFY2(reply->body.find(row->row.error.detail.substr(0, 20)) != std::string::npos, reply->body.c_str());
  }
}
