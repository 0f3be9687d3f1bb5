// Control connections as the engine accepts them, with the client's end that the command line uses.
#include "platform/net/control_stream.h"

#include <array>
#include <asio/error.hpp>
#include <future>
#include <optional>

#include "platform/control_endpoint.h"
#include "platform/data_dir.h"
#include "platform/local_socket.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "tests/support/wire/socket_pair.h"

using namespace sluice;
using net::ControlAcceptor;
using net::ControlStream;
using platform::LocalSocket;
using test::runUntil;

namespace {

constexpr LocalSocket::Timeout kPatience = std::chrono::seconds(20);

struct Rig {
  Rig() : endpoint(platform::ControlEndpoint::listen(directory.path()).value()) {
    acceptor = ControlAcceptor::open(loop, endpoint.takeListener(), endpoint.address()).value();
  }

  // Both ends of a new connection; the client connects on a thread of its own, since it may have to wait for the loop.
  bool connect() {
    server.reset();
    auto connecting = std::async(std::launch::async, [this] { return LocalSocket::connect(endpoint.address(), kPatience); });
    std::error_code failed;
    acceptor->accept([&](const std::error_code& code, std::unique_ptr<ControlStream> stream) {
      failed = code;
      server = std::move(stream);
    });
    const bool came = runUntil(loop, [&] { return server != nullptr || failed; });
    auto socket = connecting.get();
    if (socket) client.emplace(*std::move(socket));
    return came && !failed && client;
  }
  std::string serverReceives(std::error_code& code) {
    std::array<std::byte, 100> buffer{};
    std::optional<std::size_t> count;
    server->receiveSome(buffer, [&](const std::error_code& c, std::size_t n) {
      code = c;
      count = n;
    });
    runUntil(loop, [&] { return count.has_value(); });
    return std::string(asText(Bytes(buffer).first(count.value_or(0))));
  }

  test::TemporaryDirectory directory;
  asio::io_context loop;
  platform::ControlEndpoint endpoint;
  std::unique_ptr<ControlAcceptor> acceptor;
  std::unique_ptr<ControlStream> server;
  std::optional<LocalSocket> client;
};

}  // namespace

SLUICE_TEST(bytesPassBothWaysOnAControlConnection) {
  Rig rig;
  QVERIFY(rig.connect());
  QVERIFY(rig.client->send(asBytes("question"), kPatience).has_value());
  std::error_code code;
  QCOMPARE(rig.serverReceives(code), std::string("question"));
  bool sent = false;
  rig.server->sendAll(asBytes("answer"), [&](const std::error_code& failed) { sent = !failed; });
  QVERIFY(runUntil(rig.loop, [&] { return sent; }));
  std::array<std::byte, 100> buffer{};
  QCOMPARE(rig.client->receive(buffer, kPatience).value(), std::size_t{6});
}

SLUICE_TEST(theClientOfAControlConnectionIsThisUser) {
  Rig rig;
  QVERIFY(rig.connect());
  QVERIFY(platform::peerIsThisUser(rig.server->handle()));
}

SLUICE_TEST(severalClientsConnectOneAfterTheOther) {
  Rig rig;
  for (int i = 0; i < 5; ++i) QVERIFY(rig.connect());
}

SLUICE_TEST(theEndOfAControlClientIsAnError) {
  Rig rig;
  QVERIFY(rig.connect());
  rig.client.reset();
  std::error_code code;
  QCOMPARE(rig.serverReceives(code), std::string());
  QVERIFY(code);
}

SLUICE_TEST(whatWasSentBeforeClosingIsRead) {
  Rig rig;
  QVERIFY(rig.connect());
  bool sent = false;
  rig.server->sendAll(asBytes("last words"), [&](const std::error_code&) { sent = true; });
  QVERIFY(runUntil(rig.loop, [&] { return sent; }));
  rig.server->close();
  std::array<std::byte, 100> buffer{};
  QCOMPARE(rig.client->receive(buffer, kPatience).value(), std::size_t{10});
  QCOMPARE(rig.client->receive(buffer, kPatience).value(), std::size_t{0});
}

SLUICE_TEST(closingEndsWhatIsUnderWay) {
  Rig rig;
  QVERIFY(rig.connect());
  std::array<std::byte, 10> buffer{};
  std::error_code receiving, accepting;
  rig.server->receiveSome(buffer, [&](const std::error_code& code, std::size_t) { receiving = code; });
  rig.acceptor->accept([&](const std::error_code& code, std::unique_ptr<ControlStream>) { accepting = code; });
  rig.server->close();
  rig.acceptor->close();
  QVERIFY(!rig.acceptor->isOpen());
  QVERIFY(runUntil(rig.loop, [&] { return receiving && accepting; }));
  QVERIFY(accepting == asio::error::operation_aborted);
}
