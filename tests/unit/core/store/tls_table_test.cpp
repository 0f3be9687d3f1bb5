#include "core/store/tls_table.h"

#include "core/store/history_writer.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

capture::TlsSeen seen(std::uint64_t exchange, const std::string& server, const std::string& chain = "chain") {
  const std::string digest = chain.empty() ? "" : "digest of " + chain;
  return {ExchangeId{exchange}, Side::Upstream, "TLSv1.3", "c", "h2", server, false, 5, {}, chain, digest};
}

struct Fixture : NewDatabase {
  TlsTable table = std::move(*TlsTable::create(database.sql()));

  std::int64_t number(const char* sql) { return database.sql().integer(sql).value(); }
  std::string text(const char* sql) { return database.sql().text(sql).value(); }
  std::int64_t row(const capture::TlsSeen& tls) { return table.rowOf(tls).value(); }
  Result<void> addExchange(std::uint64_t id) {
    return database.sql().run(
        ("INSERT OR IGNORE INTO session (id, started_us) VALUES (1, 5);"
         "INSERT INTO exchange (id, version, session, connection, kind, state, method, url, scheme, host, port, path, status,"
         " content_type, started_us, request_bytes, request_stored_bytes, request_place, response_bytes, response_stored_bytes,"
         " response_place, error_code, error_side, error_system, error_detail, upstream_address, upstream_reused) VALUES (" +
         std::to_string(id) + ", 1, 1, 0, 0, 1, '', '', '', '', 0, '', 0, '', 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', 0)").c_str());
  }
};

}  // namespace

SLUICE_TEST(keepsEqualFactsOnceAndSaysWhoSawThemLast) {
  Fixture f;
  const auto row = f.row(seen(1, "a"));
  for (const std::uint64_t exchange : {2, 9, 5}) QCOMPARE(f.row(seen(exchange, "a")), row);
  auto later = seen(10, "a");
  later.handshakeUs = 6;  // is the exchange's own
  QCOMPARE(f.row(later), row);
  VERIFY_OK(f.table.noteNewest());
  QCOMPARE(f.number("SELECT newest_exchange FROM tls"), std::int64_t(10));
  QCOMPARE(f.row(seen(7, "a")), row);
  VERIFY_OK(f.table.noteNewest());
  QCOMPARE(f.number("SELECT newest_exchange FROM tls"), std::int64_t(10));
}

SLUICE_TEST(keepsFactsApartWhateverTellsThemApart) {
  Fixture f;
  const auto row = f.row(seen(1, "a"));
  const auto differs = [&](auto change) {
    auto tls = seen(1, "a");
    change(tls);
    return f.row(tls) != row;
  };
  QVERIFY(differs([](auto& tls) { tls.serverName = "b"; }));
  QVERIFY(differs([](auto& tls) { tls.chain = tls.chainDigest = "other"; }));
  QVERIFY(differs([](auto& tls) { tls.note = "a note"; }));
  QVERIFY(differs([](auto& tls) { tls.version = "TLSv1.2"; }));
  QVERIFY(differs([](auto& tls) { tls.cipher = "d"; }));
  QVERIFY(differs([](auto& tls) { tls.protocol = "http/1.1"; }));
  QVERIFY(differs([](auto& tls) { tls.resumed = true; }));
  // Fields that only run together alike.
  const auto two = [&](const std::string& version, const std::string& cipher) {
    auto tls = seen(1, "a");
    tls.version = version;
    tls.cipher = cipher;
    return f.row(tls);
  };
  QVERIFY(two(std::string("x\0", 2), "y") != two("x", std::string("\0y", 2)));
  QCOMPARE(f.number("SELECT count(*) FROM tls"), std::int64_t(10));
  QCOMPARE(f.number("SELECT count(*) FROM certificate_chain"), std::int64_t(2));
}

SLUICE_TEST(aTransactionThatIsRolledBackLeavesNothingBehind) {
  Fixture f;
  {
    auto transaction = Transaction::begin(f.database.sql(), Transaction::Kind::Write);
    VERIFY_OK(transaction);
    (void)f.row(seen(1, "a"));
    (void)f.row(seen(2, "a"));
  }
  f.table.forget();
  VERIFY_OK(f.table.noteNewest());
  QCOMPARE(f.number("SELECT count(*) FROM tls"), std::int64_t(0));
  const auto row = f.row(seen(3, "a"));
  VERIFY_OK(f.table.noteNewest());
  QCOMPARE(f.number("SELECT id FROM tls WHERE newest_exchange = 3"), row);
  QCOMPARE(f.text("SELECT digest FROM certificate_chain"), std::string("digest of chain"));
}

SLUICE_TEST(forgetsWhereManyCombinationsComeAndLosesNoneOfThem) {
  Fixture f;
  for (std::uint64_t i = 1; i <= 2500; ++i) {
    (void)f.row(seen(i, std::to_string(i)));
    (void)f.row(seen(i, "always"));
  }
  VERIFY_OK(f.table.noteNewest());
  QCOMPARE(f.number("SELECT count(DISTINCT server_name) FROM tls"), std::int64_t(2501));
  QVERIFY(f.number("SELECT count(*) FROM tls WHERE server_name = 'always'") <= 3);
  QCOMPARE(f.number("SELECT max(newest_exchange) FROM tls WHERE server_name = 'always'"), std::int64_t(2500));
  QCOMPARE(f.number("SELECT count(*) FROM certificate_chain"), std::int64_t(1));
}

SLUICE_TEST(removesWhatNoExchangeThatIsLeftHasSeen) {
  Fixture f;
  (void)f.row(seen(1, "a", "old"));
  (void)f.row(seen(2, "b", "shared"));
  (void)f.row(seen(3, "c", "shared"));
  (void)f.row(seen(1, "d", ""));
  (void)f.row(seen(4, "d", ""));
  VERIFY_OK(f.table.noteNewest());
  for (const std::uint64_t id : {3, 4}) VERIFY_OK(f.addExchange(id));
  VERIFY_OK(f.table.prune());
  QCOMPARE(f.text("SELECT group_concat(server_name) FROM (SELECT server_name FROM tls ORDER BY server_name)"), std::string("c,d"));
  QCOMPARE(f.text("SELECT group_concat(digest) FROM certificate_chain"), std::string("digest of shared"));
  // What was removed is made again for whoever sees it next.
  const auto row = f.row(seen(5, "a", "old"));
  QCOMPARE(f.number("SELECT id FROM tls WHERE server_name = 'a'"), row);
  QCOMPARE(f.number("SELECT count(*) FROM certificate_chain"), std::int64_t(2));
  VERIFY_OK(f.database.sql().run("DELETE FROM exchange"));
  VERIFY_OK(f.table.prune());
  QCOMPARE(f.number("SELECT (SELECT count(*) FROM tls) + (SELECT count(*) FROM certificate_chain)"), std::int64_t(0));
}

SLUICE_TEST(removesALotAFewAtATime) {
  Fixture f;
  for (std::uint64_t i = 1; i <= 900; ++i) (void)f.row(seen(i, std::to_string(i)));
  VERIFY_OK(f.addExchange(2000));
  VERIFY_OK(f.table.prune());
  QCOMPARE(f.number("SELECT count(*) FROM tls"), std::int64_t(500));
  QCOMPARE(f.number("SELECT min(newest_exchange) FROM tls"), std::int64_t(401));
  VERIFY_OK(f.table.prune());
  VERIFY_OK(f.table.prune());
  QCOMPARE(f.number("SELECT count(*) FROM tls"), std::int64_t(0));
}

SLUICE_TEST(keepsWhatTlsWasOnEachSide) {
  History history;
  VERIFY_OK(history.start());
  for (const std::uint64_t id : {1, 2, 3}) history.recorder->record(started(id));
  const std::string chain("\x30\x03\0\xff\0", 5);
  for (const std::uint64_t id : {1, 2}) {
    history.recorder->record(capture::TlsSeen{ExchangeId{id}, Side::Upstream, "TLSv1.3", "TLS_AES_128_GCM_SHA256", "http/1.1",
                                              "a.example", true, 1234, {}, chain, "d1"});
  }
  history.recorder->record(capture::TlsSeen{ExchangeId{1}, Side::Client, "TLSv1.2", "c", {}, "a.example", false, -1, "a note", {}, {}});
  history.recorder->flush();

  auto reader = history.reader();
  const auto tls = reader.exchange(ExchangeId{1}).value()->tls;
  QCOMPARE(tls.size(), std::size_t(2));
  QVERIFY(tls[0].side == Side::Client && tls[1].side == Side::Upstream);
  QCOMPARE(tls[0].note, std::string("a note"));
  QCOMPARE(tls[0].handshakeUs, std::int64_t(-1));
  QVERIFY(tls[0].chain.empty() && !tls[0].resumed);
  QCOMPARE(tls[1].chain, chain);
  QCOMPARE(tls[1].cipher, std::string("TLS_AES_128_GCM_SHA256"));
  QCOMPARE(tls[1].handshakeUs, std::int64_t(1234));
  QVERIFY(tls[1].resumed && tls[1].serverName == "a.example" && tls[1].protocol == "http/1.1" && tls[1].version == "TLSv1.3");
  QCOMPARE(reader.exchange(ExchangeId{2}).value()->tls.at(0).chain, chain);
  QVERIFY(reader.exchange(ExchangeId{3}).value()->tls.empty());

  // What comes once the row is there; and what was said of a side first stays.
  for (const std::int64_t handshake : {7, 8}) {
    history.recorder->record(capture::TlsSeen{ExchangeId{3}, Side::Client, "TLSv1.3", "c", {}, "b.example", true, handshake, {}, {}, {}});
  }
  history.recorder->flush();
  history.recorder->record(capture::TlsSeen{ExchangeId{3}, Side::Client, "TLSv1.2", "c", {}, "c.example", true, 9, {}, {}, {}});
  history.recorder->record(capture::TlsSeen{ExchangeId{3}, Side::Upstream, "TLSv1.2", "c", {}, "c.example", true, 10, {}, {}, {}});
  history.recorder->flush();
  const auto late = reader.exchange(ExchangeId{3}).value()->tls;
  QCOMPARE(late.size(), std::size_t(2));
  QVERIFY(late[0].serverName == "b.example" && late[0].handshakeUs == 7);
  QVERIFY(late[1].serverName == "c.example" && late[1].handshakeUs == 10);
}

SLUICE_TEST(oneRowSaysWhatManyExchangesSawOfTls) {
  History history;
  VERIFY_OK(history.start());
  for (std::uint64_t id = 1; id <= 500; ++id) {
    history.recorder->record(started(id));
    for (const Side side : {Side::Client, Side::Upstream}) {
      history.recorder->record(capture::TlsSeen{ExchangeId{id}, side, "TLSv1.3", "c", "h2", "s", true, std::int64_t(id), {}, "chain", "d"});
    }
    history.recorder->record(ended(id));
    if (id % 100 == 0) history.recorder->flush();
  }
  history.stop();
  auto sql = SqlConnection::open(history.folder / "history.db", Access::ReadOnly);
  QCOMPARE(sql->text("SELECT group_concat(newest_exchange) FROM tls").value(), std::string("500"));
  auto reader = history.reader();
  QCOMPARE(reader.exchange(ExchangeId{250}).value()->tls.at(1).handshakeUs, std::int64_t(250));
}

// The system may tell who the client is only after its exchanges, or after its connection: rows on view hear of it then.
