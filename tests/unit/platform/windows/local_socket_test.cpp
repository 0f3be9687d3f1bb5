#include "platform/local_socket.h"

#include <array>
#include <vector>

#include "child.h"
#include "platform/control_endpoint.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

// A client and the engine's end of its connection: the first instance of the pipe, which waits for what it is asked.
struct Pair {
  Result<ControlEndpoint> endpoint = ControlEndpoint::listen({});
  OwnedHandle server{endpoint->takeListener()};
  Result<LocalSocket> client = LocalSocket::connect(endpoint->address(), 10s);

  // Moves `count` bytes one way or the other and waits for that; how many it were.
  template <class Begin>
  DWORD whole(Begin begin) {
    OVERLAPPED operation{};
    operation.hEvent = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    DWORD count = 0;
    begin(&operation);
    GetOverlappedResult(system(server.get()), &operation, &count, TRUE);
    CloseHandle(operation.hEvent);
    return count;
  }
  DWORD say(std::string_view text) {
    return whole([&](OVERLAPPED* operation) {
      WriteFile(system(server.get()), text.data(), static_cast<DWORD>(text.size()), nullptr, operation);
    });
  }
  std::string hear() {
    std::string text(64, '\0');
    text.resize(whole([&](OVERLAPPED* operation) {
      ReadFile(system(server.get()), text.data(), static_cast<DWORD>(text.size()), nullptr, operation);
    }));
    return text;
  }
};

}  // namespace

SLUICE_TEST(nobodyListeningIsNotRunning) {
  const auto none = LocalSocket::connect("\\\\.\\pipe\\sluice-nobody-has-this-name", 10s);
  QVERIFY(!none);
  QCOMPARE(none.error().code, Code::NotRunning);
}

SLUICE_TEST(carriesBytesBothWays) {
  Pair pair;
  QVERIFY(pair.client.has_value());
  QVERIFY(pair.client->send(asBytes("ping"), 10s).has_value());
  QCOMPARE(pair.hear(), std::string("ping"));
  QCOMPARE(pair.say("pong!"), DWORD(5));
  std::array<std::byte, 16> buffer;
  const auto count = pair.client->receive(buffer, 10s);
  QVERIFY(count.has_value());
  QCOMPARE(std::string(asText(Bytes(buffer).first(*count))), std::string("pong!"));
}

SLUICE_TEST(theEndOfTheStreamIsZeroBytes) {
  Pair pair;
  pair.server = OwnedHandle();
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
  QCOMPARE(nothing.error().code, Code::IdleTimeout);
  QCOMPARE(pair.say("x"), DWORD(1));
  QCOMPARE(*pair.client->receive(buffer, 10s), std::size_t(1));
}

SLUICE_TEST(aPeerThatDoesNotReadIsATimeout) {
  Pair pair;
  const std::vector<std::byte> much(8 << 20);
  const auto sent = pair.client->send(much, 20ms);
  QVERIFY(!sent);
  QCOMPARE(sent.error().code, Code::IdleTimeout);
}

SLUICE_TEST(aPeerThatIsGoneIsAnError) {
  Pair pair;
  pair.server = OwnedHandle();
  const auto sent = pair.client->send(asBytes("hello"), 10s);
  QVERIFY(!sent);
  QCOMPARE(sent.error().code, Code::ConnectionReset);
}

SLUICE_TEST(anEngineWithoutAFreeInstanceIsWaitedForUntilTheDeadline) {
  Pair pair;
  const auto second = LocalSocket::connect(pair.endpoint->address(), 50ms);
  QVERIFY(!second);
  QCOMPARE(second.error().code, Code::IdleTimeout);
}
