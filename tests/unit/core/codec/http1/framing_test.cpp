#include "core/codec/http1/framing.h"

#include "tests/support/parse_head.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::http1;
using http1::test::request;
using http1::test::response;

namespace {

struct Row {
  std::string_view fields;
  std::string_view outcome;
};

std::string told(const Result<Framing>& framing) {
  if (!framing) {
    return std::string(framing.error().code == Code::BadFraming ? "" : "wrong code ") +
           (framing.error().side == Side::Client ? "client: " : "upstream: ") + framing.error().detail;
  }
  switch (framing->kind) {
    case Framing::Kind::None: return "none";
    case Framing::Kind::Length: return std::to_string(framing->length);
    case Framing::Kind::Chunked: return "chunked";
    case Framing::Kind::UntilClose: return "until close";
  }
  return {};
}

// What does not depend on the role, but for the side that is named and for what holds without any field.
const Row kBoth[] = {
    {"", "-"},
    {"Content-Length: 0\n", "0"},
    {"Content-Length: 12\n", "12"},
    {"content-length:\t007 \n", "7"},
    {"Content-Length: 9223372036854775807\n", "9223372036854775807"},
    {"Content-Length: 9223372036854775808\n", "!Content-Length is too large: \"9223372036854775808\""},
    {"Content-Length: 18446744073709551617\n", "!Content-Length is too large: \"18446744073709551617\""},
    {"Content-Length: 00000000000000000001\n", "!Content-Length is too large: \"00000000000000000001\""},
    {"Content-Length:\n", "!Content-Length has no number: \"\""},
    {"Content-Length: ,\n", "!Content-Length has no number: \",\""},
    {"Content-Length: 5,\n", "!Content-Length has no number: \"5,\""},
    {"Content-Length: +5\n", "!Content-Length is not a number: \"+5\""},
    {"Content-Length: -5\n", "!Content-Length is not a number: \"-5\""},
    {"Content-Length: 5 5\n", "!Content-Length is not a number: \"5 5\""},
    {"Content-Length: 0x5\n", "!Content-Length is not a number: \"0x5\""},
    {"Content-Length: 5;q=1\n", "!Content-Length is not a number: \"5;q=1\""},
    {"Content-Length: 5.0\n", "!Content-Length is not a number: \"5.0\""},
    {"Content-Length: 1e3\n", "!Content-Length is not a number: \"1e3\""},
    {"Content-Length: \xd9\xa5\n", "!Content-Length is not a number: \"\\xd9\\xa5\""},
    {"Content-Length: 5, 5\n", "5"},
    {"Content-Length: 5\nContent-Length: 5\n", "5"},
    {"Content-Length: 5\nContent-Length: 6\n", "!Content-Length has two values: \"5\" and \"6\""},
    {"Content-Length: 5, 6\n", "!Content-Length has two values: \"5\" and \"6\""},
    {"Content-Length: 5\nContent-Length: 05\n", "!Content-Length has two values: \"5\" and \"05\""},
    {"Content-Length: 5\nContent-Length:\n", "!Content-Length has no number: \"\""},
    {"Content_Length: 5\n", "-"},
    {"Transfer-Encoding: chunked\n", "chunked"},
    {"transfer-encoding: CHUNKED\n", "chunked"},
    {"Transfer-Encoding: gzip, chunked\n", "chunked"},
    {"Transfer-Encoding: gzip\nTransfer-Encoding: chunked\n", "chunked"},
    {"Transfer-Encoding: chunked, gzip\n", "!Transfer-Encoding names a coding after chunked: \"gzip\""},
    {"Transfer-Encoding: chunked\nTransfer-Encoding: gzip\n",
     "!Transfer-Encoding names a coding after chunked: \"gzip\""},
    {"Transfer-Encoding: chunked, chunked\n", "!Transfer-Encoding names a coding after chunked: \"chunked\""},
    {"Transfer-Encoding: chunked\nTransfer-Encoding: identity\n",
     "!Transfer-Encoding names a coding after chunked: \"identity\""},
    {"Transfer-Encoding: identity\n", "!unknown transfer coding \"identity\""},
    {"Transfer-Encoding: xchunked\n", "!unknown transfer coding \"xchunked\""},
    {"Transfer-Encoding: chunked;q=1\n", "!unknown transfer coding \"chunked;q=1\""},
    {"Transfer-Encoding: \"chunked\"\n", "!unknown transfer coding \"\"chunked\"\""},
    {"Transfer-Encoding: chunked \xa0\n", "!unknown transfer coding \"chunked \\xa0\""},
    {"Transfer-Encoding: x chunked\n", "!unknown transfer coding \"x chunked\""},
    {"Transfer-Encoding:\n", "!Transfer-Encoding has an empty member: \"\""},
    {"Transfer-Encoding: , chunked\n", "!Transfer-Encoding has an empty member: \", chunked\""},
    {"Transfer-Encoding: chunked,\n", "!Transfer-Encoding has an empty member: \"chunked,\""},
    {"Transfer-Encoding: chunked\nContent-Length: 5\n", "!both Transfer-Encoding and Content-Length"},
    {"Content-Length: 0\nTransfer-Encoding: chunked\n", "!both Transfer-Encoding and Content-Length"},
    {"Content-Length: x\nTransfer-Encoding: chunked\n", "!Content-Length is not a number: \"x\""},
    {"Transfer-Encoding : chunked\n", "refused"},
};

std::string expected(std::string_view outcome, std::string_view side, std::string_view withoutFields) {
  if (outcome == "-") return std::string(withoutFields);
  if (outcome.starts_with('!')) return std::string(side) + ": " + std::string(outcome.substr(1));
  return std::string(outcome);
}

}  // namespace

SLUICE_TEST(framesRequests) {
  for (const auto& row : kBoth) {
    const Head head = request("POST / HTTP/1.1\nHost: a\n" + std::string(row.fields) + "\n");
    if (row.outcome == "refused") {
      QVERIFY(head.raw().empty());
      continue;
    }
    QCOMPARE(told(requestFraming(head)), expected(row.outcome, "client", "none"));
  }
}

SLUICE_TEST(framesResponses) {
  for (const auto& row : kBoth) {
    if (row.outcome == "refused") continue;
    const Head head = response("HTTP/1.1 200 OK\n" + std::string(row.fields) + "\n");
    QCOMPARE(told(responseFraming(head, "GET")), expected(row.outcome, "upstream", "until close"));
  }
}

SLUICE_TEST(transferEncodingOtherThanChunkedEndsAResponseWithTheConnection) {
  QCOMPARE(told(responseFraming(response("HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n"), "GET")),
           std::string("until close"));
  QCOMPARE(told(requestFraming(request("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip\n\n"))),
           std::string("client: Transfer-Encoding of a request does not end in chunked"));
}

SLUICE_TEST(refusesTransferEncodingInHttp10) {
  QCOMPARE(told(requestFraming(request("POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n"))),
           std::string("client: Transfer-Encoding in HTTP/1.0"));
  QCOMPARE(told(responseFraming(response("HTTP/1.0 200 OK\nTransfer-Encoding: chunked\n\n"), "GET")),
           std::string("upstream: Transfer-Encoding in HTTP/1.0"));
}

SLUICE_TEST(someResponsesNeverHaveABody) {
  const auto framed = [](std::string_view status, std::string_view method) {
    const std::string text = "HTTP/1.1 " + std::string(status) + " X\nContent-Length: 5\n\n";
    return told(responseFraming(response(text), method));
  };
  QCOMPARE(framed("200", "HEAD"), std::string("none"));
  QCOMPARE(framed("404", "HEAD"), std::string("none"));
  QCOMPARE(framed("100", "GET"), std::string("none"));
  QCOMPARE(framed("101", "GET"), std::string("none"));
  QCOMPARE(framed("204", "GET"), std::string("none"));
  QCOMPARE(framed("304", "GET"), std::string("none"));
  QCOMPARE(framed("200", "CONNECT"), std::string("none"));
  QCOMPARE(framed("299", "CONNECT"), std::string("none"));
  QCOMPARE(framed("300", "CONNECT"), std::string("5"));
  QCOMPARE(framed("407", "CONNECT"), std::string("5"));
  QCOMPARE(framed("200", "head"), std::string("5"));
  QCOMPARE(framed("205", "GET"), std::string("5"));
}
