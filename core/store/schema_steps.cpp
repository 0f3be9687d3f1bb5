#include "core/store/schema_steps.h"

#include <array>

#include "core/store/schema.h"

namespace sluice::store {
namespace {

// Times are microseconds since 1970 (started_us and the like) or since the exchange began (resolved_us to
// finished_us; NULL: did not happen). Numbers of enums are those of core/capture/records.h, core/base/error.h and
// core/store/rows.h. Text from traffic may hold any bytes.
//
// `history` is one row: what is true of the whole. Its versions begin with first_version, so that whoever followed a
// history that is gone notices that this is another one.
//
// Of one exchange, what lists and filters need is in `exchange`, so that a scan of it stays small; heads and bodies
// lie apart. A body is a run of pieces in order of id, appended while it arrives; one that outgrows the inline limit
// moves to a file.
constexpr const char* kStep1 = R"sql(
CREATE TABLE history (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  first_version INTEGER NOT NULL,
  version INTEGER NOT NULL,
  exchanges INTEGER NOT NULL,
  next_exchange INTEGER NOT NULL,
  next_connection INTEGER NOT NULL,
  body_file_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO history
  SELECT 1, made, made, 0, 1, 1, 0 FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS made);

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  started_us INTEGER NOT NULL,
  ended_us INTEGER
) STRICT;

CREATE TABLE connection (
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES session,
  opened_us INTEGER NOT NULL,
  closed_us INTEGER,  -- NULL: open, or the engine went away first
  client_address TEXT NOT NULL,
  listener TEXT NOT NULL
) STRICT;

CREATE TABLE exchange (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  session INTEGER NOT NULL REFERENCES session,
  connection INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  method TEXT NOT NULL,
  url TEXT NOT NULL,
  scheme TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  started_us INTEGER NOT NULL,
  resolved_us INTEGER,
  connected_us INTEGER,
  request_sent_us INTEGER,
  response_head_us INTEGER,
  finished_us INTEGER,
  request_bytes INTEGER NOT NULL,
  request_stored_bytes INTEGER NOT NULL,
  request_place INTEGER NOT NULL,
  response_bytes INTEGER NOT NULL,
  response_stored_bytes INTEGER NOT NULL,
  response_place INTEGER NOT NULL,
  error_code INTEGER NOT NULL,
  error_side INTEGER NOT NULL,
  error_system INTEGER NOT NULL,
  error_detail TEXT NOT NULL,
  upstream_address TEXT NOT NULL,
  upstream_reused INTEGER NOT NULL
) STRICT;
CREATE INDEX exchange_version ON exchange (version);
CREATE INDEX exchange_running ON exchange (id) WHERE state = 0;

CREATE TABLE head (
  exchange INTEGER PRIMARY KEY REFERENCES exchange ON DELETE CASCADE,
  request BLOB NOT NULL,
  response BLOB NOT NULL,
  request_trailers BLOB NOT NULL,
  response_trailers BLOB NOT NULL
) STRICT;

CREATE TABLE body_piece (
  id INTEGER PRIMARY KEY,
  exchange INTEGER NOT NULL REFERENCES exchange ON DELETE CASCADE,
  direction INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX body_piece_exchange ON body_piece (exchange, direction);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// A moment is no name: two histories can be made in the same one, and a busy history's versions run ahead of the
// clock. So versions begin with a random number of 60 bits; the versions of two histories never meet. What a history
// has told already stays.
constexpr const char* kStep2 = R"sql(
UPDATE history SET first_version = random() & 0x0fffffffffffffff WHERE exchanges = 0;
UPDATE history SET version = first_version WHERE exchanges = 0;
)sql";

// Messages of WebSockets, as records.h tells of them: what `payload` lacks of `bytes` was not kept. The client's program
// is told after its connection, and after exchanges too.
constexpr const char* kStep3 = R"sql(
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  exchange INTEGER NOT NULL REFERENCES exchange ON DELETE CASCADE,
  direction INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  opcode INTEGER NOT NULL,
  compressed INTEGER NOT NULL,
  wire_bytes INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  payload BLOB NOT NULL,
  fault TEXT NOT NULL
) STRICT;
CREATE INDEX message_exchange ON message (exchange);

ALTER TABLE connection ADD COLUMN client_process INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connection ADD COLUMN client_program TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange ADD COLUMN response_first_us INTEGER;
ALTER TABLE exchange ADD COLUMN request_wire_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange ADD COLUMN response_wire_bytes INTEGER NOT NULL DEFAULT 0;
)sql";

// What people filter by first. Names of hosts compare without regard to case, and with the status beside them the index
// answers alone.
constexpr const char* kStep4 = R"sql(
CREATE INDEX exchange_host ON exchange (host COLLATE NOCASE, status);
)sql";

// TLS on either side of an exchange, as records.h tells of it. Equal chains of certificates are kept once, named by
// their SHA-256.
constexpr const char* kStep5 = R"sql(
CREATE TABLE certificate_chain (
  digest TEXT PRIMARY KEY,
  der BLOB NOT NULL
) STRICT;

CREATE TABLE tls (
  exchange INTEGER NOT NULL REFERENCES exchange ON DELETE CASCADE,
  side INTEGER NOT NULL,
  version TEXT NOT NULL,
  cipher TEXT NOT NULL,
  protocol TEXT NOT NULL,
  server_name TEXT NOT NULL,
  resumed INTEGER NOT NULL,
  handshake_us INTEGER,
  note TEXT NOT NULL,
  chain TEXT NOT NULL,  -- digest; empty: the peer showed no certificate
  PRIMARY KEY (exchange, side)
) STRICT, WITHOUT ROWID;
)sql";

// The network profile that acted on an exchange, and how long it was held back by it.
constexpr const char* kStep6 = R"sql(
ALTER TABLE exchange ADD COLUMN profile TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange ADD COLUMN held_back_us INTEGER NOT NULL DEFAULT 0;
)sql";

// The newest of one host come straight from the index, and those of a status without a look at their rows. A chain of certificates
// goes with the last exchange that saw it.
constexpr const char* kStep7 = R"sql(
DROP INDEX exchange_host;
CREATE INDEX exchange_host ON exchange (host COLLATE NOCASE, id, status);
CREATE INDEX tls_chain ON tls (chain);
)sql";

// What people say of an exchange: the number of a colour (core/base/annotation.h), and words.
constexpr const char* kStep8 = R"sql(
ALTER TABLE exchange ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange ADD COLUMN comment TEXT NOT NULL DEFAULT '';
)sql";

// Small bodies lie beside the heads of their exchange, which saves a row and an entry of an index for each. What a later commit
// brings of such a body follows in pieces.
constexpr const char* kStep9 = R"sql(
ALTER TABLE head ADD COLUMN request_body BLOB NOT NULL DEFAULT x'';
ALTER TABLE head ADD COLUMN response_body BLOB NOT NULL DEFAULT x'';
)sql";

// What exchanges saw of TLS is kept once for all of them, for a connection has many and a server many connections; how long a handshake
// took is the exchange's own. `newest_exchange`: the newest that saw it; with that, the row goes.
constexpr const char* kStep10 = R"sql(
ALTER TABLE exchange ADD COLUMN client_tls INTEGER;
ALTER TABLE exchange ADD COLUMN client_handshake_us INTEGER;
ALTER TABLE exchange ADD COLUMN upstream_tls INTEGER;
ALTER TABLE exchange ADD COLUMN upstream_handshake_us INTEGER;

DROP INDEX tls_chain;
ALTER TABLE tls RENAME TO seen;
CREATE TABLE tls (
  id INTEGER PRIMARY KEY,
  newest_exchange INTEGER NOT NULL,
  version TEXT NOT NULL,
  cipher TEXT NOT NULL,
  protocol TEXT NOT NULL,
  server_name TEXT NOT NULL,
  resumed INTEGER NOT NULL,
  note TEXT NOT NULL,
  chain TEXT NOT NULL  -- digest; empty: the peer showed no certificate
) STRICT;

INSERT INTO tls (newest_exchange, version, cipher, protocol, server_name, resumed, note, chain)
  SELECT max(exchange), version, cipher, protocol, server_name, resumed, note, chain FROM seen
  GROUP BY version, cipher, protocol, server_name, resumed, note, chain;
CREATE INDEX tls_facts ON tls (chain, server_name, note, resumed, version, cipher, protocol);
UPDATE exchange SET
  (client_tls, client_handshake_us) =
    (SELECT tls.id, handshake_us FROM seen JOIN tls USING (chain, server_name, note, resumed, version, cipher, protocol)
     WHERE seen.exchange = exchange.id AND side = 1),
  (upstream_tls, upstream_handshake_us) =
    (SELECT tls.id, handshake_us FROM seen JOIN tls USING (chain, server_name, note, resumed, version, cipher, protocol)
     WHERE seen.exchange = exchange.id AND side = 2)
  WHERE id IN (SELECT exchange FROM seen);
DROP INDEX tls_facts;
DROP TABLE seen;

CREATE INDEX tls_newest ON tls (newest_exchange);
CREATE INDEX tls_chain ON tls (chain);
)sql";

constexpr std::array kSteps{kStep1, kStep2, kStep3, kStep4, kStep5, kStep6, kStep7, kStep8, kStep9, kStep10};
static_assert(kSteps.size() == kSchemaVersion);

}  // namespace

std::span<const char* const> schemaSteps() { return kSteps; }

}  // namespace sluice::store
