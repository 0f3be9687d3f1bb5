#include "core/store/schema_steps.h"

#include <set>
#include <string>

#include "core/store/schema.h"
#include "core/store/sql_connection.h"
#include "tests/support/test.h"
#include "tests/unit/core/store/fixture.h"

using namespace sluice;
using namespace sluice::store;
using namespace sluice::store::test;

namespace {

struct Fixture {
  TempFolder folder;
  SqlConnection sql = open(folder / "any.db");

  static SqlConnection open(const fs::path& file) {
    writeFile(file, "");
    return std::move(*SqlConnection::open(file, Access::ReadWrite));
  }
};

// What a history of any version says of its tables, to compare one with another.
std::string shapeOf(SqlConnection& sql) {
  return sql.text("SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)")
      .value();
}

// One exchange with all that belongs to it, in words that every version understands.
constexpr const char* kOldRows = R"sql(
INSERT INTO session (id, started_us) VALUES (1, 5);
INSERT INTO connection (id, session, opened_us, client_address, listener) VALUES (3, 1, 6, '127.0.0.1:9', 'regular');
INSERT INTO exchange (id, version, session, connection, kind, state, method, url, scheme, host, port, path, status,
  content_type, started_us, request_bytes, request_stored_bytes, request_place, response_bytes, response_stored_bytes,
  response_place, error_code, error_side, error_system, error_detail, upstream_address, upstream_reused)
  VALUES (7, (SELECT version + 1 FROM history), 1, 3, 0, 1, 'GET', 'http://a:80/b', 'http', 'a', 80, '/b', 200, 'text/plain', 8,
  0, 0, 0, 4, 4, 1, 0, 0, 0, '', '10.0.0.1:80', 0);
INSERT INTO head (exchange, request, response, request_trailers, response_trailers) VALUES (7, x'47', x'48', x'', x'');
INSERT INTO body_piece (exchange, direction, bytes) VALUES (7, 1, x'01020304');
INSERT INTO setting VALUES ('k', 'v');
UPDATE history SET version = version + 1, exchanges = 1, next_exchange = 8, next_connection = 4;
)sql";

}  // namespace

SLUICE_TEST(bringsEveryEarlierVersionToTheTablesOfANewHistory) {
  Fixture fresh;
  VERIFY_OK(migrate(fresh.sql, 0));
  for (std::int64_t version = 1; version <= kSchemaVersion; ++version) {
    Fixture old;
    VERIFY_OK(migrate(old.sql, 0, version));
    QCOMPARE(readVersion(old.sql).value(), version);
    VERIFY_OK(old.sql.run(kOldRows));
    const std::string told = old.sql.text("SELECT first_version || ' ' || version FROM history").value();
    VERIFY_OK(migrate(old.sql, version));
    QCOMPARE(readVersion(old.sql).value(), kSchemaVersion);
    QCOMPARE(shapeOf(old.sql), shapeOf(fresh.sql));
    QCOMPARE(old.sql.text("SELECT first_version || ' ' || version FROM history").value(), told);
    QCOMPARE(old.sql.text("SELECT url || upstream_address || hex(bytes) FROM exchange JOIN body_piece"
                          " ON body_piece.exchange = exchange.id").value(),
             std::string("http://a:80/b10.0.0.1:8001020304"));
    QCOMPARE(old.sql.text("SELECT client_process || client_program || request_wire_bytes || ifnull(response_first_us, 'none')"
                          " FROM exchange JOIN connection ON connection.id = exchange.connection").value(),
             std::string("00none"));
    QCOMPARE(old.sql.text("PRAGMA integrity_check").value(), std::string("ok"));
    QCOMPARE(old.sql.text("SELECT count(*) FROM pragma_foreign_key_check").value(), std::string("0"));
  }
}

// Many exchanges see the same, and each has its own handshake.
SLUICE_TEST(bringsWhatEarlierVersionsKeptOfTlsTogether) {
  Fixture f;
  VERIFY_OK(migrate(f.sql, 0, 9));
  VERIFY_OK(f.sql.run(kOldRows));
  VERIFY_OK(f.sql.run(R"sql(
    INSERT INTO exchange SELECT 8, version, session, connection, kind, state, method, url, scheme, host, port, path, status, content_type,
      started_us, resolved_us, connected_us, request_sent_us, response_head_us, finished_us, request_bytes, request_stored_bytes,
      request_place, response_bytes, response_stored_bytes, response_place, error_code, error_side, error_system, error_detail,
      upstream_address, upstream_reused, response_first_us, request_wire_bytes, response_wire_bytes, profile, held_back_us, mark, comment
      FROM exchange WHERE id = 7;
    INSERT INTO certificate_chain VALUES ('d', x'30');
    INSERT INTO tls VALUES (7, 1, 'v', 'c', 'p', 's', 0, 11, '', ''), (7, 2, 'v', 'c', 'p', 's', 1, 12, 'n', 'd'),
                           (8, 2, 'v', 'c', 'p', 's', 1, NULL, 'n', 'd');
  )sql"));
  VERIFY_OK(migrate(f.sql, 9));
  QCOMPARE(f.sql.text("SELECT group_concat(newest_exchange || version || cipher || protocol || server_name || resumed || note || chain,"
                      " ' ') FROM (SELECT * FROM tls ORDER BY newest_exchange)").value(),
           std::string("7vcps0 8vcps1nd"));
  QCOMPARE(f.sql.text("SELECT group_concat(ifnull((SELECT newest_exchange FROM tls WHERE tls.id = client_tls), '-') || ' ' ||"
                      " ifnull(client_handshake_us, '-') || ' ' ||"
                      " (SELECT newest_exchange FROM tls WHERE tls.id = upstream_tls) || ' ' || ifnull(upstream_handshake_us, '-'), ', ')"
                      " FROM (SELECT * FROM exchange ORDER BY id)").value(),
           std::string("7 11 8 12, - - 8 -"));
  QCOMPARE(f.sql.text("PRAGMA integrity_check").value(), std::string("ok"));
}

SLUICE_TEST(goesOnFromTheStepThatWasInterrupted) {
  for (std::int64_t version = 1; version < kSchemaVersion; ++version) {
    Fixture f;
    VERIFY_OK(migrate(f.sql, 0, version));
    VERIFY_OK(f.sql.run("PRAGMA query_only = 1"));  // stands for a disk that fails just then
    QVERIFY(!migrate(f.sql, version));
    VERIFY_OK(f.sql.run("PRAGMA query_only = 0"));
    QCOMPARE(readVersion(f.sql).value(), version);
    VERIFY_OK(migrate(f.sql, version));
    QCOMPARE(readVersion(f.sql).value(), kSchemaVersion);
  }
}

SLUICE_TEST(givesEveryHistoryVersionsOfItsOwn) {
  std::set<std::int64_t> firsts;
  for (int i = 0; i < 20; ++i) {
    Fixture f;
    VERIFY_OK(migrate(f.sql, 0));
    const auto first = f.sql.integer("SELECT first_version FROM history").value();
    QVERIFY(first > 0);
    QCOMPARE(f.sql.integer("SELECT version FROM history").value(), first);
    firsts.insert(first >> 24);  // sixteen million commits apart
  }
  QCOMPARE(firsts.size(), std::size_t(20));
}
