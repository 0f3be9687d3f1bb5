// A listener that several accept from. What crosses to another process in the engine crosses a port's socket here too.
#include "platform/net/listener.h"

#include <algorithm>
#include <array>
#include <asio/error.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "platform/net/strategy.h"
#include "platform/port_socket.h"
#include "platform/process.h"
#include "tests/support/test.h"
#include "tests/support/wire/socket_pair.h"

using namespace sluice;
using asio::ip::tcp;
using net::Acceptor;
using net::Listener;
using test::runUntil;

namespace {

const tcp::endpoint kAnyPort{asio::ip::address_v4::loopback(), 0};

// As another process gets it.
Result<std::unique_ptr<Acceptor>> handOver(const Listener& listener, asio::io_context& loop) {
  const auto ticket = listener.ticketFor(static_cast<std::int64_t>(platform::ownProcessId())).value();
  if (ticket.handles.empty()) return Acceptor::takeOver(loop, ticket.text, {});
  auto [from, to] = platform::PortSocket::makePair(100).value();
  if (from.send(asBytes("take"), {}, ticket.handles).status != IoResult::Status::Ok) return fail(Side::Local, Code::System, "not sent");
  std::array<std::byte, 100> buffer{};
  platform::PortSocket::Message message;
  to.receive(buffer, message);
  return Acceptor::takeOver(loop, ticket.text, std::move(message.handles[0]));
}

// What an accept came to.
struct Accepted {
  std::optional<std::error_code> code;
  std::optional<tcp::socket> socket;

  void from(Acceptor& acceptor) {
    code.reset();
    acceptor.accept([this](const std::error_code& c, tcp::socket s) {
      code = c;
      socket.emplace(std::move(s));
    });
  }
};

bool talk(asio::io_context& loop, tcp::socket& client, tcp::socket& server) {
  asio::write(client, asio::buffer("hello", 5));
  std::array<char, 5> buffer{};
  bool came = false;
  asio::async_read(server, asio::buffer(buffer), [&](const std::error_code& code, std::size_t) { came = !code; });
  return runUntil(loop, [&] { return came; }) && std::string_view(buffer.data(), 5) == "hello";
}

}  // namespace

SLUICE_TEST(bothWhoTookItOverServe) {
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context one, another;
  const auto first = handOver(listener, one).value();
  const auto second = handOver(listener, another).value();
  QVERIFY(first->address() == listener.address());
  QVERIFY(second->address() == listener.address());
  for (auto& [loop, acceptor] : {std::pair<asio::io_context&, Acceptor&>(one, *first), {another, *second}, {one, *first}}) {
    tcp::socket client(loop);
    client.connect(listener.address());
    Accepted accepted;
    accepted.from(acceptor);
    QVERIFY(runUntil(loop, [&] { return accepted.code.has_value(); }));
    QVERIFY(!*accepted.code);
    QVERIFY(accepted.socket->remote_endpoint() == client.local_endpoint());
    QVERIFY(talk(loop, client, *accepted.socket));
  }
}

SLUICE_TEST(theOthersGoOnWhenOneIsGone) {
  auto listener = Listener::open(kAnyPort).value();
  asio::io_context loop;
  auto gone = handOver(listener, loop).value();
  const auto left = handOver(listener, loop).value();
  Accepted nothing, accepted;
  nothing.from(*gone);
  accepted.from(*left);
  gone->close();
  QVERIFY(runUntil(loop, [&] { return nothing.code.has_value(); }));
  QVERIFY(*nothing.code == asio::error::operation_aborted);
  gone.reset();
  listener.close();
  tcp::socket client(loop);
  client.connect(left->address());
  QVERIFY(runUntil(loop, [&] { return accepted.code.has_value(); }));
  QVERIFY(!*accepted.code);
  QVERIFY(talk(loop, client, *accepted.socket));
}

SLUICE_TEST(whoConnectsBeforeAnybodyAcceptsWaitsAndIsServed) {
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context loop;
  std::vector<tcp::socket> clients;
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back(loop);
    clients.back().connect(listener.address());
  }
  const auto acceptor = handOver(listener, loop).value();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    Accepted accepted;
    accepted.from(*acceptor);
    QVERIFY(runUntil(loop, [&] { return accepted.code.has_value(); }));
    QVERIFY(!*accepted.code);
    const auto whose = std::find_if(clients.begin(), clients.end(), [&](tcp::socket& each) {
      return each.local_endpoint() == accepted.socket->remote_endpoint();
    });
    QVERIFY(whose != clients.end());
    QVERIFY(talk(loop, *whose, *accepted.socket));
  }
}

// Two loops with an accept each, both pending all the time: nobody is forgotten, and nobody is served twice.
SLUICE_TEST(eachOfManyConnectionsIsAcceptedOnce) {
  constexpr std::size_t kClients = 40;
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context one, another;
  const auto first = handOver(listener, one).value();
  const auto second = handOver(listener, another).value();
  std::set<tcp::endpoint> served;
  std::size_t count = 0;
  const std::function<void(Acceptor&)> acceptAll = [&](Acceptor& acceptor) {
    acceptor.accept([&](const std::error_code& code, tcp::socket socket) {
      if (code) return;
      ++count;
      served.insert(socket.remote_endpoint());
      acceptAll(acceptor);
    });
  };
  acceptAll(*first);
  acceptAll(*second);
  asio::io_context own;
  std::vector<tcp::socket> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back(own);
    clients.back().connect(listener.address());
  }
  QVERIFY(runUntil(one, [&] {
    another.restart();
    another.poll();
    return count == kClients;
  }));
  QCOMPARE(served.size(), kClients);
  for (auto& client : clients) QVERIFY(served.contains(client.local_endpoint()));
}

SLUICE_TEST(aConnectionIsOnTheLoopThatAcceptedIt) {
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context loop;
  const auto acceptor = handOver(listener, loop).value();
  Accepted accepted;
  accepted.from(*acceptor);
  tcp::socket client(loop);
  client.connect(listener.address());
  QVERIFY(runUntil(loop, [&] { return accepted.code.has_value(); }));
  QVERIFY(accepted.socket->get_executor() == loop.get_executor());
}

SLUICE_TEST(aPendingAcceptEndsOnceWhenItsAcceptorCloses) {
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context loop;
  const auto acceptor = handOver(listener, loop).value();
  int ends = 0;
  std::error_code how;
  acceptor->accept([&](const std::error_code& code, tcp::socket) {
    ++ends;
    how = code;
  });
  acceptor->close();
  QCOMPARE(ends, 0);  // never from inside
  tcp::socket client(loop);
  client.connect(listener.address());  // the listener itself still stands
  QVERIFY(runUntil(loop, [&] { return ends > 0; }));
  loop.restart();
  while (loop.poll() > 0) {
  }
  QCOMPARE(ends, 1);
  // io_uring hears of the accept only when its loop turns, and finds no listener then.
  QVERIFY2(how == asio::error::operation_aborted || how == asio::error::bad_descriptor, how.message().c_str());
}

// Its loop does not turn: what it took it has, and serves when it goes on.
SLUICE_TEST(whoHangsTakesNoMoreThanItsAcceptsInFlight) {
  const std::size_t ahead = net::nativeStrategy().acceptsInFlight, count = ahead + 5;
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context hanging, loop;
  const auto hangs = handOver(listener, hanging).value();
  const auto serves = handOver(listener, loop).value();
  std::set<tcp::endpoint> served;
  const std::function<void(Acceptor&)> serveFrom = [&](Acceptor& acceptor) {
    acceptor.accept([&](const std::error_code& code, tcp::socket socket) {
      if (code) return;
      served.insert(socket.remote_endpoint());
      serveFrom(acceptor);
    });
  };
  serveFrom(*hangs);
  serveFrom(*serves);
  std::vector<tcp::socket> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(loop);
    clients.back().connect(listener.address());
  }
  QVERIFY(runUntil(loop, [&] { return served.size() >= count - ahead; }));
  QVERIFY(runUntil(hanging, [&] {
    loop.restart();
    loop.poll();
    return served.size() == count;
  }));
}

SLUICE_TEST(whoComesBetweenTwoAcceptsIsServedByTheNext) {
  const auto listener = Listener::open(kAnyPort).value();
  asio::io_context loop;
  const auto acceptor = handOver(listener, loop).value();
  std::vector<tcp::socket> clients;
  std::set<tcp::endpoint> served;
  for (int i = 0; i < 10; ++i) {
    Accepted accepted;
    accepted.from(*acceptor);
    for (int more = 0; more < 2 && clients.size() < 10; ++more) {
      clients.emplace_back(loop);
      clients.back().connect(listener.address());
    }
    QVERIFY(runUntil(loop, [&] { return accepted.code.has_value(); }));
    QVERIFY(!*accepted.code);
    served.insert(accepted.socket->remote_endpoint());
    loop.restart();
    while (loop.poll() > 0) {
    }
  }
  QCOMPARE(served.size(), clients.size());
}

SLUICE_TEST(whoWasTakenAheadIsClosedWithTheAcceptor) {
  auto listener = Listener::open(kAnyPort).value();
  asio::io_context loop;
  const auto acceptor = handOver(listener, loop).value();
  std::vector<tcp::socket> clients;
  Accepted first;
  first.from(*acceptor);
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(loop);
    clients.back().connect(listener.address());
  }
  QVERIFY(runUntil(loop, [&] { return first.code.has_value(); }));
  const auto served = first.socket->remote_endpoint();
  listener.close();
  acceptor->close();
  for (auto& client : clients) {
    if (client.local_endpoint() == served) continue;
    std::array<char, 1> buffer{};
    std::optional<std::error_code> code;
    client.async_receive(asio::buffer(buffer), [&](const std::error_code& c, std::size_t) { code = c; });
    QVERIFY(runUntil(loop, [&] { return code.has_value(); }));
    QVERIFY(*code);
  }
}

SLUICE_TEST(nobodyIsServedOnceAllAreGone) {
  auto listener = Listener::open(kAnyPort).value();
  const auto address = listener.address();
  asio::io_context loop;
  auto acceptor = handOver(listener, loop).value();
  listener.close();
  acceptor.reset();
  while (loop.poll() > 0) {
  }
  tcp::socket client(loop);
  std::error_code code;
  client.connect(address, code);
  QVERIFY(code == asio::error::connection_refused);
}

// Whether an accept was pending or not: whoever connects is not left waiting for an acceptor that will never serve it.
SLUICE_TEST(whoConnectsOnceTheLastAcceptorIsClosedIsRefused) {
  for (const bool pending : {false, true}) {
    auto listener = Listener::open(kAnyPort).value();
    const auto address = listener.address();
    asio::io_context loop;
    const auto acceptor = handOver(listener, loop).value();
    listener.close();
    Accepted nothing;
    if (pending) nothing.from(*acceptor);
    acceptor->close();
    QVERIFY(!pending || runUntil(loop, [&] { return nothing.code.has_value(); }));
    tcp::socket client(loop);
    std::error_code code;
    client.connect(address, code);
    QVERIFY2(code == asio::error::connection_refused, code.message().c_str());
  }
}

SLUICE_TEST(listensOnBothKindsOfAddresses) {
  auto listener = Listener::open({asio::ip::address_v6::any(), 0});
  if (!listener) QSKIP("no IPv6 here");
  asio::io_context loop;
  const auto acceptor = handOver(*listener, loop).value();
  Accepted accepted;
  accepted.from(*acceptor);
  tcp::socket client(loop);
  client.connect({asio::ip::address_v4::loopback(), listener->address().port()});
  QVERIFY(runUntil(loop, [&] { return accepted.code.has_value(); }));
  QVERIFY(!*accepted.code);
  QVERIFY(talk(loop, client, *accepted.socket));
}

SLUICE_TEST(aPortThatIsTakenIsNamed) {
  const auto listener = Listener::open(kAnyPort).value();
  const auto another = Listener::open(listener.address());
  QVERIFY(!another);
  QVERIFY(another.error().code == Code::AddressInUse);
  QVERIFY(another.error().detail.find(std::to_string(listener.address().port())) != std::string::npos);
}

SLUICE_TEST(whatIsNoListenerIsNotTakenOver) {
  asio::io_context loop;
  QVERIFY(!Acceptor::takeOver(loop, "no such thing", {}));
}

SLUICE_TEST(aPendingAcceptEndsWithItsLoop) {
  Accepted nothing;
  {
    asio::io_context loop;
    const auto acceptor = Acceptor::open(loop, kAnyPort).value();
    nothing.from(*acceptor);
    loop.poll();
  }
  QVERIFY(!nothing.code);
}
