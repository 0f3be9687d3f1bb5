#include "tests/unit/core/store/filled_history.h"

#include <string>

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
      "INSERT INTO head SELECT each.id, CAST('GET / HTTP/1.1' || char(13, 10, 13, 10) AS BLOB),"
      " CAST('HTTP/1.1 200 OK' || char(13, 10, 13, 10) AS BLOB), x'', x''" + each + ";"
      "INSERT INTO body_piece (exchange, direction, bytes) SELECT each.id, 1, CAST('hello' AS BLOB)" + each + ";"
      "UPDATE history SET exchanges = (SELECT count(*) FROM exchange), version = (SELECT max(version) FROM exchange),"
      " next_exchange = (SELECT max(id) + 1 FROM exchange); DROP TABLE temp.each; COMMIT";
  return database.sql().run(sql.c_str());
}

}  // namespace sluice::store::test
