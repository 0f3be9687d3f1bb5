#include "encoded.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::content;
using namespace sluice::content::test;

SLUICE_TEST(brotliIsDecodedHoweverItWasCut) {
  for (const std::size_t bytes : {0, 1, 300, 300'000}) {
    const std::string text = sampleText(bytes), encoded = brotli(text);
    for (const std::size_t fragment : kFragments) {
      const auto decoded = decode({Coding::Brotli}, encoded, fragment);
      QVERIFY(decoded.code == Code::None);
      QVERIFY(decoded.text == text);
    }
  }
}

SLUICE_TEST(brotliThatEndsEarlyOrIsDamagedIsAnError) {
  const std::string encoded = brotli(sampleText(1000));
  QVERIFY(decode({Coding::Brotli}, encoded.substr(0, encoded.size() - 1)).code == Code::BadCoding);
  const auto damaged = decode({Coding::Brotli}, std::string(100, '\xff'));
  QVERIFY(damaged.code == Code::BadCoding);
  QVERIFY(damaged.detail.starts_with("br: "));
}
