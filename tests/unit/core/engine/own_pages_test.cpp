#include "core/engine/own_pages.h"

#include "tests/support/test.h"

using namespace sluice::engine;

SLUICE_TEST(theCaIsThereInBothForms) {
  const OwnPages pages("Sluice CA 1234", "PEM", "DER");
  QCOMPARE(pages.page("/ca").body, std::string("PEM"));
  QCOMPARE(pages.page("/ca?x=y").fileName, std::string("sluice-ca.pem"));
  QCOMPARE(pages.page("/ca.crt").body, std::string("DER"));
  for (const char* path : {"/ca", "/ca.crt"}) QCOMPARE(pages.page(path).contentType, std::string("application/x-x509-ca-cert"));
}

SLUICE_TEST(theStartPageNamesTheAuthorityAndEachSystem) {
  const OwnPages pages("Sluice CA 1234", "PEM", "DER");
  for (const char* path : {"", "/", "/?a"}) {
    const auto page = pages.page(path);
    QCOMPARE(page.status, 200);
    for (const char* word : {"Sluice CA 1234", "Windows", "macOS", "Linux", "Android", "iPhone", "Firefox", "<svg", "--cacert"}) {
      QVERIFY2(page.body.find(word) != std::string::npos, word);
    }
  }
}

SLUICE_TEST(otherPathsAreNotThere) {
  const OwnPages pages("n", "p", "d");
  QCOMPARE(pages.page("/caa").status, 404);
  QVERIFY(pages.page("/favicon.ico").body.find("http://sluice.proxy/ca") != std::string::npos);
}

SLUICE_TEST(aCodeIsDrawnInModules) {
  const auto code = qrCode("http://sluice.proxy/ca");
  QVERIFY(code.starts_with("<svg") && code.find("viewBox=\"0 0 33 33\"") != std::string::npos);
  QVERIFY(qrCode(std::string(10'000, 'x')).empty());
}
