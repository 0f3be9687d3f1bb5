#include "core/capture/record_codec.h"

#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::capture;

namespace {

WallTime at(std::int64_t micros) { return WallTime(Micros(micros)); }

// One of each kind, every field with a value of its own.
std::vector<Record> oneOfEach() {
  const std::string raw("raw \0 bytes \xff", 13);
  return {
      ConnectionOpened{ConnectionId{1}, at(2), "client", "listener"},
      ConnectionClosed{ConnectionId{3}, at(4)},
      ExchangeStarted{ExchangeId{5}, ConnectionId{6}, Kind::Tunnel, at(7), "GET", "url", "http", "host", 80, "/path", raw},
      ResponseStarted{ExchangeId{8}, 404, "text/html", raw},
      BodyChunk{ExchangeId{9}, Direction::Response, raw},
      ExchangeProgress{ExchangeId{10}, 11, 12},
      ExchangeEnded{ExchangeId{13}, at(14), {Code::EndedEarly, Side::Upstream, 15, "why"}, {16, 17, 18, 19, 20, 21},
                    {22, 23, 24}, {25, 26, 27}, "address", true, "{profile}", 39, "trailer a", "trailer b"},
      ClientIdentified{ConnectionId{28}, ExchangeId{29}, 30, "/bin/client"},
      MessagePassed{ExchangeId{31}, Direction::Response, at(32), 2, true, 33, 34, raw, "fault"},
      TlsSeen{ExchangeId{37}, Side::Client, "TLSv1.3", "cipher", "h2", "host", true, 38, "note", raw, "digest"},
      BodyInFile{ExchangeId{35}, Direction::Response, 36},
      Annotated{ExchangeId{40}, Mark::Green, "comment"},
  };
}

std::string encoded(const Record& record) {
  std::string out;
  encode(record, out);
  return out;
}

}  // namespace

SLUICE_TEST(everyKindOfRecordTravelsWhole) {
  const auto all = oneOfEach();
  QCOMPARE(all.size(), std::variant_size_v<Record>);
  for (std::size_t i = 0; i < all.size(); ++i) {
    QCOMPARE(all[i].index(), i);
    const auto bytes = encoded(all[i]);
    const auto back = decode(asBytes(bytes));
    QVERIFY(back.has_value());
    QCOMPARE(back->index(), i);
    QCOMPARE(encoded(*back), bytes);
  }
  const auto ended = std::get<ExchangeEnded>(*decode(asBytes(encoded(all[6]))));
  QVERIFY((ended.error == Error{Code::EndedEarly, Side::Upstream, 15, "why"}));
  QVERIFY(ended.response.wireBytes == 27 && ended.phases.finishedUs == 21 && ended.upstreamReused);
  QVERIFY(ended.profile == "{profile}" && ended.heldBackUs == 39);
  QVERIFY(ended.responseTrailers == "trailer b" && ended.at == at(14));
}

SLUICE_TEST(noBeginningOfARecordAndNothingLongerIsOne) {
  for (const auto& record : oneOfEach()) {
    const auto bytes = encoded(record);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // A copy of exactly these, so that a sanitizer sees any read past their end.
      const std::vector<char> part(bytes.begin(), bytes.begin() + std::ptrdiff_t(size));
      QVERIFY(!decode(std::as_bytes(std::span(part))).has_value());
    }
    QVERIFY(!decode(asBytes(bytes + "x")).has_value());
  }
}

SLUICE_TEST(numbersThatMeanNothingAreRefused) {
  std::string kind = encoded(oneOfEach()[4]);
  kind[0] = char(std::variant_size_v<Record>);
  QVERIFY(!decode(asBytes(kind)).has_value());
  std::string direction = encoded(oneOfEach()[4]);
  direction[9] = 2;
  QVERIFY(!decode(asBytes(direction)).has_value());
  std::string id = encoded(oneOfEach()[4]);
  id[8] = char(0x80);
  QVERIFY(!decode(asBytes(id)).has_value());
}

SLUICE_TEST(timesFromOutsideStayWithinTheCalendar) {
  auto bytes = encoded(ConnectionClosed{ConnectionId{1}, at(0)});
  for (std::size_t i = 9; i < bytes.size(); ++i) bytes[i] = char(0x7f);
  const auto back = decode(asBytes(bytes));
  QVERIFY(back.has_value());
  QVERIFY(std::get<ConnectionClosed>(*back).at == wallTimeFrom(std::numeric_limits<std::int64_t>::max()));
}
