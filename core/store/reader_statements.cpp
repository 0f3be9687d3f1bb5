#include "core/store/reader_statements.h"

#include "core/store/row_columns.h"

namespace sluice::store {

std::vector<std::string> readerStatements(const FilterSql& filter) {
  return {
      "SELECT version, exchanges, body_file_bytes, (SELECT min(id) FROM exchange), (SELECT max(id) FROM exchange),"
      " (SELECT count(*) FROM exchange WHERE state = 0), first_version FROM history WHERE id = 1",
      "SELECT " + std::string(kRowColumns) + " FROM exchange WHERE id = ?1",
      "SELECT version, id, " + filter.ofRow + " FROM exchange WHERE version > ?1 ORDER BY version",
      "SELECT request, response, request_trailers, response_trailers, client_address, listener, client_process,"
      " exchange.connection = 0 AND state <> 0 AND request_wire_bytes + response_wire_bytes = 0 FROM exchange"
      " LEFT JOIN head ON head.exchange = exchange.id LEFT JOIN connection ON connection.id = exchange.connection"
      " WHERE exchange.id = ?1",
      "SELECT iif(?2 = 0, request_place, response_place), iif(?2 = 0, request_stored_bytes, response_stored_bytes)"
      " FROM exchange WHERE id = ?1",
      "SELECT bytes FROM body_piece WHERE exchange = ?1 AND direction = ?2 ORDER BY id",
      "SELECT id, direction, at_us, opcode, compressed, wire_bytes, bytes, payload, fault FROM message"
      " WHERE exchange = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
      "SELECT side, version, cipher, protocol, server_name, resumed, handshake_us, note, der FROM tls"
      " LEFT JOIN certificate_chain ON digest = chain WHERE exchange = ?1 ORDER BY side",
      // The index of hosts gives all of them alone; a few are found faster by id.
      "SELECT host, count(*) FROM exchange WHERE +id > ?1 AND +id <= ?2 GROUP BY host COLLATE NOCASE ORDER BY 2 DESC LIMIT ?3",
      "SELECT host, count(*) FROM exchange NOT INDEXED WHERE id > ?1 AND id <= ?2 GROUP BY host COLLATE NOCASE ORDER BY 2 DESC LIMIT ?3",
      "SELECT ifnull(client_program, ''), count(*) FROM exchange LEFT JOIN connection ON connection.id = exchange.connection"
      " WHERE exchange.id > ?1 AND exchange.id <= ?2 GROUP BY 1 ORDER BY 2 DESC LIMIT ?3",
  };
}

}  // namespace sluice::store
