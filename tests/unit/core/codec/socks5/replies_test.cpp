#include "core/codec/socks5/replies.h"

#include "tests/support/test.h"

using namespace sluice;
using socks5::Reply;

SLUICE_TEST(tellsAClientTheNearestThatSocksHasAWordFor) {
  const auto told = [](Code code) { return socks5::replyFor({code, Side::Upstream, 0, {}}); };
  QVERIFY(told(Code::ProxyLoop) == Reply::NotAllowed);
  QVERIFY(told(Code::HostNotFound) == Reply::HostUnreachable);
  QVERIFY(told(Code::ResolveFailed) == Reply::HostUnreachable);
  QVERIFY(told(Code::HostUnreachable) == Reply::HostUnreachable);
  QVERIFY(told(Code::ConnectionRefused) == Reply::ConnectionRefused);
  QVERIFY(told(Code::ConnectTimeout) == Reply::TtlExpired);
  QVERIFY(told(Code::System) == Reply::GeneralFailure);
}

SLUICE_TEST(namesWhatAProxyInFrontReplies) {
  QVERIFY(socks5::errorFor(5).code == Code::ConnectionRefused);
  QVERIFY(socks5::errorFor(4).code == Code::HostUnreachable);
  QVERIFY(socks5::errorFor(6).code == Code::ConnectTimeout);
  QVERIFY(socks5::errorFor(2).code == Code::UpstreamProxyRefused);
  QCOMPARE(socks5::errorFor(2).detail, std::string("the SOCKS proxy says: not allowed by its rules (2)"));
  QCOMPARE(socks5::errorFor(99).detail, std::string("the SOCKS proxy says: unknown reply (99)"));
  for (int reply = 1; reply < 256; ++reply) {
    const auto error = socks5::errorFor(static_cast<std::uint8_t>(reply));
    QVERIFY(error.code != Code::None && error.side == Side::Upstream);
  }
}
