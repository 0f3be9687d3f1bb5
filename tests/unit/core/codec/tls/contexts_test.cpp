#include "core/codec/tls/contexts.h"

#include <openssl/ssl.h>

#include "core/base/limits.h"
#include "core/codec/tls/authority.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::tls;

SLUICE_TEST(rootsAreReadFromOneText) {
  const auto one = Authority::make(WallTime{}), other = Authority::make(WallTime{});
  const auto context = ClientContext::create({one->certificatePem() + "\nsome words\n" + other->certificatePem(), {}}, {});
  QVERIFY(context.has_value());
  QCOMPARE((*context)->roots(), std::size_t(2));
  QCOMPARE((*ClientContext::create({}, {}))->roots(), std::size_t(0));
  QVERIFY(ClientContext::create({"no certificate", {}}, {}).error().code == Code::BadArgument);
}

SLUICE_TEST(aTicketIsGivenOnceAndTheyAreBounded) {
  const auto context = ClientContext::create({}, {}).value();
  SSL_SESSION* ticket = SSL_SESSION_new();
  context->keep("a", ticket);
  QVERIFY(context->take("b") == nullptr);
  QVERIFY(context->take("a") == ticket);
  QVERIFY(context->take("a") == nullptr);
  SSL_SESSION_free(ticket);
  for (std::size_t i = 0; i <= limits::kTlsTicketsMax; ++i) context->keep(std::to_string(i), SSL_SESSION_new());
  QVERIFY(context->take("0") == nullptr);
  SSL_SESSION* second = context->take("1");
  QVERIFY(second != nullptr);
  SSL_SESSION_free(second);
  context->keep("x", SSL_SESSION_new());
  context->keep("x", SSL_SESSION_new());  // the newer one takes its place
}
