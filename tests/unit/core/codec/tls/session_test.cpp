#include "core/codec/tls/session.h"

#include <chrono>
#include <functional>

#include "tests/support/test.h"
#include "tests/support/tls/session_pair.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::tls;
using Status = IoResult::Status;

namespace {

WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

struct World {
  Authority authority = std::move(*Authority::make(now()));
  std::vector<std::string> keys;
  std::unique_ptr<ServerContext> servers =
      ServerContext::create(ServerContext::Resumption::Offered, [this](std::string_view line) { keys.emplace_back(line); }).value();
  std::unique_ptr<ClientContext> clients = ClientContext::create({authority.certificatePem(), {}}, {}).value();

  SessionPair pair(const std::string& host = "a.example", std::size_t pieceBytes = 1 << 20) {
    SessionPair made;
    made.pieceBytes = pieceBytes;
    made.server = Session::toClient(*servers, authority.leafFor(host, now()).value()).value();
    made.client = Session::toServer(*clients, {host + ":443", host, host}).value();
    return made;
  }
};

}  // namespace

SLUICE_TEST(shakesHandsHoweverTheBytesAreCut) {
  World world;
  for (const std::size_t piece : {1, 2, 3, 7, 1 << 20}) {
    auto pair = world.pair("a.example", piece);
    QVERIFY2(pair.shakeHands(), pair.client->error().detail.c_str());
    const auto seenByServer = pair.server->facts(), seenByClient = pair.client->facts();
    QCOMPARE(seenByServer.serverName, std::string("a.example"));
    QCOMPARE(seenByServer.protocol, std::string("http/1.1"));
    QCOMPARE(seenByClient.version, std::string("TLSv1.3"));
    QCOMPARE(seenByClient.cipher, seenByServer.cipher);
    QCOMPARE(seenByClient.chain.size(), std::size_t(1));
    QVERIFY(pair.client->write(asBytes("question")).has_value());
    QCOMPARE(pair.read(*pair.client, *pair.server), std::string("question"));
    const std::string answer(100'000, 'a');
    QVERIFY(pair.server->write(asBytes(answer)).has_value());
    QVERIFY(pair.read(*pair.server, *pair.client) == answer);
  }
}

SLUICE_TEST(addressesAreVerifiedAsAddresses) {
  World world;
  for (const char* host : {"127.0.0.1", "::1"}) {
    auto pair = world.pair(host);
    QVERIFY2(pair.shakeHands(), pair.client->error().detail.c_str());
    QVERIFY(pair.server->facts().serverName.empty());
  }
}

SLUICE_TEST(bytesThatCameBeforeTlsBeganBelongToIt) {
  World world;
  auto pair = world.pair();
  pair.client->handshake();
  const std::string hello(asText(pair.client->outgoing()));
  pair.client->sent(hello.size());
  pair.server->feed(asBytes(hello).first(50));
  QVERIFY(pair.server->handshake() == Session::Progress::WantsInput);
  pair.server->feed(asBytes(hello).subspan(50));
  QVERIFY(pair.shakeHands());
}

SLUICE_TEST(theSecondConnectionResumesTheFirst) {
  World world;
  auto first = world.pair();
  QVERIFY(first.shakeHands());
  QVERIFY(!first.client->facts().resumed);
  first.read(*first.server, *first.client);  // the tickets
  auto second = world.pair();
  QVERIFY(second.shakeHands());
  QVERIFY(second.client->facts().resumed && second.server->facts().resumed);
  QCOMPARE(second.client->facts().chain.size(), std::size_t(1));
  auto other = world.pair("b.example");
  QVERIFY(other.shakeHands());
  QVERIFY(!other.client->facts().resumed);
}

// Else it would be a piece by itself for both sides, each time.
SLUICE_TEST(aTicketForAClientThatHasSaidMoreGoesWithWhatIsSentNext) {
  const auto say = [](Session& server) { QVERIFY(server.write(asBytes("x")).has_value()); };
  const auto end = [](Session& server) { server.endSending(); };
  for (const std::function<void(Session&)>& next : {std::function<void(Session&)>(say), std::function<void(Session&)>(end)}) {
    World world;
    auto first = world.pair();
    QVERIFY(first.shakeHandsUpToTheLastWord());
    QVERIFY(first.client->write(asBytes("more")).has_value());
    first.carry(*first.client, *first.server, [&] { first.server->handshake(); });
    QVERIFY(first.server->established() && first.server->outgoing().empty());
    auto before = world.pair();
    QVERIFY(before.shakeHandsUpToTheLastWord() && !before.client->facts().resumed);
    next(*first.server);
    first.read(*first.server, *first.client);
    auto after = world.pair();
    QVERIFY(after.shakeHands() && after.server->facts().resumed);
  }
}

// With Nagle's algorithm it says no more before it knows that its last word has come: 40 ms later, if nothing comes along.
SLUICE_TEST(aClientThatHasSaidNoMoreGetsItsTicketAtOnce) {
  World world;
  auto first = world.pair();
  QVERIFY(first.shakeHandsUpToTheLastWord());
  first.carry(*first.client, *first.server, [&] { first.server->handshake(); });
  QVERIFY(first.server->established() && !first.server->outgoing().empty());
  QCOMPARE(first.read(*first.server, *first.client), std::string());
  auto second = world.pair();
  QVERIFY(second.shakeHands() && second.server->facts().resumed);
}

SLUICE_TEST(whatWasAcceptedUnverifiedIsNotResumedWhereItIsVerified) {
  World world;
  const Session::Target any{"a.example:443", "a.example", "a.example", false};
  const Session::Target verified{"a.example:443", "a.example", "a.example", true};
  auto other = std::move(*Authority::make(now()));
  for (const auto* target : {&any, &verified}) {
    SessionPair pair;
    pair.server = Session::toClient(*world.servers, other.leafFor("a.example", now()).value()).value();
    pair.client = Session::toServer(*world.clients, *target).value();
    QCOMPARE(pair.shakeHands(), !target->verify);
    if (!target->verify) pair.read(*pair.server, *pair.client);
  }
}

SLUICE_TEST(closeNotifyIsAnEndAndItsAbsenceIsNot) {
  World world;
  auto closed = world.pair(), cut = world.pair();
  QVERIFY(closed.shakeHands() && cut.shakeHands());
  for (auto* pair : {&closed, &cut}) QVERIFY(pair->server->write(asBytes("bye")).has_value());
  closed.server->endSending();
  QCOMPARE(closed.read(*closed.server, *closed.client), std::string("bye"));
  QCOMPARE(cut.read(*cut.server, *cut.client), std::string("bye"));
  closed.client->receivedEnd();
  cut.client->receivedEnd();
  std::array<std::byte, 10> into{};
  for (int i = 0; i < 2; ++i) {  // and it stays so
    QVERIFY(closed.client->peek().status == Status::End);
    QVERIFY(closed.client->read(into).status == Status::End);
    const auto failed = cut.client->read(into);
    QVERIFY(failed.status == Status::Failed && failed.error.code == Code::TlsTruncated && failed.error.side == Side::Upstream);
  }
  // The other direction goes on.
  QVERIFY(closed.client->write(asBytes("still here")).has_value());
  QCOMPARE(closed.read(*closed.client, *closed.server), std::string("still here"));
}

SLUICE_TEST(aChangedByteIsAnErrorAndNoPlaintext) {
  World world;
  auto pair = world.pair();
  QVERIFY(pair.shakeHands());
  pair.read(*pair.server, *pair.client);
  QVERIFY(pair.server->write(asBytes("secret")).has_value());
  std::string record(asText(pair.server->outgoing()));
  record.back() = static_cast<char>(record.back() ^ 1);
  pair.client->feed(asBytes(record));
  std::array<std::byte, 10> into{};
  const auto result = pair.client->read(into);
  QVERIFY(result.status == Status::Failed && result.error.code == Code::TlsFailed);
}

SLUICE_TEST(peekingTakesNothing) {
  World world;
  auto pair = world.pair();
  QVERIFY(pair.shakeHands());
  pair.read(*pair.server, *pair.client);
  QVERIFY(pair.client->peek().status == Status::WouldBlock);
  QVERIFY(pair.server->write(asBytes("x")).has_value());
  const std::string record(asText(pair.server->outgoing()));
  pair.client->feed(asBytes(record));
  QVERIFY(pair.client->peek().status == Status::Ok);
  std::array<std::byte, 10> into{};
  QCOMPARE(pair.client->read(into).bytes, std::size_t(1));
}

SLUICE_TEST(keysAreLoggedInTheUsualFormat) {
  World world;
  auto pair = world.pair();
  QVERIFY(pair.shakeHands());
  QVERIFY(world.keys.size() >= 4);
  QVERIFY(world.keys[0].find("_SECRET") != std::string::npos || world.keys[0].starts_with("CLIENT_"));
}

SLUICE_TEST(anIdleSessionOwnsNoRoomForCiphertext) {
  World world;
  auto pair = world.pair();
  QVERIFY(pair.shakeHands());
  pair.server->rest();
  const auto before = pair.server->room().size();
  QVERIFY(pair.client->write(asBytes("x")).has_value());
  QCOMPARE(pair.read(*pair.client, *pair.server), std::string("x"));
  pair.server->rest();
  QCOMPARE(pair.server->room().size(), before);
}

SLUICE_TEST(roomThatOneSessionGivesBackIsTakenByTheNext) {
  World world;
  auto first = world.pair(), second = world.pair();
  QVERIFY(first.shakeHands() && second.shakeHands());
  first.server->rest();
  second.server->rest();
  const auto* const room = first.server->room().data();
  first.server->rest();
  QVERIFY(second.server->room().data() == room);
  QVERIFY(first.server->room().data() != room);
}
