#include "core/engine/record_import.h"

#include <optional>
#include <vector>

#include "core/capture/record_codec.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

class CollectingSink final : public capture::Sink {
 public:
  bool record(capture::Record record) override {
    records.push_back(std::move(record));
    return true;
  }
  std::vector<capture::Record> records;
};

// An import whose numbers go on after 100.
struct Fixture {
  CollectingSink sink;
  std::uint64_t last = 100;
  std::optional<RecordImport> import;

  Fixture() {
    import.emplace(sink, [this] { return ExchangeId{++last}; }, [] { return WallTime(Micros(7)); });
  }
};

std::string framed(const capture::Record& record) {
  std::string bytes;
  capture::encode(record, bytes);
  std::string length(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) length[i] = static_cast<char>(bytes.size() >> (8 * i));
  return length + bytes;
}

capture::ExchangeStarted begun(std::uint64_t id) {
  capture::ExchangeStarted record;
  record.exchange = ExchangeId{id};
  record.connection = ConnectionId{9};
  record.url = "http://a/";
  return record;
}

capture::ExchangeEnded over(std::uint64_t id) {
  capture::ExchangeEnded record;
  record.exchange = ExchangeId{id};
  return record;
}

std::string whole(std::uint64_t id) {
  return framed(begun(id)) + framed(capture::BodyChunk{ExchangeId{id}, capture::Direction::Response, "body"}) + framed(over(id));
}

}  // namespace

SLUICE_TEST(givesEachExchangeANumberOfThisHistory) {
  for (const std::size_t piece : {std::size_t(1), std::size_t(3), std::size_t(1000)}) {
    Fixture f;
    const std::string stream = whole(1) + whole(2);
    for (std::size_t at = 0; at < stream.size(); at += piece) QVERIFY(f.import->take(asBytes(stream.substr(at, piece))));
    QCOMPARE(f.sink.records.size(), std::size_t(6));
    QCOMPARE(std::get<capture::ExchangeStarted>(f.sink.records[0]).exchange.value, std::uint64_t(101));
    QVERIFY(!std::get<capture::ExchangeStarted>(f.sink.records[0]).connection);
    QCOMPARE(std::get<capture::BodyChunk>(f.sink.records[1]).exchange.value, std::uint64_t(101));
    QCOMPARE(std::get<capture::BodyChunk>(f.sink.records[1]).bytes, std::string("body"));
    QCOMPARE(std::get<capture::ExchangeEnded>(f.sink.records[5]).exchange.value, std::uint64_t(102));
    f.import.reset();
    QCOMPARE(f.sink.records.size(), std::size_t(6));
  }
}

SLUICE_TEST(bringsWhatWasSaidOfAnExchange) {
  Fixture f;
  QVERIFY(f.import->take(asBytes(framed(begun(1)) + framed(capture::Annotated{ExchangeId{1}, Mark::Green, "why"}) + framed(over(1)))));
  const auto& annotated = std::get<capture::Annotated>(f.sink.records[1]);
  QVERIFY(annotated.exchange.value == 101 && annotated.mark == Mark::Green && annotated.comment == "why");
}

SLUICE_TEST(cutsOffWhatDoesNotEnd) {
  Fixture f;
  QVERIFY(f.import->take(asBytes(framed(begun(5)))));
  f.import.reset();
  QCOMPARE(f.sink.records.size(), std::size_t(2));
  const auto& end = std::get<capture::ExchangeEnded>(f.sink.records[1]);
  QCOMPARE(end.exchange.value, std::uint64_t(101));
  QVERIFY(end.error.code == Code::Aborted);
}

SLUICE_TEST(refusesWhatMakesNoSense) {
  const std::string wrong[] = {
      framed(over(1)),                                                            // of no exchange that began
      framed(begun(1)) + framed(over(2)),                                         // of another
      framed(begun(1)) + framed(begun(2)),                                        // two at once
      framed(begun(1)) + framed(capture::Annotated{ExchangeId{1}, Mark::Red, std::string(kCommentBytesMax + 1, 'a')}),
      framed(begun(0)),                                                           // without a number
      framed(capture::ConnectionOpened{ConnectionId{1}, WallTime(), "a", "b"}),   // not its business
      framed(capture::BodyInFile{ExchangeId{1}, capture::Direction::Request}),    // likewise
      std::string("\x05\0\0\0hello", 9),                                          // no record
      std::string("\xff\xff\xff\xff", 4),                                         // too long
  };
  for (const std::string& stream : wrong) {
    Fixture f;
    const auto taken = f.import->take(asBytes(stream));
    QVERIFY(!taken && taken.error().code == Code::BadArgument);
    const std::size_t records = f.sink.records.size();
    QVERIFY(!f.import->take(asBytes(whole(3))));
    QCOMPARE(f.sink.records.size(), records);
  }
}
