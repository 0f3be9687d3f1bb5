#include "core/codec/tls/client_hello.h"

#include "core/base/limits.h"
#include "tests/support/test.h"
#include "tests/support/tls/hello.h"

using namespace sluice;
using namespace sluice::test;
using tls::parseClientHello;

namespace {

std::string versions(std::initializer_list<int> all) {
  std::string list;
  for (const int each : all) list += number(std::size_t(each), 2);
  return extension(43, vectorOf(list, 1));
}

const std::string kAlpn = protocols(vectorOf("h2", 1) + vectorOf("http/1.1", 1));
const std::string kBrowser = serverName("WWW.Example.com") + kAlpn + versions({0x5a5a, 0x0304, 0x0303}) + extension(0x2a2a, "grease");

}  // namespace

SLUICE_TEST(readsWhatABrowserSends) {
  const auto hello = parseClientHello(asBytes(inRecords(helloMessage(kBrowser))));
  QVERIFY(hello && hello->has_value());
  QCOMPARE((*hello)->serverName, std::string("www.example.com"));
  QCOMPARE((*hello)->versionMax, std::uint16_t(0x0304));
  QCOMPARE((*hello)->protocols.size(), std::size_t(2));
  QVERIFY((*hello)->accepts("http/1.1") && (*hello)->accepts("h2") && !(*hello)->accepts("h3"));
}

SLUICE_TEST(aClientThatNamesNothingAcceptsEverything) {
  const auto hello = parseClientHello(asBytes(inRecords(helloMessage(""))));
  QVERIFY(hello && hello->has_value());
  QVERIFY((*hello)->serverName.empty() && (*hello)->accepts("http/1.1"));
  QCOMPARE((*hello)->versionMax, std::uint16_t(0x0303));
}

SLUICE_TEST(howItIsCutIntoRecordsAndPiecesChangesNothing) {
  const std::string message = helloMessage(kBrowser);
  for (const std::size_t record : {1, 2, 3, 7, 100, 16384}) {
    const std::string bytes = inRecords(message, record);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto part = parseClientHello(asBytes(bytes).first(size));
      QVERIFY(part && !part->has_value());
    }
    const auto whole = parseClientHello(asBytes(bytes + "what follows"));
    QVERIFY(whole && whole->has_value() && (*whole)->serverName == "www.example.com");
  }
}

SLUICE_TEST(refusesWhatIsMalformed) {
  const std::string good = serverName("a");
  const std::pair<const char*, std::string> rows[] = {
      {"two server names", inRecords(helloMessage(good + good))},
      {"an empty server name", inRecords(helloMessage(serverName("")))},
      {"a NUL in the server name", inRecords(helloMessage(serverName(std::string("a\0b", 3))))},
      {"a server name that is too long", inRecords(helloMessage(serverName(std::string(limits::kHostBytesMax + 1, 'a'))))},
      {"no protocol", inRecords(helloMessage(protocols("")))},
      {"an empty protocol", inRecords(helloMessage(protocols(vectorOf("", 1))))},
      {"a protocol that is cut", inRecords(helloMessage(protocols("\x09h2")))},
      {"no version that exists", inRecords(helloMessage(versions({0x7a7a})))},
      {"an extension that is cut", inRecords(helloMessage(number(0, 2) + number(9, 2) + "x"))},
      {"another message", inRecords(number(2, 1) + vectorOf("xx", 3))},
      {"a message that is too large", inRecords(number(1, 1) + number(limits::kClientHelloBytesMax + 1, 3))},
      {"an alert in between", inRecords(number(1, 1)) + number(21, 1) + number(0x0301, 2) + vectorOf("xx", 2)},
      {"an empty record", number(22, 1) + number(0x0301, 2) + number(0, 2)},
      {"a record that is too large", number(22, 1) + number(0x0301, 2) + number(16385, 2)},
      {"a record of no version", number(22, 1) + number(0x0305, 2) + number(5, 2)},
      {"another protocol", number(22, 1) + number(0x0201, 2) + number(5, 2)},
      {"bytes behind the extensions", inRecords(number(1, 1) + vectorOf(helloMessage(good).substr(4) + "x", 3))},
      {"an odd list of ciphers", inRecords(number(1, 1) + vectorOf(number(0x0303, 2) + std::string(32, 'r') + number(0, 1) +
                                                                       vectorOf("abc", 2) + vectorOf(number(0, 1), 1), 3))},
  };
  for (const auto& [what, bytes] : rows) {
    const auto hello = parseClientHello(asBytes(bytes));
    QVERIFY2(!hello && hello.error().code == Code::TlsFailed && hello.error().side == Side::Client, what);
  }
}

SLUICE_TEST(tooManyProtocolsAreRefused) {
  std::string list;
  for (std::size_t i = 0; i < limits::kOfferedProtocolsMax; ++i) list += vectorOf("p", 1);
  QVERIFY(parseClientHello(asBytes(inRecords(helloMessage(protocols(list))))).has_value());
  QVERIFY(!parseClientHello(asBytes(inRecords(helloMessage(protocols(list + vectorOf("p", 1)))))).has_value());
}
