#include "tests/unit/core/store/filled_history.h"

#include <string>

#include "core/store/schema.h"
#include "core/store/sql_connection.h"

namespace sluice::store::test {

Result<void> fillHistory(Database& database, std::uint64_t upTo) {
  const std::string each = " FROM each LEFT JOIN history";
  const std::string sql =
      "BEGIN IMMEDIATE; INSERT OR IGNORE INTO session VALUES (1, 0, NULL);"
      "CREATE TEMP TABLE each AS WITH RECURSIVE number(id) AS (SELECT ifnull((SELECT max(id) FROM exchange), 0) + 1 UNION ALL"
      " SELECT id + 1 FROM number WHERE id < " + std::to_string(upTo) + ") SELECT id FROM number;"
      "INSERT INTO exchange (id, version, session, connection, kind, state, method, url, scheme, host, port, path, status, content_type,"
      " started_us, finished_us, request_bytes, request_stored_bytes, request_place, response_bytes, response_stored_bytes, response_place,"
      " error_code, error_side, error_system, error_detail, upstream_address, upstream_reused)"
      " SELECT each.id, version + 1 + each.id / 1000, 1, 0, 0, 1, 'GET', 'http://h' || (each.id % 50) || '.test/path/' || each.id, 'http',"
      " 'h' || (each.id % 50) || '.test', 80, '/path/' || (each.id * 7919 % 10007), iif(each.id % 20 = 0, 404, 200), 'text/plain',"
      " each.id * 1000, 500, 0, 0, 0, each.id * 7919 % 10007, 5, 1, 0, 0, 0, '', '', 0" + each + ";"
      "INSERT INTO head (exchange, request, response, request_trailers, response_trailers, response_body) SELECT each.id,"
      " CAST('GET / HTTP/1.1' || char(13, 10, 13, 10) AS BLOB),"
      " CAST('HTTP/1.1 200 OK' || char(13, 10, 13, 10) AS BLOB), x'', x'', CAST('hello' AS BLOB)" + each + ";"
      "UPDATE history SET exchanges = (SELECT count(*) FROM exchange), version = (SELECT max(version) FROM exchange),"
      " next_exchange = (SELECT max(id) + 1 FROM exchange); DROP TABLE temp.each; COMMIT";
  return database.sql().run(sql.c_str());
}

Result<void> makeOldHistory(const std::filesystem::path& dataDir, std::int64_t version, std::uint64_t exchanges) {
  const auto file = dataDir / "history.db";
  if (auto made = SqlConnection::create(file); !made) return made;
  auto sql = SqlConnection::open(file, Access::ReadWrite);
  if (!sql) return fail(sql.error());
  if (auto done = sql->run("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL"); !done) return done;
  if (auto done = migrate(*sql, 0, version); !done) return done;
  const std::string rows =
      "INSERT INTO session (id, started_us) VALUES (1, 5);"
      "INSERT INTO exchange (id, version, session, connection, kind, state, method, url, scheme, host, port, path, status, content_type,"
      " started_us, request_bytes, request_stored_bytes, request_place, response_bytes, response_stored_bytes, response_place, error_code,"
      " error_side, error_system, error_detail, upstream_address, upstream_reused)"
      " WITH RECURSIVE each(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM each WHERE id < " + std::to_string(exchanges) + ")"
      " SELECT id, (SELECT version + 1 FROM history), 1, 0, 0, 1, 'GET', 'http://a/' || id, 'http', printf('%0240d', id), 80, '/' || id,"
      " 200, 'text/plain', 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', 0 FROM each;"
      "INSERT INTO setting VALUES ('k', 'v');"
      "UPDATE history SET version = version + 1, exchanges = " + std::to_string(exchanges) + ", next_exchange = " +
      std::to_string(exchanges + 1) + ", next_connection = 4";
  return sql->run(rows.c_str());
}

}  // namespace sluice::store::test
