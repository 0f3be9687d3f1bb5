#include "core/codec/http1/head_parser.h"

#include "core/base/limits.h"
#include "tests/support/parse_head.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::http1;
using namespace std::string_view_literals;
using http1::test::crlf;
using http1::test::kFragmentSizes;
using http1::test::parse;

namespace {

struct Good {
  std::string_view text;    // the head, and perhaps something after it
  std::string_view first;   // method or status as text
  std::string_view second;  // target or reason
  std::string_view fields;  // name=value| for each
  std::size_t after = 0;    // bytes of text that are not part of the head
};

struct Bad {
  std::string_view text;
  Code code;
  std::string_view detail;
};

std::string fieldsOf(const Head& head) {
  std::string out;
  for (std::size_t i = 0; i < head.fieldCount(); ++i) {
    out.append(head.field(i).name).append("=").append(head.field(i).value).append("|");
  }
  return out;
}

std::string told(const Good& row, std::size_t size) {
  return std::string(row.text) + " at fragments of " + std::to_string(size);
}

void checkGood(Role role, const Good& row, std::size_t size) {
  const auto parsed = parse(role, row.text, size);
  const auto about = told(row, size);
  QVERIFY2(!parsed.error, (about + (parsed.error ? parsed.error->detail : "")).c_str());
  QVERIFY2(parsed.done, about.c_str());
  const Head& head = parsed.head();
  const std::size_t headBytes = row.text.size() - row.after - parsed.parser.leadingBytes();
  QCOMPARE(parsed.consumed, headBytes + parsed.parser.leadingBytes());
  QCOMPARE(head.raw(), row.text.substr(parsed.parser.leadingBytes(), headBytes));
  QCOMPARE(role == Role::Request ? std::string(head.method()) : std::to_string(head.status()), std::string(row.first));
  QCOMPARE(role == Role::Request ? head.target() : head.reason(), row.second);
  QCOMPARE(fieldsOf(head), std::string(row.fields));
}

void checkBad(Role role, const Bad& row, std::size_t size) {
  const auto parsed = parse(role, row.text, size);
  const auto about = std::string(row.text) + " at fragments of " + std::to_string(size);
  QVERIFY2(parsed.error.has_value(), about.c_str());
  QVERIFY2(parsed.error->code == row.code, about.c_str());
  QVERIFY2(parsed.error->side == (role == Role::Request ? Side::Client : Side::Upstream), about.c_str());
  QCOMPARE(parsed.error->detail, std::string(row.detail));
}

template <class Rows>
void checkAll(Role role, const Rows& rows, void (*check)(Role, const std::decay_t<decltype(rows[0])>&, std::size_t)) {
  for (const auto& row : rows) {
    for (const std::size_t size : kFragmentSizes) check(role, row, size);
  }
}

const Good kGoodRequests[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "Host=a|"},
    {"GET http://a.example:81/x?y=z HTTP/1.1\r\nHost: a.example:81\r\nAccept: */*\r\n\r\n", "GET",
     "http://a.example:81/x?y=z", "Host=a.example:81|Accept=*/*|"},
    {"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", "POST", "/p", "Host=a|Content-Length=4|", 4},
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n", "GET", "/", "Host=a|", 17},
    {"GET / HTTP/1.0\r\n\r\n", "GET", "/", ""},
    {"CONNECT a:443 HTTP/1.1\r\n\r\n", "CONNECT", "a:443", ""},
    {"OPTIONS * HTTP/1.1\r\nhOST:\ta \t\r\n\r\n", "OPTIONS", "*", "hOST=a|"},
    {"M-SEARCH'|~ /x HTTP/1.1\r\nHost:a\r\n\r\n", "M-SEARCH'|~", "/x", "Host=a|"},
    {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "Host=a|"},
    {"\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/", "Host=a|"},
    {"GET /\xc3\xa9\xff HTTP/1.1\r\nHost: a\r\nX: caf\xe9\r\n\r\n", "GET", "/\xc3\xa9\xff", "Host=a|X=caf\xe9|"},
    {"GET / HTTP/1.1\r\nHost: a\r\nEmpty:\r\nBlank: \t \r\nInner: a \t b\r\n\r\n", "GET", "/",
     "Host=a|Empty=|Blank=|Inner=a \t b|"},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET", "/", "Host=|"},
    {"GET / HTTP/1.1\r\nHost: [::1]:8080\r\nX::a:b\r\n\r\n", "GET", "/", "Host=[::1]:8080|X=:a:b|"},
    {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", "GET", "/", "Host=a|"},
    {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "get", "/", "Host=a|"},
};

const Good kGoodResponses[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200", "OK", "Content-Length=0|"},
    {"HTTP/1.1 200 \r\n\r\n", "200", "", ""},
    {"HTTP/1.1 200\r\n\r\nbody", "200", "", "", 4},
    {"HTTP/1.0 404 Not Found at all\t!\r\nX: y\r\nX: z\r\n\r\n", "404", "Not Found at all\t!", "X=y|X=z|"},
    {"HTTP/1.1 999 L\xf8st\r\nServer: \xe2\x98\x83\r\n\r\n", "999", "L\xf8st", "Server=\xe2\x98\x83|"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "100", "Continue", "", 19},
};

const Bad kBadRequests[] = {
    // Not HTTP at all: told as soon as the byte is there, without a line end.
    {"\x16\x03\x01\x02", Code::BadRequest, "line 1, byte 0: byte 0x16 in the method"},
    {"\x05\x01\x00"sv, Code::BadRequest, "line 1, byte 0: byte 0x05 in the method"},
    {" GET / HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 0: byte 0x20 in the method"},
    {"GE\x7fT / HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 2: byte 0x7f in the method"},
    {"G(T / HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 1: byte 0x28 in the method"},
    {"GET\t/ HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 3: byte 0x09 in the method"},
    {"GET\r/ HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 3: byte 0x0d in the method"},
    {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg", Code::BadRequest,
     "line 1, byte 0: the method is too long: \"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg...\""},
    // The request line.
    {"GET\r\n", Code::BadRequest, "line 1, byte 3: no request target after the method"},
    {"GET  / HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 4: no request target after the method"},
    {"GET /\r\n", Code::BadRequest, "line 1, byte 5: no HTTP version in the request line"},
    {"GET / \r\n", Code::BadRequest, "line 1, byte 6: no HTTP version in the request line"},
    {"GET /a b HTTP/1.1\r\n", Code::BadRequest,
     "line 1, byte 6: more than two spaces in the request line; a space in a target must be %20"},
    {"GET /  HTTP/1.1\r\n", Code::BadRequest,
     "line 1, byte 5: more than two spaces in the request line; a space in a target must be %20"},
    {"GET /\x01 HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 5: byte 0x01 in the request target"},
    {"GET /\t HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 5: byte 0x09 in the request target"},
    {"GET /\0 HTTP/1.1\r\n"sv, Code::BadRequest, "line 1, byte 5: byte 0x00 in the request target"},
    {"GET / HTTP/2.0\r\n", Code::BadRequest, "line 1, byte 6: not HTTP/1 but \"HTTP/2.0\""},
    {"GET / HTTP/0.9\r\n", Code::BadRequest, "line 1, byte 6: not HTTP/1 but \"HTTP/0.9\""},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Code::BadRequest, "line 1, byte 6: not HTTP/1 but \"HTTP/2.0\""},
    {"GET / HTTP/1\r\n", Code::BadRequest, "line 1, byte 6: not an HTTP version: \"HTTP/1\""},
    {"GET / HTTP/1.10\r\n", Code::BadRequest, "line 1, byte 6: not an HTTP version: \"HTTP/1.10\""},
    {"GET / http/1.1\r\n", Code::BadRequest, "line 1, byte 6: not an HTTP version: \"http/1.1\""},
    {"GET / HTTP/1.1\r\r\n", Code::BadRequest, "line 1, byte 6: not an HTTP version: \"HTTP/1.1\\x0d\""},
    {"GET / HTTP/1.1 \r\n", Code::BadRequest,
     "line 1, byte 5: more than two spaces in the request line; a space in a target must be %20"},
    // Line ends.
    {"GET / HTTP/1.1\nHost: a\r\n\r\n", Code::BadRequest, "line 1, byte 14: a line ends with LF alone, not CRLF"},
    {"GET / HTTP/1.1\r\nHost: a\n\r\n", Code::BadRequest, "line 2, byte 23: a line ends with LF alone, not CRLF"},
    {"GET / HTTP/1.1\r\nHost: a\r\n\n", Code::BadRequest, "line 3, byte 25: a line ends with LF alone, not CRLF"},
    {"\nGET / HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 0: a line ends with LF alone, not CRLF"},
    {"\rGET / HTTP/1.1\r\n", Code::BadRequest, "line 1, byte 0: byte 0x0d in the method"},
    {"\r\n\r\n\r\n\r\n\r\n", Code::BadRequest, "line 1, byte 0: too many empty lines before the request"},
    // Field lines.
    {"GET / HTTP/1.1\r\nHost : a\r\n", Code::BadRequest,
     "line 2, byte 20: white space before the colon after \"Host\""},
    {"GET / HTTP/1.1\r\nTransfer-Encoding\t: chunked\r\n", Code::BadRequest,
     "line 2, byte 33: white space before the colon after \"Transfer-Encoding\""},
    {"GET / HTTP/1.1\r\n Host: a\r\n", Code::BadRequest, "line 2, byte 16: a folded line: it begins with white space"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n", Code::BadRequest,
     "line 4, byte 31: a folded line: it begins with white space"},
    {"GET / HTTP/1.1\r\nHost: a\r\n \r\n", Code::BadRequest,
     "line 3, byte 25: a folded line: it begins with white space"},
    {"GET / HTTP/1.1\r\n: a\r\n", Code::BadRequest, "line 2, byte 16: a field without a name"},
    {"GET / HTTP/1.1\r\nHost\r\n", Code::BadRequest, "line 2, byte 20: no colon after \"Host\""},
    {"GET / HTTP/1.1\r\nHo st: a\r\n", Code::BadRequest, "line 2, byte 18: byte 0x20 in a field name: \"Ho \""},
    {"GET / HTTP/1.1\r\nX\0: a\r\n"sv, Code::BadRequest, "line 2, byte 17: byte 0x00 in a field name: \"X\\x00\""},
    {"GET / HTTP/1.1\r\n\xef\xbb\xbfHost: a\r\n", Code::BadRequest,
     "line 2, byte 16: byte 0xef in a field name: \"\\xef\""},
    {"GET / HTTP/1.1\r\n\"X\": a\r\n", Code::BadRequest, "line 2, byte 16: byte 0x22 in a field name: \"\"\""},
    {"GET / HTTP/1.1\r\nX: a\0b\r\n"sv, Code::BadRequest, "line 2, byte 20: byte 0x00 in the value of \"X\""},
    {"GET / HTTP/1.1\r\nX: a\rY: b\r\n", Code::BadRequest, "line 2, byte 20: byte 0x0d in the value of \"X\""},
    {"GET / HTTP/1.1\r\nX: a\r\r\n", Code::BadRequest, "line 2, byte 20: byte 0x0d in the value of \"X\""},
    {"GET / HTTP/1.1\r\nTransfer-Encoding: \vchunked\r\n", Code::BadRequest,
     "line 2, byte 35: byte 0x0b in the value of \"Transfer-Encoding\""},
    {"GET / HTTP/1.1\r\nLong: 0123456789abcdef\x7f\r\n", Code::BadRequest,
     "line 2, byte 38: byte 0x7f in the value of \"Long\""},
    // Host.
    {"GET / HTTP/1.1\r\n\r\n", Code::BadRequest, "line 2, byte 16: no Host field"},
    {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", Code::BadRequest, "line 4, byte 25: a second Host field"},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", Code::BadRequest, "line 4, byte 25: a second Host field"},
    {"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", Code::BadRequest, "line 3, byte 22: Host: not a host name: \"a, b\""},
    {"GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", Code::BadRequest,
     "line 3, byte 22: Host: port \"99999\" is not from 1 to 65535"},
    {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", Code::BadRequest, "line 3, byte 22: Host: not a host name: \"u@a\""},
    {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Code::BadRequest, "line 3, byte 22: Host: not a host name: \"a/b\""},
};

const Bad kBadResponses[] = {
    {"ICY 200 OK\r\n", Code::BadResponse, "line 1, byte 0: byte 0x49 where a status line begins with HTTP/"},
    {"HTTQ", Code::BadResponse, "line 1, byte 3: byte 0x51 where a status line begins with HTTP/"},
    {"\x15\x03", Code::BadResponse, "line 1, byte 0: byte 0x15 where a status line begins with HTTP/"},
    {"\r\nHTTP/1.1 200 OK\r\n\r\n", Code::BadResponse, "line 1, byte 0: an empty line where the status line should be"},
    {"HTTP/1.1\r\n", Code::BadResponse, "line 1, byte 8: no three-digit status code after the version: \"HTTP/1.1\""},
    {"HTTP/1.1 \r\n", Code::BadResponse, "line 1, byte 8: no three-digit status code after the version: \"HTTP/1.1 \""},
    {"HTTP/1.1 20\r\n", Code::BadResponse,
     "line 1, byte 8: no three-digit status code after the version: \"HTTP/1.1 20\""},
    {"HTTP/1.1 2000 OK\r\n", Code::BadResponse,
     "line 1, byte 8: no three-digit status code after the version: \"HTTP/1.1 2000 OK\""},
    {"HTTP/1.1 099 OK\r\n", Code::BadResponse,
     "line 1, byte 8: no three-digit status code after the version: \"HTTP/1.1 099 OK\""},
    {"HTTP/1.1  200 OK\r\n", Code::BadResponse,
     "line 1, byte 8: no three-digit status code after the version: \"HTTP/1.1  200 OK\""},
    {"HTTP/1.1\t200 OK\r\n", Code::BadResponse, "line 1, byte 0: not an HTTP version: \"HTTP/1.1\\x09200\""},
    {"HTTP/2 200\r\n", Code::BadResponse, "line 1, byte 0: not an HTTP version: \"HTTP/2\""},
    {"HTTP/3.0 200\r\n", Code::BadResponse, "line 1, byte 0: not HTTP/1 but \"HTTP/3.0\""},
    {"HTTP/1.1 200 O\0K\r\n"sv, Code::BadResponse, "line 1, byte 14: byte 0x00 in the reason phrase"},
    {"HTTP/1.1 200 OK\rX: y\r\n", Code::BadResponse, "line 1, byte 15: byte 0x0d in the reason phrase"},
    {"HTTP/1.1 200 OK\nX: y\r\n", Code::BadResponse, "line 1, byte 15: a line ends with LF alone, not CRLF"},
    {"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n", Code::BadResponse,
     "line 2, byte 31: white space before the colon after \"Content-Length\""},
    {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n", Code::BadResponse,
     "line 3, byte 23: a folded line: it begins with white space"},
    {"HTTP/1.1 200 OK\r\n<html>\r\n", Code::BadResponse, "line 2, byte 17: byte 0x3c in a field name: \"<\""},
};

std::string headOf(std::size_t bytes) {
  std::string text = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  text.append(bytes - text.size() - 4, 'x');
  return text + "\r\n\r\n";
}

}  // namespace

SLUICE_TEST(readsGoodRequestsInEveryFragmentation) { checkAll(Role::Request, kGoodRequests, checkGood); }
SLUICE_TEST(readsGoodResponsesInEveryFragmentation) { checkAll(Role::Response, kGoodResponses, checkGood); }
SLUICE_TEST(refusesBadRequestsAndNamesThePlace) { checkAll(Role::Request, kBadRequests, checkBad); }
SLUICE_TEST(refusesBadResponsesAndNamesThePlace) { checkAll(Role::Response, kBadResponses, checkBad); }

SLUICE_TEST(waitsForMoreUntilTheEmptyLine) {
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto parsed = parse(Role::Request, std::string_view(text).substr(0, length));
    QVERIFY(!parsed.done && !parsed.error);
    QCOMPARE(parsed.consumed, length);
    QCOMPARE(parsed.head().raw(), std::string_view(text).substr(0, length));
  }
}

SLUICE_TEST(takesAHeadOfExactlyTheLimit) {
  for (const std::size_t size : {std::size_t(4093), std::size_t(-1)}) {
    const auto parsed = parse(Role::Request, headOf(limits::kHeadBytesMax) + "body", size);
    QVERIFY(parsed.done);
    QCOMPARE(parsed.consumed, limits::kHeadBytesMax);
  }
}

SLUICE_TEST(refusesAHeadOfOneByteMore) {
  for (const std::size_t size : {std::size_t(4093), std::size_t(-1)}) {
    const auto parsed = parse(Role::Request, headOf(limits::kHeadBytesMax + 1), size);
    QVERIFY(parsed.error.has_value());
    QVERIFY(parsed.error->code == Code::HeadTooLarge);
    QCOMPARE(parsed.error->detail, std::string("line 4, byte 131072: over 131072 bytes"));
    QCOMPARE(parsed.head().raw().size(), limits::kHeadBytesMax);
  }
}

SLUICE_TEST(refusesTooManyFields) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (std::size_t i = 0; i < limits::kHeaderCountMax; ++i) text += "A: b\r\n";
  QVERIFY(parse(Role::Response, text + "\r\n").done);
  for (const std::size_t size : kFragmentSizes) {
    const auto parsed = parse(Role::Response, text + "A: b\r\n", size);
    QVERIFY(parsed.error.has_value());
    QVERIFY(parsed.error->code == Code::TooManyHeaders);
    QCOMPARE(parsed.error->detail, std::string("line 502, byte 3017: over 500 fields"));
  }
}

SLUICE_TEST(keepsAnErrorUntilReset) {
  auto parsed = parse(Role::Request, "GET / HTTP/1.0\r\nX : y\r\n");
  QVERIFY(parsed.error.has_value());
  const auto again = parsed.parser.feed(asBytes("GET / HTTP/1.0\r\n\r\n"));
  QVERIFY(!again);
  QVERIFY(again.error() == *parsed.error);
  parsed.parser.reset();
  QVERIFY(parsed.parser.feed(asBytes("GET / HTTP/1.0\r\n\r\n"))->state == HeadParser::State::Done);
}

SLUICE_TEST(keepsTheOffendingBytesForTheRecord) {
  QCOMPARE(parse(Role::Request, "GET / HTTP/1.1\r\nX : y\r\nmore").head().raw(), "GET / HTTP/1.1\r\nX : y\r\n"sv);
}

SLUICE_TEST(consumesNothingAfterTheHeadUntilReset) {
  HeadParser parser(Role::Request);
  const std::string text = "GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n";
  const auto first = parser.feed(asBytes(text));
  QCOMPARE(first->consumed, std::size_t(19));
  const auto idle = parser.feed(asBytes(text));
  QVERIFY(idle->state == HeadParser::State::Done);
  QCOMPARE(idle->consumed, std::size_t(0));
  parser.reset();
  QVERIFY(parser.feed(asBytes(text).subspan(first->consumed))->state == HeadParser::State::Done);
  QCOMPARE(parser.head().target(), "/2"sv);
}

SLUICE_TEST(tellsWhetherAMessageHasBegun) {
  HeadParser parser(Role::Request);
  QVERIFY(!parser.started());
  QVERIFY(parser.feed(asBytes("\r\n\r")).has_value());
  QVERIFY(!parser.started());
  QVERIFY(parser.feed(asBytes("\nG")).has_value());
  QVERIFY(parser.started());
  QCOMPARE(parser.leadingBytes(), std::size_t(4));
  QVERIFY(parser.feed(asBytes("ET / HTTP/1.0\r\n")).has_value());
  QVERIFY(parser.started());
  parser.reset();
  QVERIFY(!parser.started());
  QCOMPARE(parser.leadingBytes(), std::size_t(0));
}

SLUICE_TEST(aTakenHeadOutlivesTheParser) {
  HeadParser parser(Role::Response);
  QVERIFY(parser.feed(asBytes("HTTP/1.1 200 OK\r\nA: b\r\n\r\n")).has_value());
  const Head head = parser.take();
  QVERIFY(!parser.started());
  QVERIFY(parser.feed(asBytes("HTTP/1.0 404 No\r\n\r\n")).has_value());
  QCOMPARE(parser.head().status(), 404);
  QCOMPARE(head.status(), 200);
  QCOMPARE(head.field(0).value, "b"sv);
  QVERIFY(head.role() == Role::Response && parser.head().role() == Role::Response);
}

SLUICE_TEST(usesNoMemoryOfTheLastHead) {
  HeadParser parser(Role::Response);
  QVERIFY(parser.feed(asBytes("HTTP/1.0 404 No\r\nA: b\r\n\r\n")).has_value());
  parser.reset();
  QCOMPARE(parser.head().status(), 0);
  QCOMPARE(parser.head().fieldCount(), std::size_t(0));
  QCOMPARE(parser.head().raw(), ""sv);
  QCOMPARE(parser.head().reason(), ""sv);
}
