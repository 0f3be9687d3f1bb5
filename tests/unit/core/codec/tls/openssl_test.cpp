#include "core/codec/tls/openssl.h"

#include "tests/support/test.h"

using namespace sluice::tls;

SLUICE_TEST(theOldestErrorIsToldAndTheQueueIsEmptied) {
  ERR_clear_error();
  QCOMPARE(takeErrorText(), std::string("no reason given"));
  ERR_raise(ERR_LIB_SSL, SSL_R_UNSUPPORTED_PROTOCOL);
  ERR_raise(ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER);
  QCOMPARE(takeErrorText(), std::string("unsupported protocol"));
  QCOMPARE(ERR_peek_error(), 0ul);
}
