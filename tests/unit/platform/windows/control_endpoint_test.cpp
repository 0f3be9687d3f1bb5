#include "platform/control_endpoint.h"

#include "access_list.h"
#include "child.h"
#include "platform/local_socket.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using namespace sluice::test;
using namespace std::chrono_literals;

SLUICE_TEST(onlyThisUserAndTheSystemMayConnect) {
  auto endpoint = ControlEndpoint::listen({});
  QVERIFY(endpoint.has_value());
  const OwnedHandle listener(endpoint->takeListener());
  QCOMPARE(accessOf(listener.get(), SE_KERNEL_OBJECT), kOwnerAndSystem);
}

SLUICE_TEST(eachEndpointHasANameThatNobodyCanGuess) {
  auto one = ControlEndpoint::listen({});
  auto other = ControlEndpoint::listen({});
  QVERIFY(one && other);
  QVERIFY(one->address() != other->address());
  QCOMPARE(one->address().rfind("\\\\.\\pipe\\sluice-", 0), std::size_t(0));
  QCOMPARE(one->address().size(), std::string("\\\\.\\pipe\\sluice-").size() + 32);
}

SLUICE_TEST(theNameOfAnEndpointCannotBeTakenAgain) {
  auto endpoint = ControlEndpoint::listen({});
  const HANDLE second = CreateNamedPipeA(endpoint->address().c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE,
                                         PIPE_UNLIMITED_INSTANCES, 0, 0, 0, nullptr);
  QVERIFY(second == INVALID_HANDLE_VALUE);
}

SLUICE_TEST(aConnectionOfThisUserIsKnown) {
  auto endpoint = ControlEndpoint::listen({});
  const OwnedHandle listener(endpoint->takeListener());
  const auto client = LocalSocket::connect(endpoint->address(), 10s);
  QVERIFY(client.has_value());
  QVERIFY(peerIsThisUser(listener.get()));
}

SLUICE_TEST(whatIsNoConnectionBelongsToNobody) { QVERIFY(!peerIsThisUser(kNoHandle)); }

SLUICE_TEST(theEndpointIsGoneWithItsListener) {
  std::string address;
  {
    auto endpoint = ControlEndpoint::listen({});
    address = endpoint->address();
  }
  const auto late = LocalSocket::connect(address, 10s);
  QVERIFY(!late);
  QCOMPARE(late.error().code, Code::NotRunning);
}
