#include "core/pipe/copy_filter.h"

#include <string>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;

namespace {
class Collector final : public FilterOutput {
 public:
  void pass(const Slice& part) override {
    passed += asText(part.bytes());
    ++slices;
  }
  void body(Bytes payload) override { tapped += asText(payload); }
  std::string passed, tapped;
  int slices = 0;
};
}  // namespace

SLUICE_TEST(copyPassesEverythingUntilTheStreamEnds) {
  CopyFilter filter;
  Collector out;
  for (const char* text : {"a", "bcd", "\r\n"}) {
    const auto fed = filter.feed(Slice::ofMemory(asBytes(text)), out);
    QCOMPARE(fed.consumed, std::string_view(text).size());
    QVERIFY(fed.state == InputFilter::State::More);
  }
  QCOMPARE(out.passed, std::string("abcd\r\n"));
  QCOMPARE(out.tapped, out.passed);
  QVERIFY(!filter.due());
  QCOMPARE(filter.endError().code, Code::None);
}

SLUICE_TEST(lengthStopsAtItsLastByte) {
  LengthFilter filter(5);
  Collector out;
  QVERIFY(filter.feed(Slice::ofMemory(asBytes("abc")), out).state == InputFilter::State::More);
  QVERIFY(filter.due() == std::uint64_t{2});
  const auto fed = filter.feed(Slice::ofMemory(asBytes("defg")), out);
  QVERIFY(fed.state == InputFilter::State::Complete);
  QCOMPARE(fed.consumed, std::size_t{2});
  QCOMPARE(out.passed, std::string("abcde"));
  QCOMPARE(out.tapped, out.passed);
  QVERIFY(filter.due() == std::uint64_t{0});
  QCOMPARE(filter.endError().code, Code::None);
}

SLUICE_TEST(lengthNamesTheSideAndTheMissingBytes) {
  LengthFilter filter(5, Side::Client);
  Collector out;
  filter.feed(Slice::ofMemory(asBytes("abc")), out);
  const Error error = filter.endError();
  QCOMPARE(error.code, Code::EndedEarly);
  QCOMPARE(error.side, Side::Client);
  QVERIFY(error.detail.find("2 bytes") != std::string::npos);
}

SLUICE_TEST(lengthMayBeLargerThanMemory) {
  LengthFilter filter(~std::uint64_t{0});
  Collector out;
  filter.feed(Slice::ofMemory(asBytes("abc")), out);
  QVERIFY(filter.due() == ~std::uint64_t{0} - 3);
}
