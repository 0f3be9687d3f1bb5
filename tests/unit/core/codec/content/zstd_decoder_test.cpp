#include "encoded.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::content;
using namespace sluice::content::test;

SLUICE_TEST(zstdIsDecodedHoweverItWasCut) {
  for (const std::size_t bytes : {0, 1, 300, 300'000}) {
    const std::string text = sampleText(bytes), encoded = zstd(text);
    for (const std::size_t fragment : kFragments) {
      const auto decoded = decode({Coding::Zstd}, encoded, fragment);
      QVERIFY(decoded.code == Code::None);
      QVERIFY(decoded.text == text);
    }
  }
}

SLUICE_TEST(severalFramesAreOneText) {
  for (const std::size_t fragment : kFragments) {
    QVERIFY(decode({Coding::Zstd}, zstd("one ") + zstd("two"), fragment).text == "one two");
  }
}

SLUICE_TEST(aWindowThatNoSenderMayUseIsRefused) {
  QVERIFY(decode({Coding::Zstd}, zstd(sampleText(1000), 23)).code == Code::None);
  QVERIFY(decode({Coding::Zstd}, zstd(sampleText(1000), 27)).code == Code::BadCoding);
}

SLUICE_TEST(zstdThatEndsEarlyOrIsDamagedIsAnError) {
  const std::string encoded = zstd(sampleText(1000));
  QVERIFY(decode({Coding::Zstd}, encoded.substr(0, encoded.size() - 1)).code == Code::BadCoding);
  QVERIFY(decode({Coding::Zstd}, "not a frame").code == Code::BadCoding);
}
