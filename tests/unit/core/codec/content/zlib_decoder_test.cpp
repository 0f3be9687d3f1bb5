#include "encoded.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::content;
using namespace sluice::content::test;

SLUICE_TEST(gzipAndBothKindsOfDeflateAreDecodedHoweverTheyWereCut) {
  for (const std::size_t bytes : {0, 1, 300, 300'000}) {
    const std::string text = sampleText(bytes);
    for (const std::size_t fragment : kFragments) {
      for (const auto& [coding, encoded] : {std::pair{Coding::Gzip, gzip(text)}, std::pair{Coding::Deflate, zlib(text)},
                                            std::pair{Coding::Deflate, bareDeflate(text)}}) {
        const auto decoded = decode({coding}, encoded, fragment);
        QVERIFY(decoded.code == Code::None);
        QVERIFY(decoded.text == text);
      }
    }
  }
}

SLUICE_TEST(aGzipBodyOfSeveralMembersIsOneText) {
  const std::string encoded = gzip("one ") + gzip("") + gzip("two");
  for (const std::size_t fragment : kFragments) QVERIFY(decode({Coding::Gzip}, encoded, fragment).text == "one two");
}

SLUICE_TEST(paddingAfterTheEndIsIgnored) {
  for (const std::size_t fragment : kFragments) {
    const auto decoded = decode({Coding::Gzip}, gzip("text") + std::string(100, '\0'), fragment);
    QVERIFY(decoded.code == Code::None);
    QVERIFY(decoded.text == "text");
  }
}

SLUICE_TEST(aGzipBodyThatEndsEarlyGivesWhatItHasAndSaysSo) {
  const std::string text = sampleText(100'000), encoded = gzip(text);
  for (const std::size_t fragment : kFragments) {
    const auto decoded = decode({Coding::Gzip}, encoded.substr(0, encoded.size() / 2), fragment);
    QVERIFY(decoded.code == Code::BadCoding);
    QVERIFY(decoded.detail.find("gzip") != std::string::npos);
    QVERIFY(decoded.text.size() > 30'000 && text.starts_with(decoded.text));
  }
}

SLUICE_TEST(gzipThatIsNoneOrIsDamagedIsAnError) {
  QVERIFY(decode({Coding::Gzip}, "<html>not compressed at all</html>").code == Code::BadCoding);
  std::string encoded = gzip(sampleText(1000));
  encoded[encoded.size() - 6] = static_cast<char>(encoded[encoded.size() - 6] ^ 1);  // in the checksum
  QVERIFY(decode({Coding::Gzip}, encoded).code == Code::BadCoding);
}
