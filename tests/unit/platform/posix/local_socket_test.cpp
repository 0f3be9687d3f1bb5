#include "platform/local_socket.h"

#include <sys/socket.h>

#include <array>
#include <vector>

#include "platform/control_endpoint.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace std::chrono_literals;

namespace {

// A client and the engine's end of its connection.
struct Pair {
  test::TemporaryDirectory dir;
  Result<ControlEndpoint> endpoint = ControlEndpoint::listen(dir.path());
  OwnedHandle listener{endpoint->takeListener()};
  Result<LocalSocket> client = LocalSocket::connect(endpoint->address(), 10s);
  OwnedHandle server{accept(static_cast<int>(listener.get()), nullptr, nullptr)};

  int serverDescriptor() const { return static_cast<int>(server.get()); }
};

}  // namespace

SLUICE_TEST(nobodyListeningIsNotRunning) {
  const test::TemporaryDirectory dir;
  const auto none = LocalSocket::connect((dir / "control.sock").string(), 10s);
  QVERIFY(!none);
  QVERIFY(none.error().code == Code::NotRunning);
  const auto impossible = LocalSocket::connect(std::string(500, 'x'), 10s);
  QVERIFY(!impossible);
  QVERIFY(impossible.error().code == Code::BadArgument);
}

SLUICE_TEST(carriesBytesBothWays) {
  Pair pair;
  QVERIFY(pair.client && pair.server);
  QVERIFY(pair.client->send(asBytes("ping"), 10s).has_value());
  std::array<char, 16> received{};
  QCOMPARE(recv(pair.serverDescriptor(), received.data(), received.size(), 0), ssize_t(4));
  QCOMPARE(send(pair.serverDescriptor(), "pong!", 5, 0), ssize_t(5));
  std::array<std::byte, 16> buffer;
  const auto count = pair.client->receive(buffer, 10s);
  QVERIFY(count.has_value());
  QCOMPARE(std::string(asText(Bytes(buffer).first(*count))), std::string("pong!"));
}

SLUICE_TEST(theEndOfTheStreamIsZeroBytes) {
  Pair pair;
  shutdown(pair.serverDescriptor(), SHUT_RDWR);
  std::array<std::byte, 16> buffer;
  const auto count = pair.client->receive(buffer, 10s);
  QVERIFY(count.has_value());
  QCOMPARE(*count, std::size_t(0));
}

SLUICE_TEST(silenceIsATimeoutAndTheConnectionStaysGood) {
  Pair pair;
  std::array<std::byte, 16> buffer;
  const auto nothing = pair.client->receive(buffer, 1ms);
  QVERIFY(!nothing);
  QVERIFY(nothing.error().code == Code::IdleTimeout);
  QCOMPARE(send(pair.serverDescriptor(), "x", 1, 0), ssize_t(1));
  QCOMPARE(*pair.client->receive(buffer, 10s), std::size_t(1));
}

SLUICE_TEST(aPeerThatDoesNotReadIsATimeout) {
  Pair pair;
  const std::vector<std::byte> much(64 << 20);
  const auto sent = pair.client->send(much, 20ms);
  QVERIFY(!sent);
  QVERIFY(sent.error().code == Code::IdleTimeout);
}

SLUICE_TEST(aPeerThatIsGoneIsAnErrorAndNoSignal) {
  Pair pair;
  shutdown(pair.serverDescriptor(), SHUT_RDWR);
  const auto sent = pair.client->send(asBytes("hello"), 10s);
  QVERIFY(!sent);
  QVERIFY(sent.error().code == Code::ConnectionReset);
}
