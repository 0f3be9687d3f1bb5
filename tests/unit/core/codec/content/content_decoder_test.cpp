#include "core/codec/content/content_decoder.h"

#include "encoded.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::content;
using namespace sluice::content::test;

SLUICE_TEST(withoutACodingBytesPassAsTheyAre) {
  QVERIFY(decode({}, "plain", 2).text == "plain");
}

SLUICE_TEST(stackedCodingsAreUndoneFromTheLastToTheFirst) {
  const std::string text = sampleText(200'000);
  const std::string encoded = zstd(brotli(gzip(text)));
  for (const std::size_t fragment : kFragments) {
    const auto decoded = decode({Coding::Gzip, Coding::Brotli, Coding::Zstd}, encoded, fragment);
    QVERIFY(decoded.code == Code::None);
    QVERIFY(decoded.text == text);
  }
  QVERIFY(decode({Coding::Zstd, Coding::Gzip}, encoded).code == Code::BadCoding);
}

SLUICE_TEST(aBodyOfNoBytesIsWholeUnderAnyCoding) {
  // The response to HEAD, or a 304 that names the coding of what it does not carry.
  for (const Coding coding : {Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd}) {
    QVERIFY(decode({coding}, "").code == Code::None);
  }
}

SLUICE_TEST(aSmallBodyThatGrowsWithoutEndIsStoppedAtTheLimit) {
  const std::string bomb = gzip(gzip(std::string(std::size_t(64) << 20, '\0')));
  QVERIFY(bomb.size() < 10'000);
  const auto decoded = decode({Coding::Gzip, Coding::Gzip}, bomb, 0, 1'000'000);
  QVERIFY(decoded.code == Code::DecodedTooLarge);
  QCOMPARE(decoded.text.size(), std::size_t(1'000'000));
}

SLUICE_TEST(aBodyOfExactlyTheLimitIsNotTooLarge) {
  const std::string text = sampleText(10'000);
  QVERIFY(decode({Coding::Brotli}, brotli(text), 0, 10'000).code == Code::None);
}

SLUICE_TEST(whoHasEnoughIsGivenNoMore) {
  const std::string encoded = gzip(sampleText(1'000'000));
  const Coding codings[] = {Coding::Gzip};
  ContentDecoder decoder(codings, ~std::uint64_t(0));
  int calls = 0;
  const auto fed = decoder.feed(asBytes(encoded), [&](Bytes) {
    ++calls;
    return Wish::Enough;
  });
  QVERIFY(fed && *fed == Wish::Enough);
  QCOMPARE(calls, 1);
}
