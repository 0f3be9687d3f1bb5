#include "platform/net/address.h"

#include <asio/error.hpp>

#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(readsWhatItWrites) {
  for (const std::string text : {"127.0.0.1:80", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:443", "[fe80::1]:1"}) {
    const auto endpoint = net::parseEndpoint(text);
    QVERIFY2(endpoint.has_value(), text.c_str());
    QCOMPARE(net::toText(*endpoint), text);
  }
}

SLUICE_TEST(localhostIsTheIpv4Loopback) {
  QCOMPARE(net::toText(net::parseEndpoint("localhost:8080").value()), std::string("127.0.0.1:8080"));
}

SLUICE_TEST(refusesWhatIsNoNumericAddressWithAPort) {
  for (const std::string text : {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
                                 "127.0.0.1: 80", "127.0.0.1:80 ", "127.0.0.1:8o", "127.0.0:80", "host:80", "::1:80", "[::1]",
                                 "[::1]80", "[127.0.0.1]:80", "[]:80", "[::1:80", "[localhost]:80",
                                 "127.0.0.1:99999999999999999999"}) {
    const auto endpoint = net::parseEndpoint(text);
    QVERIFY2(!endpoint, text.c_str());
    QVERIFY(endpoint.error().code == Code::BadArgument);
    QVERIFY(endpoint.error().detail.find("'" + text + "'") != std::string::npos);
  }
}

SLUICE_TEST(givesSystemErrorsTheirMeaning) {
  namespace err = asio::error;
  const struct {
    std::error_code from;
    Code to;
  } rows[] = {
      {err::connection_refused, Code::ConnectionRefused}, {err::connection_reset, Code::ConnectionReset},
      {err::connection_aborted, Code::ConnectionReset},   {err::broken_pipe, Code::ConnectionReset},
      {err::timed_out, Code::ConnectTimeout},             {err::host_unreachable, Code::HostUnreachable},
      {err::network_unreachable, Code::HostUnreachable},  {err::network_down, Code::HostUnreachable},
      {err::host_not_found, Code::HostNotFound},          {err::no_data, Code::HostNotFound},
      {err::host_not_found_try_again, Code::ResolveFailed}, {err::no_recovery, Code::ResolveFailed},
      {err::address_in_use, Code::AddressInUse},          {err::access_denied, Code::AccessDenied},
      {err::no_memory, Code::OutOfMemory},                {err::no_buffer_space, Code::OutOfMemory},
      {err::operation_aborted, Code::Aborted},            {err::bad_descriptor, Code::System},
  };
  for (const auto& row : rows) {
    const auto error = net::toError(row.from, Side::Upstream, "a:80");
    QVERIFY2(error.code == row.to, row.from.message().c_str());
    QVERIFY(error.side == Side::Upstream);
    QCOMPARE(error.detail, std::string("a:80"));
  }
}

SLUICE_TEST(aSystemsNumberMeansTheSameWhoeverReportsIt) {
  const std::error_code ofAsio = asio::error::connection_reset;
  const std::error_code ofTheLibrary(ofAsio.value(), std::system_category());
  QVERIFY(net::toError(ofTheLibrary, Side::Client) == net::toError(ofAsio, Side::Client));
}

// Most resolvers count their errors by themselves: as a number of the system they would say something else. That of Windows does not.
SLUICE_TEST(keepsTheNumberOfSystemErrorsOnly) {
  const std::error_code refused = asio::error::connection_refused;
  QCOMPARE(net::toError(refused, Side::Client).systemCode, refused.value());
  const std::error_code unknown = asio::error::host_not_found;
  const bool ofSystem = unknown.category() == asio::error::get_system_category();
  QCOMPARE(net::toError(unknown, Side::Client).systemCode, ofSystem ? unknown.value() : 0);
}

SLUICE_TEST(knowsTheAddressesOfThisMachine) {
  QVERIFY(net::isOfThisMachine(asio::ip::make_address("127.0.0.1")));
  QVERIFY(net::isOfThisMachine(asio::ip::make_address("127.3.2.1")));
  QVERIFY(!net::isOfThisMachine(asio::ip::make_address("192.0.2.1")));  // for documentation: no machine has it
  QVERIFY(!net::isOfThisMachine(asio::ip::make_address("2001:db8::1")));
}
