#include "core/codec/websocket/inflater.h"

#include <string>

#include "tests/support/test.h"
#include "tests/support/websocket/frames.h"

using namespace sluice;
using namespace sluice::websocket;
using namespace sluice::test;
using Context = Inflater::Context;

namespace {

struct Inflated {
  std::string text;
  Code code = Code::None;
};

Inflated inflate(Inflater& inflater, const std::string& deflated, std::size_t fragment, std::uint64_t bytesMax = 10'000'000) {
  Inflated out;
  const auto take = [&](Bytes bytes) { out.text += asText(bytes); };
  for (std::size_t at = 0; at < deflated.size() && out.code == Code::None; at += fragment) {
    const auto fed = inflater.feed(asBytes(std::string_view(deflated).substr(at, fragment)), bytesMax - out.text.size(), take);
    if (!fed) out.code = fed.error().code;
  }
  if (out.code == Code::None) {
    const auto ended = inflater.endMessage(bytesMax - out.text.size(), take);
    if (!ended) out.code = ended.error().code;
  }
  return out;
}

}  // namespace

SLUICE_TEST(inflatesMessageAfterMessageWithTheirContext) {
  for (const std::size_t fragment : {std::size_t(1), std::size_t(3), std::size_t(100'000)}) {
    Deflater deflater;
    Inflater inflater(Context::Kept);
    for (int i = 0; i < 20; ++i) {
      const auto text = std::string(std::size_t(i) * 997, char('a' + i)) + "the same words " + std::to_string(i);
      QCOMPARE(inflate(inflater, deflater.message(text), fragment).text, text);
    }
  }
}

SLUICE_TEST(beginsAnewWhereTheContextIsDropped) {
  Deflater deflater;
  Inflater inflater(Context::Dropped);
  for (int i = 0; i < 5; ++i) {
    QCOMPARE(inflate(inflater, deflater.message("the same words"), 4).text, std::string("the same words"));
    deflater.dropContext();
  }
}

// RFC 7692 section 7.2.3.1, 7.2.3.3 and 7.2.3.4: as given there.
SLUICE_TEST(inflatesTheExamplesOfTheStandard) {
  using namespace std::string_literals;
  for (const auto& deflated : {"\xf2\x48\xcd\xc9\xc9\x07\x00"s, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s,
                               "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s}) {
    Inflater inflater(Context::Kept);
    QCOMPARE(inflate(inflater, deflated, 1).text, "Hello"s);
  }
}

SLUICE_TEST(stopsWhatInflatesWithoutEndAndWhatIsNoDeflate) {
  Deflater deflater;
  Inflater inflater(Context::Kept);
  const auto bomb = inflate(inflater, deflater.message(std::string(5'000'000, '0')), 100, 1'000'000);
  QVERIFY(bomb.code == Code::DecodedTooLarge);
  QVERIFY(bomb.text.size() <= 1'000'000);
  Inflater other(Context::Kept);
  QVERIFY(inflate(other, "\xff\xff\xff\xff", 1).code == Code::BadCoding);
}
