#include "core/codec/tls/identity.h"

#include <openssl/x509.h>

#include "tests/support/test.h"

using namespace sluice::tls;

SLUICE_TEST(copiesShareAndTheLastOneFrees) {
  Identity empty;
  Identity copy;
  {
    const Identity first(X509_new(), EVP_PKEY_new());
    copy = first;
    QVERIFY(copy == first && !(copy == empty));
  }
  QVERIFY(X509_get_serialNumber(copy.certificate()) != nullptr);
  const Identity moved = std::move(copy);
  QVERIFY(moved.key() != nullptr && copy.key() == nullptr);
}
