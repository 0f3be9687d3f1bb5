#include "core/codec/socks5/client_handshake.h"

#include "core/codec/socks5/server_handshake.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace std::string_literals;
using socks5::ClientHandshake;
using socks5::Credentials;
using socks5::ServerHandshake;

namespace {

// Both roles in conversation, in pieces of `fragment` bytes; what the server understood.
std::string converse(const ClientHandshake::Target& target, const std::optional<Credentials>& has,
                     const std::optional<Credentials>& wanted, std::size_t fragment) {
  ClientHandshake client(target, has);
  ServerHandshake server(wanted);
  std::string toServer = client.takeOutput(), toClient;
  bool replied = false;
  for (int turn = 0; turn < 2000; ++turn) {
    const auto fed = server.feed(asBytes(std::string_view(toServer).substr(0, fragment)));
    toServer.erase(0, fed.consumed);
    toClient += server.takeReplies();
    if (fed.state == ServerHandshake::State::Requested && !std::exchange(replied, true)) {
      toClient += server.reply(socks5::Reply::Succeeded) + "SSH-2.0";
    }
    const auto heard = client.feed(asBytes(std::string_view(toClient).substr(0, fragment)));
    if (!heard) return "error: " + heard.error().detail;
    toClient.erase(0, heard->consumed);
    toServer += client.takeOutput();
    if (heard->state == ClientHandshake::State::Connected) {
      return server.request().host + "|" + std::to_string(server.request().port) + "|" + server.request().user + "|" + toClient;
    }
  }
  return "no end";
}

std::string errorOf(const std::string& answer, const std::optional<Credentials>& has = {}) {
  for (const std::size_t fragment : {std::size_t(1), std::size_t(3), answer.size()}) {
    ClientHandshake client({"h", {}, 80}, has);
    std::string left = answer;
    while (true) {
      const auto fed = client.feed(asBytes(std::string_view(left).substr(0, fragment)));
      if (!fed) {
        if (fragment == answer.size()) return fed.error().detail;
        break;
      }
      if (fed->consumed == 0) return "took nothing";
      left.erase(0, fed->consumed);
      if (left.empty()) return "no error";
    }
  }
  return {};
}

}  // namespace

SLUICE_TEST(agreesWithTheServerSide) {
  const std::string six = "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s;
  const Credentials me{"me", "secret"};
  for (const std::size_t fragment : {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), std::size_t(1000)}) {
    const auto behind = [&](const std::string& outcome) { return outcome.substr(0, outcome.rfind('|')); };
    QCOMPARE(behind(converse({"example.test", {}, 443}, {}, {}, fragment)), "example.test|443|"s);
    QCOMPARE(behind(converse({"10.0.0.1", {}, 80}, {}, {}, fragment)), "10.0.0.1|80|"s);
    QCOMPARE(behind(converse({"2001:db8::1", six, 65535}, {}, {}, fragment)), "2001:db8::1|65535|"s);
    QCOMPARE(behind(converse({"h", {}, 1}, me, me, fragment)), "h|1|me"s);
    // What follows the reply is the server's, and is not taken.
    QVERIFY(converse({"h", {}, 1}, {}, {}, fragment).ends_with("|SSH-2.0"));
  }
}

SLUICE_TEST(namesWhatWentWrong) {
  const Credentials me{"me", "wrong"};
  QCOMPARE(converse({"h", {}, 1}, me, Credentials{"me", "secret"}, 100), "error: the SOCKS proxy refuses user and password"s);
  QCOMPARE(converse({"h", {}, 1}, {}, me, 100), "error: the SOCKS proxy wants user and password"s);
  QCOMPARE(errorOf("HTTP/1.1 400 Bad Request\r\n"), "the SOCKS proxy does not speak SOCKS5: it answers with byte 72"s);
  QCOMPARE(errorOf("\x05\x07"), "the SOCKS proxy chooses authentication method 7, which was not offered"s);
  QCOMPARE(errorOf("\x05\x00\x05\x05"s), "the SOCKS proxy says: connection refused (5)"s);
  QCOMPARE(errorOf("\x05\x00\x05\x00\x00\x09"s), "the SOCKS proxy replies with address type 9"s);
  QCOMPARE(errorOf("\x05\x00\x04\x00\x00\x01\0\0\0\0\0\0"s), "the SOCKS proxy replies in version 4"s);
  QCOMPARE(errorOf("\x05\xff", me), "the SOCKS proxy takes no user and password, and nothing else either"s);
}
