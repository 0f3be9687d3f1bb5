#include "core/codec/http1/head.h"

#include "tests/support/parse_head.h"
#include "tests/support/test.h"

using namespace sluice::http1;
using namespace std::string_view_literals;
using sluice::http1::test::response;

SLUICE_TEST(knowsTheFieldsAProxyMustUnderstand) {
  const std::pair<std::string_view, FieldId> rows[] = {{"TE", FieldId::Te},
                                                       {"host", FieldId::Host},
                                                       {"EXPECT", FieldId::Expect},
                                                       {"Upgrade", FieldId::Upgrade},
                                                       {"connection", FieldId::Connection},
                                                       {"Keep-Alive", FieldId::KeepAlive},
                                                       {"content-TYPE", FieldId::ContentType},
                                                       {"Content-Length", FieldId::ContentLength},
                                                       {"Content-Encoding", FieldId::ContentEncoding},
                                                       {"Proxy-Connection", FieldId::ProxyConnection},
                                                       {"Transfer-Encoding", FieldId::TransferEncoding},
                                                       {"Proxy-Authorization", FieldId::ProxyAuthorization},
                                                       {"Hos", FieldId::Other},
                                                       {"Hosts", FieldId::Other},
                                                       {"Content_Length", FieldId::Other},
                                                       {"", FieldId::Other},
                                                       {"Transfer-Encodinh", FieldId::Other}};
  for (const auto& [name, id] : rows) QVERIFY2(fieldId(name) == id, std::string(name).c_str());
}

SLUICE_TEST(findsFieldsWithoutRegardToCase) {
  const Head head = response("HTTP/1.1 200 OK\nX-A: 1\nx-a: 2\nContent-Type: text/html\n\n");
  QCOMPARE(head.find("x-A").value_or(""), "1"sv);
  QVERIFY(!head.find("X-B").has_value());
  QCOMPARE(head.contentType(), "text/html"sv);
  QCOMPARE(response("HTTP/1.1 200 OK\n\n").contentType(), ""sv);
  QCOMPARE(head.count(FieldId::ContentType), std::size_t(1));
  QCOMPARE(head.count(FieldId::Host), std::size_t(0));
}

SLUICE_TEST(findsTokensInAnyFieldOfTheName) {
  const Head head = response("HTTP/1.1 200 OK\nConnection: a, b\nConnection: Close\n\n");
  QVERIFY(head.hasToken(FieldId::Connection, "close"));
  QVERIFY(head.hasToken(FieldId::Connection, "B"));
  QVERIFY(!head.hasToken(FieldId::Connection, "clos"));
  QVERIFY(!head.hasToken(FieldId::Te, "a"));
}

SLUICE_TEST(fieldLinesTogetherAreTheHeadWithoutStartLine) {
  const Head head = response("HTTP/1.1 200 OK\nA:  b \nC:\nD: e\n\n");
  std::string lines;
  for (std::size_t i = 0; i < head.fieldCount(); ++i) lines.append(head.fieldLine(i));
  QCOMPARE(std::string(head.startLine()) + "\r\n" + lines + "\r\n", std::string(head.raw()));
  QCOMPARE(head.fieldLine(0), "A:  b \r\n"sv);
}
