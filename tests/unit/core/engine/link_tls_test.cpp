#include <chrono>

#include "core/base/limits.h"
#include "core/codec/tls/authority.h"
#include "core/codec/tls/openssl.h"
#include "link_ends.h"
#include "tests/support/test.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using engine::Link;
using test::runUntil;
using Status = IoResult::Status;
using Progress = tls::Session::Progress;

namespace {

WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

// Two links that speak TLS with each other, after their handshake.
struct Rig {
  asio::io_context loop;
  test::SocketPair sockets{loop};
  tls::Authority authority = std::move(*tls::Authority::make(now()));
  std::unique_ptr<tls::ServerContext> servers = tls::ServerContext::create(tls::ServerContext::Resumption::Offered, {}).value();
  std::unique_ptr<tls::ClientContext> clients = tls::ClientContext::create({authority.certificatePem(), {}}, {}).value();
  Link server{std::move(sockets.near), Side::Client, nullptr};
  std::unique_ptr<Link> client = std::make_unique<Link>(std::move(sockets.far), Side::Upstream, nullptr);

  bool begin() {
    server.beginTls(tls::Session::toClient(*servers, authority.leafFor("a.example", now()).value()).value(), {});
    client->beginTls(tls::Session::toServer(*clients, {"a", "a.example", "a.example"}).value(), {});
    return drive([&] {
      const bool done = client->handshake() == Progress::Done;
      return server.handshake() == Progress::Done && done;
    });
  }
  template <class Step>
  bool drive(Step step) {
    return runUntil(loop, [&] {
      const bool done = step();
      for (Link* link : {&server, client.get()}) {
        if (link == nullptr) continue;
        link->waitReadable();
        link->waitWritableIfBlocked(engine::readClocks().mono);
      }
      return done;
    });
  }
  // What came, in pieces of this size; the status that ended it.
  Status receive(Link& link, std::string& text, std::size_t pieceBytes) {
    std::string piece(pieceBytes, '\0'), second(pieceBytes, '\0');
    while (true) {
      const std::array<MutableBytes, 2> into{std::as_writable_bytes(std::span(piece)), std::as_writable_bytes(std::span(second))};
      const auto result = link.receive(into);
      if (result.status != Status::Ok) return result.status;
      text += (piece + second).substr(0, result.bytes);
    }
  }
};

}  // namespace

SLUICE_TEST(whatIsWrittenIsReadHoweverLittleThePeerTakes) {
  Rig rig;
  QVERIFY(rig.begin());
  QVERIFY(!rig.server.capabilities().sendFile);
  const auto body = test::Pattern(3).text(0, 6'000'000);
  std::string came;
  rig.server.writer().appendOwned(body);
  bool heldBack = false;
  std::size_t turns = 0;
  QVERIFY(rig.drive([&] {
    std::ignore = rig.server.writer().flush(engine::readClocks().mono);
    heldBack = heldBack || rig.server.holdsBack();
    // Nothing is taken for a while, so that the socket fills up.
    if (++turns > 20) rig.receive(*rig.client, came, 1000);
    return came.size() == body.size() && !rig.server.writer().pending();
  }));
  QVERIFY(came == body);
  QVERIFY(heldBack);
  QVERIFY(!rig.server.holdsBack());
}

SLUICE_TEST(smallPiecesTravelInOneRecord) {
  constexpr std::size_t kRecordOverheadBytes = 22;  // RFC 8446 section 5.2: header, kind of content, tag
  Rig rig;
  QVERIFY(rig.begin());
  const std::string head(200, 'h'), body(1000, 'b'), large = test::Pattern(1).text(0, 5000);
  const auto sendAll = [&](std::vector<Bytes> pieces) {
    const auto before = rig.server.transport().bytesSent();
    const auto sent = rig.server.send(pieces);
    return std::pair(sent.bytes, rig.server.transport().bytesSent() - before - sent.bytes);
  };
  QCOMPARE(sendAll({asBytes(head), Bytes{}, asBytes(body)}), std::pair(std::size_t{1200}, kRecordOverheadBytes));
  QCOMPARE(sendAll({asBytes(head), asBytes(large)}), std::pair(std::size_t{5200}, 2 * kRecordOverheadBytes));
  QCOMPARE(sendAll({asBytes(large), asBytes(head), asBytes(body)}), std::pair(std::size_t{6200}, 2 * kRecordOverheadBytes));
  QCOMPARE(sendAll({Bytes{}}), std::pair(std::size_t{0}, std::size_t{0}));
  std::string came;
  const auto all = head + body + head + large + large + head + body;
  QVERIFY(rig.drive([&] { return rig.receive(*rig.client, came, 700) != Status::WouldBlock || came.size() == all.size(); }));
  QVERIFY(came == all);
}

SLUICE_TEST(theEndIsSeenOnceEverythingBeforeItWasRead) {
  Rig rig;
  QVERIFY(rig.begin());
  rig.server.writer().appendOwned("bye");
  std::ignore = rig.server.writer().flush(engine::readClocks().mono);
  rig.server.endSending();
  std::string came;
  Status status = Status::WouldBlock;
  QVERIFY(rig.drive([&] { return (status = rig.receive(*rig.client, came, 10)) != Status::WouldBlock; }));
  QVERIFY(status == Status::End);
  QCOMPARE(came, std::string("bye"));
  QVERIFY(rig.client->peek().status == Status::End);
}

SLUICE_TEST(aTransportThatEndsByItselfIsAFailure) {
  Rig rig;
  QVERIFY(rig.begin());
  rig.server.transport().close(net::CloseKind::Orderly);
  std::string came;
  Status status = Status::WouldBlock;
  QVERIFY(rig.drive([&] { return (status = rig.receive(*rig.client, came, 10)) != Status::WouldBlock; }));
  QVERIFY(status == Status::Failed);
  QVERIFY(rig.client->tls()->error().code == Code::TlsTruncated);
}

SLUICE_TEST(aLinkThatGoesSaysFarewell) {
  Rig rig;
  QVERIFY(rig.begin());
  rig.client.reset();
  std::string came;
  Status status = Status::WouldBlock;
  QVERIFY(rig.drive([&] { return (status = rig.receive(rig.server, came, 10)) != Status::WouldBlock; }));
  QVERIFY(status == Status::End);
}

SLUICE_TEST(peekingSeesWhatIsThereAndTakesNothing) {
  Rig rig;
  QVERIFY(rig.begin());
  QVERIFY(rig.drive([&] { return rig.server.peek().status == Status::WouldBlock; }));
  rig.client->writer().appendOwned("x");
  std::ignore = rig.client->writer().flush(engine::readClocks().mono);
  QVERIFY(rig.drive([&] { return rig.server.peek().status == Status::Ok; }));
  std::string came;
  rig.receive(rig.server, came, 10);
  QCOMPARE(came, std::string("x"));
}

namespace {

// A server's side of TLS alone, without sockets.
struct ChattyServer {
  explicit ChattyServer(tls::Authority& authority)
      : identity(authority.leafFor("a.example", now()).value()), context(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context.get(), identity.certificate());
    SSL_CTX_use_PrivateKey(context.get(), identity.key());
    ssl.reset(SSL_new(context.get()));
    SSL_set_bio(ssl.get(), in, out);
  }
  bool handshake() { return SSL_accept(ssl.get()) == 1; }
  void addTickets(int count) {
    for (int i = 0; i < count; ++i) {
      SSL_new_session_ticket(ssl.get());
      SSL_do_handshake(ssl.get());
    }
  }
  std::string takeOutgoing() {
    std::string bytes(BIO_ctrl_pending(out), '\0');
    BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

  tls::Identity identity;
  tls::ContextPtr context;
  tls::SslPtr ssl;
  BIO* in = BIO_new(BIO_s_mem());  // of `ssl`
  BIO* out = BIO_new(BIO_s_mem());
};

}  // namespace

// Tickets are handshake messages (RFC 8446 section 4.6.1), of which a server may send as many as it likes.
SLUICE_TEST(recordsWithoutDataDoNotHoldUpTheLoop) {
  Rig rig;
  ChattyServer chatty(rig.authority);
  asio::io_context loop;
  test::SocketPair sockets(loop);
  sockets.far.non_blocking(true);
  Link link{std::move(sockets.near), Side::Upstream, nullptr};
  link.beginTls(tls::Session::toServer(*rig.clients, {"a", "a.example", "a.example"}).value(), {});
  std::string toSend;
  const auto exchange = [&] {
    std::array<char, 4096> bytes{};
    std::error_code code;
    for (std::size_t count; (count = sockets.far.read_some(asio::buffer(bytes), code)) > 0;) {
      BIO_write(chatty.in, bytes.data(), static_cast<int>(count));
    }
    toSend += chatty.takeOutgoing();
    toSend.erase(0, sockets.far.write_some(asio::buffer(toSend), code));
    link.waitReadable();
  };
  bool bothDone = false;
  QVERIFY(runUntil(loop, [&] {
    bothDone = chatty.handshake() && link.handshake() == Progress::Done;
    if (!bothDone) std::ignore = link.handshake();
    exchange();
    return bothDone && toSend.empty();
  }));

  chatty.addTickets(4000);
  SSL_write(chatty.ssl.get(), "data", 4);
  std::string came;
  std::uint64_t most = 0;
  QVERIFY(runUntil(loop, [&] {
    exchange();
    const auto before = link.transport().bytesReceived();
    std::array<std::byte, 100> bytes{};
    const MutableBytes into(bytes);
    const auto result = link.receive({&into, 1});
    most = std::max(most, link.transport().bytesReceived() - before);
    if (result.status == Status::Ok) came.append(reinterpret_cast<const char*>(bytes.data()), result.bytes);
    return came == "data";
  }));
  QVERIFY(most > 0 && most <= 5 * limits::kTlsReceiveBytes);
}
