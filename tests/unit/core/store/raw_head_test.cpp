#include "core/store/raw_head.h"

#include "tests/support/test.h"

using namespace sluice::store;

SLUICE_TEST(readsTheLinesOfAHead) {
  const auto head = readRawHead("GET / HTTP/1.1\r\nHost: a\r\nX-A:1\r\nx-a:  2 \r\nEmpty:\r\n\r\nBody: no\r\n");
  QCOMPARE(head.firstLine, std::string_view("GET / HTTP/1.1"));
  QCOMPARE(head.fields.size(), std::size_t(4));
  QCOMPARE(head.fields[0].name, std::string_view("Host"));
  QCOMPARE(valueOf(head, "X-a"), std::string("1, 2"));
  QCOMPARE(valueOf(head, "empty"), std::string());
  QCOMPARE(valueOf(head, "body"), std::string());
}

SLUICE_TEST(givesAValueOfAHeadAsOfItsFields) {
  for (const char* text : {"GET / HTTP/1.1\r\nHost: a\r\nX-A:1\r\nx-a:  2 \r\nEmpty:\r\n\r\nBody: no\r\n", "", "\r\n\nGET",
                           "x\nno colon\n: no name\n  folded: line\n X-A: 3\nX-A : b\nX-Ab: c\nempty: d\r\nX-a:\nX-A: e"}) {
    for (const char* name : {"x-a", "X-A", "host", "empty", "body", "", "folded"}) {
      QVERIFY2(valueIn(text, name) == valueOf(readRawHead(text), name), (std::string(text) + ": " + name).c_str());
    }
  }
}

SLUICE_TEST(makesSomethingOfAnyBytes) {
  QCOMPARE(readRawHead("").fields.size(), std::size_t(0));
  QCOMPARE(readRawHead("\r\n\nGET").firstLine, std::string_view("GET"));
  const auto odd = readRawHead("x\nno colon\n: no name\n  folded: line\na:b");
  QCOMPARE(odd.fields.size(), std::size_t(2));
  QCOMPARE(odd.fields[1].value, std::string_view("b"));
}
