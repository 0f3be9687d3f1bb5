#include "core/engine/client_identifier.h"

#include <asio/executor_work_guard.hpp>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/limits.h"
#include "core/engine/clock.h"
#include "platform/process.h"
#include "tests/support/test.h"

using namespace sluice;
using asio::ip::tcp;

namespace {

// Both ends of a connection inside this process, on a loop that waits for what others post.
struct Ends {
  explicit Ends(asio::io_context& loop) : work(asio::make_work_guard(loop)), client(loop), server(loop) {
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    client.connect(acceptor.local_endpoint());
    acceptor.accept(server);
    client.send(asio::buffer("x", 1));  // before that, Wine counts a socket to nobody
  }
  asio::executor_work_guard<asio::io_context::executor_type> work;
  tcp::socket client, server;
};

}  // namespace

SLUICE_TEST(aLocalClientIsIdentifiedByItsProcess) {
  asio::io_context loop;
  Ends ends(loop);
  std::optional<capture::ClientIdentified> found;
  engine::ClientIdentifier identifier(loop, [&](capture::ClientIdentified client) { found = std::move(client); });
  identifier.identify(ConnectionId{7}, ExchangeId{12}, ends.server);
  QCOMPARE(identifier.inFlight(), std::size_t(1));
  while (identifier.inFlight() > 0) loop.run_one();
  QVERIFY(found);
  QVERIFY(found->connection == ConnectionId{7} && found->exchangesFrom == ExchangeId{12});
  QCOMPARE(found->process, platform::ownProcessId());
  QVERIFY(found->program.find("unit_core_engine") != std::string::npos);
}

SLUICE_TEST(aClientThatIsGoneIsNotIdentified) {
  asio::io_context loop;
  Ends ends(loop);
  ends.client.close();
  int calls = 0;
  engine::ClientIdentifier identifier(loop, [&](const capture::ClientIdentified&) { ++calls; });
  identifier.identify(ConnectionId{1}, ExchangeId{1}, ends.server);
  while (identifier.inFlight() > 0) loop.run_one();
  QCOMPARE(calls, 0);
}

SLUICE_TEST(whoHasGivenUpLooksForNobody) {
  asio::io_context loop;
  Ends ends(loop);
  int calls = 0;
  engine::ClientIdentifier identifier(loop, [&](const capture::ClientIdentified&) { ++calls; });
  identifier.giveUp(engine::readClocks().mono + std::chrono::hours(1));
  identifier.identify(ConnectionId{1}, ExchangeId{1}, ends.server);
  QCOMPARE(identifier.inFlight(), std::size_t(0));
  QCOMPARE(calls, 0);
}

// A system that does not answer: each look waits until it is let go.
namespace {
struct HeldLook {
  std::promise<void> begun;
  std::promise<void> goOn;
  std::future<void> going = goOn.get_future();
  std::atomic<int> looks = 0;
};

engine::ClientIdentifier::Look heldLook(const std::shared_ptr<HeldLook>& held) {
  return [held](const auto&) {
    if (held->looks++ == 0) {
      held->begun.set_value();
      held->going.wait();
    }
    return std::optional(platform::ClientProgram{42, "late", {}});
  };
}
}  // namespace

SLUICE_TEST(aLookThatTheSystemHoldsUpIsWaitedForOnlySoLong) {
  asio::io_context loop;
  Ends ends(loop);
  int calls = 0;
  const auto held = std::make_shared<HeldLook>();
  {
    engine::ClientIdentifier identifier(loop, [&](const capture::ClientIdentified&) { ++calls; }, heldLook(held));
    for (std::uint64_t i = 1; i <= 3; ++i) identifier.identify(ConnectionId{i}, ExchangeId{1}, ends.server);
    held->begun.get_future().wait();
    identifier.giveUp(engine::readClocks().mono);
    QCOMPARE(identifier.inFlight(), std::size_t(1));
    while (identifier.inFlight() > 0) loop.run_one();
  }
  // The thread outlives the identifier; what it finds out is told nobody.
  held->goOn.set_value();
  loop.poll();
  QCOMPARE(calls, 0);
  QCOMPARE(held->looks.load(), 1);
}

SLUICE_TEST(theLookThatIsUnderWayIsToldWhenItEndsInTime) {
  asio::io_context loop;
  Ends ends(loop);
  std::vector<ConnectionId> found;
  const auto held = std::make_shared<HeldLook>();
  engine::ClientIdentifier identifier(
      loop, [&](const capture::ClientIdentified& client) { found.push_back(client.connection); }, heldLook(held));
  for (std::uint64_t i = 1; i <= 3; ++i) identifier.identify(ConnectionId{i}, ExchangeId{1}, ends.server);
  held->begun.get_future().wait();
  identifier.giveUp(engine::readClocks().mono + std::chrono::hours(1));
  held->goOn.set_value();
  while (identifier.inFlight() > 0) loop.run_one();
  QVERIFY(found == std::vector<ConnectionId>{ConnectionId{1}});
}

SLUICE_TEST(aStormOfClientsKeepsTheLimitOfLookups) {
  asio::io_context loop;
  Ends ends(loop);
  std::size_t calls = 0;
  engine::ClientIdentifier identifier(loop, [&](const capture::ClientIdentified&) { ++calls; });
  for (std::size_t i = 0; i < limits::kClientProgramLookupsMax + 100; ++i) {
    identifier.identify(ConnectionId{i}, ExchangeId{1}, ends.server);
  }
  QCOMPARE(identifier.inFlight(), limits::kClientProgramLookupsMax);
  while (identifier.inFlight() > 0) loop.run_one();
  QCOMPARE(calls, limits::kClientProgramLookupsMax);
}

SLUICE_TEST(whatHasEndedIsSaidWithTheNextLook) {
  asio::io_context loop;
  Ends ends(loop);
  const auto asked = std::make_shared<std::vector<platform::ClientQuestion>>();
  engine::ClientIdentifier identifier(loop, [](const capture::ClientIdentified&) {}, [asked](const platform::ClientQuestion& question) {
    asked->push_back(question);
    return std::optional<platform::ClientProgram>();
  });
  const auto look = [&](ConnectionId connection) {
    identifier.identify(connection, ExchangeId{1}, ends.server);
    while (identifier.inFlight() > 0) loop.run_one();
    return asked->back();
  };
  QVERIFY(look(ConnectionId{5}).ended.empty());
  identifier.ended(ConnectionId{5});
  identifier.ended(ConnectionId{4});
  const auto second = look(ConnectionId{6});
  QCOMPARE(second.connection, std::uint64_t(6));
  QVERIFY((second.ended == std::vector<std::uint64_t>{5, 4}));
  QVERIFY(look(ConnectionId{7}).ended.empty());
}
