#include "core/codec/content/content_coding.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::content;

SLUICE_TEST(codingsAreReadInTheOrderInWhichTheyWereApplied) {
  const auto codings = parseContentEncoding("gzip, br");
  QVERIFY(codings);
  QVERIFY((*codings == std::vector{Coding::Gzip, Coding::Brotli}));
}

SLUICE_TEST(namesHaveNoCaseAndOddListsAreRead) {
  const auto codings = parseContentEncoding(" ,X-GZIP ,,\tidentity, Deflate,zstd,");
  QVERIFY(codings);
  QVERIFY((*codings == std::vector{Coding::Gzip, Coding::Deflate, Coding::Zstd}));
  QVERIFY(parseContentEncoding("")->empty());
}

SLUICE_TEST(anUnknownCodingIsNamed) {
  const auto codings = parseContentEncoding("gzip, aes128gcm");
  QVERIFY(!codings);
  QVERIFY(codings.error().code == Code::UnsupportedCoding);
  QVERIFY(codings.error().detail.find("aes128gcm") != std::string::npos);
}

SLUICE_TEST(moreCodingsThanTheLimitAreRefused) {
  QCOMPARE(parseContentEncoding("br,br,br,br")->size(), std::size_t(4));
  QVERIFY(parseContentEncoding("br,br,br,br,br").error().code == Code::UnsupportedCoding);
}

SLUICE_TEST(everyCodingIsReadByItsName) {
  for (const Coding coding : {Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd}) {
    QVERIFY(parseContentEncoding(name(coding))->front() == coding);
  }
}
