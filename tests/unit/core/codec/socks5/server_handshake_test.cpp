#include "core/codec/socks5/server_handshake.h"

#include <optional>
#include <string>

#include "core/base/limits.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace std::string_literals;
using socks5::Credentials;
using socks5::ServerHandshake;
using State = ServerHandshake::State;

namespace {

struct Outcome {
  State state = State::NeedMore;
  std::size_t consumed = 0;
  std::string replies;
  std::string target;
  std::string user;
  std::string error;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome feed(const std::string& wire, std::size_t fragment, const std::optional<Credentials>& required = {}) {
  ServerHandshake handshake(required);
  Outcome outcome;
  while (outcome.consumed < wire.size() && outcome.state == State::NeedMore) {
    const auto piece = std::string_view(wire).substr(outcome.consumed, fragment);
    const auto fed = handshake.feed(asBytes(piece));
    outcome.state = fed.state;
    outcome.consumed += fed.consumed;
    outcome.replies += handshake.takeReplies();
  }
  if (outcome.state == State::Requested) {
    outcome.target = handshake.request().host + "|" + std::to_string(handshake.request().port);
    outcome.user = handshake.request().user;
  }
  if (outcome.state == State::Refused) outcome.error = handshake.error().detail;
  return outcome;
}

struct Row {
  const char* name;
  std::string wire;
  State state;
  std::string target;   // or what the error holds
  std::string replies;
  std::string behind = {};  // of the wire, and not of the handshake
};

const std::string kNoAuth = "\x05\x01\x00"s;
const std::string kChosen = "\x05\x00"s;
const std::string kFail10 = "\x00\x01\0\0\0\0\0\0"s;

std::string refused(char code) { return kChosen + "\x05"s + code + kFail10; }

// What is wrong with this row at this fragment size; empty: nothing.
std::string wrongOf(const Row& row, std::size_t fragment, const std::optional<Credentials>& required = {}) {
  const auto outcome = feed(row.wire, fragment, required);
  if (outcome.state != row.state) return "state";
  if (outcome.replies != row.replies) return "replies";
  if (outcome.consumed != row.wire.size() - row.behind.size()) return "consumed";
  if (row.state == State::Requested && outcome.target != row.target) return "target " + outcome.target;
  if (row.state == State::Refused && outcome.error.find(row.target) == std::string::npos) return "error " + outcome.error;
  return {};
}

template <std::size_t Count>
std::string wrongOf(const Row (&rows)[Count], const std::optional<Credentials>& required = {}) {
  for (const auto& row : rows) {
    for (const std::size_t fragment : {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), row.wire.size()}) {
      const auto wrong = wrongOf(row, fragment, required);
      if (!wrong.empty()) return row.name + (" by " + std::to_string(fragment) + ": ") + wrong;
    }
  }
  return {};
}

}  // namespace

SLUICE_TEST(readsSocks5) {
  const Row rows[] = {
      {"a name", kNoAuth + "\x05\x01\x00\x03\x04host\x01\xbb"s, State::Requested, "host|443", kChosen},
      {"IPv4", kNoAuth + "\x05\x01\x00\x01\x7f\0\0\1\x00\x50"s, State::Requested, "127.0.0.1|80", kChosen},
      {"IPv6", kNoAuth + "\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x1f\x90"s, State::Requested, "::1|8080", kChosen},
      {"an address as a name", kNoAuth + "\x05\x01\x00\x03\x03::1\0\1"s, State::Requested, "::1|1", kChosen},
      {"bytes behind", kNoAuth + "\x05\x01\x00\x03\x01h\x00\x50GET /"s, State::Requested, "h|80", kChosen, "GET /"},
      {"no authentication among others", "\x05\x03\x02\x00\x01\x05\x01\x00\x03\x01h\x00\x50"s, State::Requested, "h|80", kChosen},
      {"user and password", "\x05\x01\x02\x01\x04user\x02pw\x05\x01\x00\x03\x01h\x00\x50"s, State::Requested, "h|80",
       "\x05\x02\x01\x00"s},
      {"empty user and password", "\x05\x01\x02\x01\0\0\x05\x01\x00\x03\x01h\x00\x50"s, State::Requested, "h|80", "\x05\x02\x01\x00"s},
      {"a name of 255 bytes", kNoAuth + "\x05\x01\x00\x03\xff"s + std::string(255, 'n') + "\x00\x50"s, State::Requested,
       std::string(255, 'n') + "|80", kChosen},
  };
  QCOMPARE(wrongOf(rows), std::string());
}

SLUICE_TEST(readsSocks4AndSocks4a) {
  const Row rows[] = {
      {"an address", "\x04\x01\x00\x50\x0a\0\0\1user\0"s, State::Requested, "10.0.0.1|80", {}},
      {"an address without a user", "\x04\x01\x00\x50\x0a\0\0\1\0behind"s, State::Requested, "10.0.0.1|80", {}, "behind"},
      {"a name", "\x04\x01\x01\xbb\0\0\0\1\0host.test\0"s, State::Requested, "host.test|443", {}},
      {"a name and a user", "\x04\x01\x01\xbb\0\0\0\xffme\0h\0x"s, State::Requested, "h|443", {}, "x"},
      {"the address 0.0.0.0", "\x04\x01\x00\x50\0\0\0\0\0"s, State::Requested, "0.0.0.0|80", {}},
  };
  QCOMPARE(wrongOf(rows), std::string());
}

SLUICE_TEST(refusesEverythingElseWithAReasonAndTheReplyForIt) {
  const std::string refused4 = "\0\x5b\0\0\0\0\0\0"s;
  const Row rows[] = {
      {"HTTP", "GET / HTTP/1.1\r\n", State::Refused, "byte 71", {}, "ET / HTTP/1.1\r\n"},
      {"no methods", "\x05\x00"s, State::Refused, "neither", "\x05\xff"},
      {"GSSAPI alone", "\x05\x01\x01"s, State::Refused, "neither", "\x05\xff"},
      {"BIND", kNoAuth + "\x05\x02\x00\x01\x7f\0\0\1\0\x50"s, State::Refused, "BIND", refused(7)},
      {"UDP ASSOCIATE", kNoAuth + "\x05\x03\x00\x03\x01h\0\x50"s, State::Refused, "UDP ASSOCIATE", refused(7)},
      {"command 9", kNoAuth + "\x05\x09\x00\x03\x01h\0\x50"s, State::Refused, "command 9", refused(7)},
      {"address type 2", kNoAuth + "\x05\x01\x00\x02"s, State::Refused, "address type 2", refused(8)},
      {"request of version 4", kNoAuth + "\x04\x01\x00\x03\x01h\0\x50"s, State::Refused, "version 4", refused(1)},
      {"no name", kNoAuth + "\x05\x01\x00\x03\x00\x00\x50"s, State::Refused, "no host", refused(1)},
      {"a name with a line end", kNoAuth + "\x05\x01\x00\x03\x03"s + "a\r\n" + "\x00\x50"s, State::Refused, "no host", refused(1)},
      {"port 0", kNoAuth + "\x05\x01\x00\x03\x01h\0\0"s, State::Refused, "port 0", refused(1)},
      {"credentials of version 5", "\x05\x01\x02\x05\x01u\x01p"s, State::Refused, "version 5", "\x05\x02\x01\x01"s},
      {"SOCKS4 BIND", "\x04\x02\x00\x50\x0a\0\0\1\0"s, State::Refused, "BIND", refused4},
      {"SOCKS4 with port 0", "\x04\x01\x00\x00\x0a\0\0\1\0"s, State::Refused, "port 0", refused4},
      {"SOCKS4a without a name", "\x04\x01\x00\x50\0\0\0\1\0\0"s, State::Refused, "no host", refused4},
      {"SOCKS4 with a user without end", "\x04\x01\x00\x50\x0a\0\0\1"s + std::string(256, 'u'), State::Refused, "too long", refused4},
      {"SOCKS4a with a name without end", "\x04\x01\x00\x50\0\0\0\1\0"s + std::string(256, 'n'), State::Refused, "too long", refused4},
  };
  QCOMPARE(wrongOf(rows), std::string());
}

SLUICE_TEST(wantsTheCredentialsThatItWasGiven) {
  const Credentials wanted{"me", "secret"};
  const Row rows[] = {
      {"right", "\x05\x02\x00\x02\x01\x02me\x06secret\x05\x01\x00\x03\x01h\0\x50"s, State::Requested, "h|80", "\x05\x02\x01\x00"s},
      {"wrong password", "\x05\x01\x02\x01\x02me\x06secreT"s, State::Refused, "wrong", "\x05\x02\x01\x01"s},
      {"wrong user", "\x05\x01\x02\x01\x02you\x06secret"s, State::Refused, "wrong", "\x05\x02\x01\x01"s, "secret"},
      {"none offered", kNoAuth, State::Refused, "wants", "\x05\xff"},
      {"SOCKS4", "\x04\x01\x00\x50\x0a\0\0\1me\0"s, State::Refused, "SOCKS4 cannot", "\0\x5b\0\0\0\0\0\0"s},
  };
  QCOMPARE(wrongOf(rows[0], 1, wanted), std::string());
  QCOMPARE(wrongOf(rows[1], 2, wanted), std::string());
  QCOMPARE(wrongOf(rows[3], 3, wanted), std::string());
  QCOMPARE(wrongOf(rows[4], 7, wanted), std::string());
  QVERIFY(feed(rows[2].wire, 100, wanted).state != State::Requested);
}

SLUICE_TEST(repliesInTheVersionOfTheRequest) {
  ServerHandshake five;
  five.feed(asBytes(kNoAuth + "\x05\x01\x00\x03\x01h\0\x50"s));
  QCOMPARE(five.reply(socks5::Reply::Succeeded), "\x05\0\0\1\0\0\0\0\0\0"s);
  QCOMPARE(five.reply(socks5::Reply::ConnectionRefused), "\x05\5\0\1\0\0\0\0\0\0"s);
  ServerHandshake four;
  four.feed(asBytes("\x04\x01\x00\x50\x0a\0\0\1\0"s));
  QCOMPARE(four.reply(socks5::Reply::Succeeded), "\0\x5a\0\0\0\0\0\0"s);
  QCOMPARE(four.reply(socks5::Reply::ConnectionRefused), "\0\x5b\0\0\0\0\0\0"s);
}

SLUICE_TEST(keepsTheUserAndTheRawBytesForTheRecord) {
  const auto wire = "\x05\x01\x02\x01\x02me\x01p\x05\x01\x00\x03\x01h\0\x50"s;
  QCOMPARE(feed(wire, 3).user, "me"s);
  ServerHandshake handshake;
  QVERIFY(!handshake.started());
  handshake.feed(asBytes("\x05\x01"s));
  QVERIFY(handshake.started());
  QCOMPARE(handshake.raw(), "\x05\x01"s);
}
