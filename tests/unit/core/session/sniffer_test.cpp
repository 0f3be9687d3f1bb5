#include "core/session/sniffer.h"

#include <string>

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::session;

namespace {

using namespace std::string_literals;

const char* shown(Sniffed sniffed) {
  switch (sniffed) {
    case Sniffed::NeedMore: return "more";
    case Sniffed::Tls: return "tls";
    case Sniffed::Http1: return "http";
    case Sniffed::Raw: return "raw";
  }
  return "";
}

struct Row {
  std::string bytes;
  Sniffed whole;
};

const std::string kHello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s;

const Row kRows[] = {
    {"", Sniffed::NeedMore},
    // TLS
    {kHello, Sniffed::Tls},
    {"\x16\x03\x03\x00\x05\x01"s, Sniffed::Tls},
    {"\x16\x03\x04\x40\x00\x01"s, Sniffed::Tls},
    {"\x16"s, Sniffed::NeedMore},
    {"\x16\x03"s, Sniffed::NeedMore},
    {"\x16\x03\x01\x02\x00"s, Sniffed::NeedMore},
    {"\x16\x03\x05"s, Sniffed::Raw},
    {"\x16\x02\x01"s, Sniffed::Raw},
    {"\x16\x03\x01\x00\x00"s, Sniffed::Raw},          // an empty record
    {"\x16\x03\x01\x40\x01"s, Sniffed::Raw},          // longer than a record may be
    {"\x16\x03\x01\x02\x00\x02"s, Sniffed::Raw},      // a ServerHello
    {"\x17\x03\x03\x00\x05\x01"s, Sniffed::Raw},      // application data
    {"\x80\x2e\x01\x03\x01\x00"s, Sniffed::Raw},      // SSL 2
    // HTTP/1
    {"GET / HTTP/1.1\r\n", Sniffed::Http1},
    {"GET / HTTP/1.1\n", Sniffed::Http1},
    {"GET /a?b=c%20d HTTP/1.0\r\nHost: x\r\n\r\n", Sniffed::Http1},
    {"OPTIONS * HTTP/1.1\r\n", Sniffed::Http1},
    {"M-SEARCH /x HTTP/1.9\r\n", Sniffed::Http1},
    {"GET / HTTP/1.1", Sniffed::NeedMore},
    {"GET / HTTP/1.1\r", Sniffed::NeedMore},
    {"GET /", Sniffed::NeedMore},
    {"GET", Sniffed::NeedMore},
    {"GET ", Sniffed::NeedMore},
    {"GET / HTTP/2.0\r\n", Sniffed::Raw},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Sniffed::Raw},
    {"GET * HTTP/1.1\r\n", Sniffed::Raw},
    {"GET / HTTP/1.x\r\n", Sniffed::Raw},
    {"GET / HTTP/1.11\r\n", Sniffed::Raw},
    {"GET / HTTP/1.1\rx", Sniffed::Raw},
    {"GET / http/1.1\r\n", Sniffed::Raw},
    {"GET /\r\n", Sniffed::Raw},
    {"GET  / HTTP/1.1\r\n", Sniffed::Raw},
    {"GET / RTSP/1.0\r\n", Sniffed::Raw},
    {"GET http://a/ HTTP/1.1\r\n", Sniffed::Raw},  // meant for another proxy
    {"CONNECT a:443 HTTP/1.1\r\n", Sniffed::Raw},
    {" GET / HTTP/1.1\r\n", Sniffed::Raw},
    {std::string(limits::kMethodBytesMax, 'A') + " / HTTP/1.1\r\n", Sniffed::Http1},
    {std::string(limits::kMethodBytesMax + 1, 'A'), Sniffed::Raw},
    // Anything else
    {"SSH-2.0-OpenSSH_9.2\r\n", Sniffed::Raw},
    {"EHLO localhost\r\n", Sniffed::Raw},
    {"echo\n", Sniffed::Raw},
    {"\x00"s, Sniffed::Raw},
    {"\r\nGET / HTTP/1.1\r\n", Sniffed::Raw},
    {"*1\r\n$4\r\nPING\r\n", Sniffed::Raw},
};

}  // namespace

SLUICE_TEST(decidesByTheFirstBytesAndNeverOtherwiseLater) {
  for (const auto& row : kRows) {
    QCOMPARE(shown(sniff(asBytes(row.bytes))), shown(row.whole));
    bool decided = false;
    for (std::size_t size = 0; size <= row.bytes.size(); ++size) {
      const auto now = sniff(asBytes(row.bytes).first(size));
      QVERIFY2(!decided || now == row.whole, row.bytes.c_str());
      decided = now != Sniffed::NeedMore;
      if (decided) QCOMPARE(shown(now), shown(row.whole));
    }
  }
}

SLUICE_TEST(aRequestLineHasALimit) {
  const std::string target = "GET /" + std::string(limits::kSniffedBytesMax, 'x');
  QCOMPARE(shown(sniff(asBytes(target).first(limits::kSniffedBytesMax - 1))), "more");
  QCOMPARE(shown(sniff(asBytes(target))), "raw");
  QCOMPARE(shown(sniff(asBytes(target + " HTTP/1.1\r\n"))), "raw");
}
