#include "core/store/history_writer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/limits.h"
#include "core/store/history_pruner.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

enum class HistoryWriter::Sql : std::uint8_t {
  InsertSession,
  EndSession,
  CutOffExchanges,
  InsertConnection,
  CloseConnection,
  IdentifyClient,
  TouchExchangesOfClient,
  InsertExchange,
  UpdateExchange,
  InsertHead,
  UpdateHead,
  InsertPiece,
  SelectBesideHeads,
  SelectPieces,
  EmptyBesideHeads,
  DeletePieces,
  InsertMessage,
  Annotate,
  UpdateHistory,
};

namespace {

// In the order of HistoryWriter::Sql.
constexpr std::array kStatements{
    "INSERT INTO session (started_us) VALUES (?1) RETURNING id",
    "UPDATE session SET ended_us = ?1 WHERE id = ?2",
    "UPDATE exchange SET version = ?1, state = ?2, error_code = ?3, error_side = ?4, error_detail = ?5 WHERE state = 0",
    "INSERT INTO connection (id, session, opened_us, closed_us, client_address, listener)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    "UPDATE connection SET closed_us = ?2 WHERE id = ?1",
    "UPDATE connection SET client_process = ?2, client_program = ?3 WHERE id = ?1",
    "UPDATE exchange SET version = ?1 WHERE id >= ?2 AND connection = ?3",
    "INSERT INTO exchange (id, version, session, connection, kind, state, method, url, scheme, host, port, path, status,"
    " content_type, started_us, resolved_us, connected_us, request_sent_us, response_head_us, finished_us,"
    " request_bytes, request_stored_bytes, request_place, response_bytes, response_stored_bytes, response_place,"
    " error_code, error_side, error_system, error_detail, upstream_address, upstream_reused, response_first_us,"
    " request_wire_bytes, response_wire_bytes, profile, held_back_us, client_tls, client_handshake_us, upstream_tls, upstream_handshake_us)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
    " ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37,"
    " ?38, ?39, ?40, ?41) ON CONFLICT DO NOTHING",
    "UPDATE exchange SET version = ?2, state = ?3, status = ?4, content_type = ?5, resolved_us = ?6, connected_us = ?7,"
    " request_sent_us = ?8, response_head_us = ?9, finished_us = ?10, request_bytes = ?11, request_stored_bytes = ?12,"
    " request_place = ?13, response_bytes = ?14, response_stored_bytes = ?15, response_place = ?16, error_code = ?17,"
    " error_side = ?18, error_system = ?19, error_detail = ?20, upstream_address = ?21, upstream_reused = ?22,"
    " response_first_us = ?23, request_wire_bytes = ?24, response_wire_bytes = ?25, profile = ?26, held_back_us = ?27,"
    " client_tls = ifnull(client_tls, ?28), client_handshake_us = ifnull(client_handshake_us, ?29),"
    " upstream_tls = ifnull(upstream_tls, ?30), upstream_handshake_us = ifnull(upstream_handshake_us, ?31)"
    " WHERE id = ?1",
    "INSERT INTO head (exchange, request, response, request_trailers, response_trailers, request_body, response_body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    // A head that came before and is not held in memory any more is given as empty here, and stays.
    "UPDATE head SET response = iif(length(?2) > 0, ?2, response), request_trailers = ?3, response_trailers = ?4,"
    " request_body = iif(length(?5) > 0, ?5, request_body), response_body = iif(length(?6) > 0, ?6, response_body)"
    " WHERE exchange = ?1",
    "INSERT INTO body_piece (exchange, direction, bytes) VALUES (?1, ?2, ?3)",
    "SELECT iif(?2 = 0, request_body, response_body) FROM head WHERE exchange = ?1",
    "SELECT bytes FROM body_piece WHERE exchange = ?1 AND direction = ?2 ORDER BY id",
    "UPDATE head SET request_body = iif(?2 = 0, x'', request_body), response_body = iif(?2 = 0, response_body, x'') WHERE exchange = ?1",
    "DELETE FROM body_piece WHERE exchange = ?1 AND direction = ?2",
    "INSERT INTO message (exchange, direction, at_us, opcode, compressed, wire_bytes, bytes, payload, fault)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    "UPDATE exchange SET version = ?2, mark = ifnull(?3, mark), comment = ifnull(?4, comment) WHERE id = ?1",
    "UPDATE history SET version = ?1, exchanges = ?2, next_exchange = ?3, next_connection = ?4, body_file_bytes = ?5"
    " WHERE id = 1",
};

constexpr std::string_view kCutOffDetail = "the engine stopped before the exchange ended";

constexpr int kSessionsLookedAtMax = 1000;  // of seconds each, they are less than the ten minutes that are looked for

constexpr std::int64_t kRowsAVersion = 1000;  // whoever follows changes gets no less than a version at once

constexpr std::array kDirections{capture::Direction::Request, capture::Direction::Response};

template <class Enum>
constexpr std::int64_t number(Enum value) {
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> phase(std::int64_t microseconds) {
  return microseconds < 0 ? std::nullopt : std::optional(microseconds);
}

// Decides, before anything is written, where the body will lie.
void plan(PendingBody& body) {
  if (body.inFile > 0) {
    body.nextStoredBytes = body.inFile;
    body.nextPlace = BodyPlace::File;
    return;
  }
  body.nextStoredBytes = body.storedBytes + body.fresh.size();
  if (body.fresh.empty()) {
    body.nextPlace = body.place;
  } else if (body.place == BodyPlace::File || body.nextStoredBytes > limits::kInlineBodyBytesMax) {
    body.nextPlace = BodyPlace::File;
  } else {
    body.nextPlace = BodyPlace::Inline;
  }
}

// What of it goes into the row of the heads: the beginning of a small one.
std::string_view besideHeads(const PendingBody& body) {
  const bool begins = body.inFile == 0 && body.storedBytes == 0 && body.nextPlace == BodyPlace::Inline;
  return begins && body.fresh.size() <= limits::kBesideHeadsBytesMax ? body.fresh : std::string_view();
}

}  // namespace

Result<HistoryWriter> HistoryWriter::create(Database& database) {
  auto tls = TlsTable::create(database.sql());
  if (!tls) return fail(tls.error());
  HistoryWriter writer(database, std::move(*tls));
  if (auto ready = writer.prepare(); !ready) return fail(ready.error());
  if (auto read = writer.readState(); !read) return fail(read.error());
  return writer;
}

Result<void> HistoryWriter::prepare() {
  statements_.reserve(kStatements.size());
  for (const char* sql : kStatements) {
    auto statement = database_->sql().prepare(sql);
    if (!statement) return fail(statement.error());
    statements_.push_back(std::move(*statement));
  }
  return {};
}

Result<void> HistoryWriter::readState() {
  auto select = database_->sql().prepare(
      "SELECT version, exchanges, next_exchange, next_connection, body_file_bytes, (SELECT max(id) FROM exchange),"
      " first_version"
      " FROM history WHERE id = 1");
  if (!select) return fail(select.error());
  const auto row = select->step();
  if (!row) return fail(row.error());
  if (!*row) return fail(Side::Local, Code::DatabaseDamaged, database_->sql().name() + ": its summary is missing");
  state_.version = select->natural(0);
  state_.exchanges = select->natural(1);
  state_.newest = ExchangeId{select->natural(5)};
  state_.nextExchange = std::max(select->natural(2), state_.newest.value + 1);
  state_.nextConnection = select->natural(3);
  state_.bodyFileBytes = select->natural(4);
  state_.firstVersion = select->natural(6);
  next_ = state_;
  return {};
}

template <class... Values>
Result<void> HistoryWriter::run(Sql sql, const Values&... values) {
  return statement(sql).run(values...);
}

Result<std::int64_t> HistoryWriter::beginSession(WallTime now) {
  auto transaction = Transaction::begin(database_->sql(), Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  next_ = state_;
  ++next_.version;
  if (auto done = run(Sql::CutOffExchanges, next_.version, number(store::State::CutOff), number(Code::Aborted),
                      number(Side::Local), kCutOffDetail);
      !done) {
    return fail(done.error());
  }
  Statement& insert = statement(Sql::InsertSession);
  insert.bind(now);
  const auto row = insert.step();
  if (!row) return fail(row.error());
  const std::int64_t session = insert.integer(0);
  insert.reset();
  if (auto done = writeState(); !done) return fail(done.error());
  if (auto done = transaction->commit(); !done) return fail(done.error());
  state_ = next_;
  session_ = session;
  return session;
}

Result<void> HistoryWriter::endSession(WallTime now) { return run(Sql::EndSession, now, session_); }

Result<void> HistoryWriter::annotate(std::span<const ExchangeId> exchanges, const Annotation& annotation) {
  auto transaction = Transaction::begin(database_->sql(), Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  next_ = state_;
  ++next_.version;
  const auto mark = annotation.mark ? std::optional(number(*annotation.mark)) : std::nullopt;
  std::int64_t changed = 0;
  for (const ExchangeId id : exchanges) {
    if (changed > 0 && changed % kRowsAVersion == 0) ++next_.version;
    if (auto done = run(Sql::Annotate, id, next_.version, mark, annotation.comment); !done) return done;
    changed += database_->sql().changedRows();
  }
  if (changed == 0) return fail(Side::Local, Code::NotFound, "no such exchange is in the history");
  if (auto done = writeState(); !done) return done;
  auto committed = transaction->commit();
  if (committed) state_ = next_;
  return committed;
}

Result<WallTime> HistoryWriter::lastTime() {
  const auto us = database_->sql().integer(
      "SELECT coalesce((SELECT coalesce(ended_us, max(started_us, (SELECT started_us FROM exchange ORDER BY id DESC LIMIT 1)), started_us)"
      " FROM session ORDER BY id DESC LIMIT 1), 0)");
  return us ? Result<WallTime>(WallTime(Micros(*us))) : fail(us.error());
}

Result<WallTime> HistoryWriter::timePassedFor(Micros running) {
  auto select = database_->sql().prepare(
      "SELECT started_us, max(0, ifnull(ended_us, 0) - started_us) FROM session ORDER BY id DESC LIMIT ?1");
  if (!select) return fail(select.error());
  select->bind(kSessionsLookedAtMax);
  auto earliest = WallTime::max();
  Micros ran{0};
  const auto read = select->each([&] {
    earliest = std::min(earliest, WallTime(Micros(select->integer(0))));
    ran += std::min(running, Micros(select->integer(1)));
    return ran < running;
  });
  if (!read) return fail(read.error());
  return ran < running ? WallTime() : earliest;
}

Result<bool> HistoryWriter::prune(const Retention& retention, WallTime now, Micros sessionAge) {
  HistoryPruner pruner(*database_);
  const auto more = prune(pruner, retention, now, sessionAge);
  if (!more) return more;
  pruner.removeFiles();
  const auto freeMore = pruner.shrink();
  if (!freeMore) return freeMore;
  return *more || *freeMore;
}

Result<bool> HistoryWriter::prune(HistoryPruner& pruner, const Retention& retention, WallTime now, Micros sessionAge) {
  auto transaction = Transaction::begin(database_->sql(), Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  const auto step = pruner.step(retention, {now, session_, sessionAge}, state_.exchanges, state_.bodyFileBytes);
  if (!step) return fail(step.error());
  if (step->exchanges == 0) return false;
  next_ = state_;
  ++next_.version;
  next_.exchanges -= std::min(next_.exchanges, step->exchanges);
  next_.bodyFileBytes -= std::min(next_.bodyFileBytes, step->bodyFileBytes);
  if (auto done = tls_.prune(); !done) return fail(done.error());
  if (auto done = writeState(); !done) return fail(done.error());
  if (auto done = transaction->commit(); !done) return fail(done.error());
  state_ = next_;
  return step->more;
}

Result<void> HistoryWriter::write(const Backlog& backlog) {
  auto written = writeAll(backlog);
  if (written) return written;
  undoFiles(backlog);
  tls_.forget();
  return written;
}

// What no row tells of must not keep the disk full: the rows themselves may need that room.
void HistoryWriter::undoFiles(const Backlog& backlog) const {
  for (const PendingExchange* exchange : backlog.dirtyExchanges()) {
    for (const capture::Direction direction : kDirections) {
      const PendingBody& body = exchange->bodies[static_cast<std::size_t>(direction)];
      if (body.inFile > 0 || body.fresh.empty() || body.nextPlace != BodyPlace::File) continue;
      cutBody(bodyFile(database_->dataDir(), {exchange->row.id, direction}), body.place == BodyPlace::File ? body.storedBytes : 0);
    }
  }
}

Result<void> HistoryWriter::writeAll(const Backlog& backlog) {
  auto transaction = Transaction::begin(database_->sql(), Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  next_ = state_;
  ++next_.version;
  for (const PendingConnection* connection : backlog.dirtyConnections()) {
    if (auto done = write(*connection); !done) return done;
  }
  for (PendingExchange* exchange : backlog.dirtyExchanges()) {
    if (auto done = write(*exchange); !done) return done;
  }
  for (const auto& client : backlog.identifiedClients()) {
    if (auto done = write(client); !done) return done;
  }
  if (auto done = tls_.noteNewest(); !done) return done;
  if (auto done = writeState(); !done) return done;
  auto committed = transaction->commit();
  if (committed) state_ = next_;
  return committed;
}

Result<void> HistoryWriter::write(const PendingConnection& connection) {
  std::optional<std::int64_t> closedAt;
  if (connection.closedAt) closedAt = connection.closedAt->time_since_epoch().count();
  if (connection.inserted) return run(Sql::CloseConnection, connection.id, closedAt);
  auto done = run(Sql::InsertConnection, connection.id, session_, connection.openedAt, closedAt,
                  connection.clientAddress, connection.listener);
  if (done && database_->sql().changedRows() == 0) ++next_.duplicates;
  next_.nextConnection = std::max(next_.nextConnection, connection.id.value + 1);
  return done;
}

// Rows of exchanges show the program too: those that are there already count as changed.
Result<void> HistoryWriter::write(const capture::ClientIdentified& client) {
  if (auto done = run(Sql::IdentifyClient, client.connection, client.process, client.program); !done) return done;
  return run(Sql::TouchExchangesOfClient, next_.version, client.exchangesFrom, client.connection);
}

Result<void> HistoryWriter::write(PendingExchange& exchange) {
  for (PendingBody& body : exchange.bodies) plan(body);
  const auto tls = writeTls(exchange);
  if (!tls) return fail(tls.error());
  auto row = exchange.inserted ? update(exchange, *tls) : insert(exchange, *tls);
  if (!row) return fail(row.error());
  if (*row == Row::IdTaken) return {};
  for (const capture::Direction direction : kDirections) {
    PendingBody& body = exchange.bodies[static_cast<std::size_t>(direction)];
    if (!besideHeads(body).empty()) continue;
    if (auto done = writeBody(body, {exchange.row.id, direction}); !done) return done;
  }
  for (const auto& message : exchange.messages) {
    if (auto done = write(message); !done) return done;
  }
  if (!exchange.annotated) return {};
  return run(Sql::Annotate, exchange.row.id, next_.version, number(exchange.annotated->mark), exchange.annotated->comment);
}

Result<HistoryWriter::Row> HistoryWriter::insert(PendingExchange& exchange, const Tls& tls) {
  const ExchangeId id = exchange.row.id;
  if (auto done = insertExchange(exchange, tls); !done) return fail(done.error());
  if (database_->sql().changedRows() == 0) {
    ++next_.duplicates;
    exchange.ended = true;  // so that nothing more is taken for it
    return Row::IdTaken;
  }
  ++next_.exchanges;
  next_.newest = std::max(next_.newest, id);
  next_.nextExchange = std::max(next_.nextExchange, id.value + 1);
  if (auto done = run(Sql::InsertHead, id, Blob{exchange.requestHead}, Blob{exchange.responseHead},
                      Blob{exchange.requestTrailers}, Blob{exchange.responseTrailers}, Blob{besideHeads(exchange.bodies[0])},
                      Blob{besideHeads(exchange.bodies[1])});
      !done) {
    return fail(done.error());
  }
  return Row::Written;
}

Result<HistoryWriter::Row> HistoryWriter::update(const PendingExchange& exchange, const Tls& tls) {
  if (auto done = updateExchange(exchange, tls); !done) return fail(done.error());
  const std::string_view requestBody = besideHeads(exchange.bodies[0]);
  const std::string_view responseBody = besideHeads(exchange.bodies[1]);
  const bool trailers = !exchange.requestTrailers.empty() || !exchange.responseTrailers.empty();
  if (exchange.responseHead.empty() && !trailers && requestBody.empty() && responseBody.empty()) return Row::Written;
  if (auto done = run(Sql::UpdateHead, exchange.row.id, Blob{exchange.responseHead}, Blob{exchange.requestTrailers},
                      Blob{exchange.responseTrailers}, Blob{requestBody}, Blob{responseBody});
      !done) {
    return fail(done.error());
  }
  return Row::Written;
}

Result<void> HistoryWriter::insertExchange(const PendingExchange& exchange, const Tls& tls) {
  const ExchangeRow& row = exchange.row;
  const PendingBody& request = exchange.bodies[0];
  const PendingBody& response = exchange.bodies[1];
  return run(Sql::InsertExchange, row.id, next_.version, session_, row.connection, number(row.kind), number(row.state),
             row.method, row.url, row.scheme, row.host, int{row.port}, row.path, row.status, row.contentType,
             row.startedAt, phase(row.phases.resolvedUs), phase(row.phases.connectedUs),
             phase(row.phases.requestSentUs), phase(row.phases.responseHeadUs), phase(row.phases.finishedUs),
             row.request.bytes, request.nextStoredBytes, number(request.nextPlace), row.response.bytes,
             response.nextStoredBytes, number(response.nextPlace), number(row.error.code), number(row.error.side),
             row.error.systemCode, row.error.detail, row.upstreamAddress, row.upstreamReused,
             phase(row.phases.responseFirstUs), row.request.wireBytes, row.response.wireBytes, row.profile, row.heldBackUs,
             tls.client.row, tls.client.handshakeUs, tls.upstream.row, tls.upstream.handshakeUs);
}

Result<void> HistoryWriter::updateExchange(const PendingExchange& exchange, const Tls& tls) {
  const ExchangeRow& row = exchange.row;
  const PendingBody& request = exchange.bodies[0];
  const PendingBody& response = exchange.bodies[1];
  return run(Sql::UpdateExchange, row.id, next_.version, number(row.state), row.status, row.contentType,
             phase(row.phases.resolvedUs), phase(row.phases.connectedUs), phase(row.phases.requestSentUs),
             phase(row.phases.responseHeadUs), phase(row.phases.finishedUs), row.request.bytes,
             request.nextStoredBytes, number(request.nextPlace), row.response.bytes, response.nextStoredBytes,
             number(response.nextPlace), number(row.error.code), number(row.error.side), row.error.systemCode,
             row.error.detail, row.upstreamAddress, row.upstreamReused, phase(row.phases.responseFirstUs),
             row.request.wireBytes, row.response.wireBytes, row.profile, row.heldBackUs, tls.client.row, tls.client.handshakeUs,
             tls.upstream.row, tls.upstream.handshakeUs);
}

Result<void> HistoryWriter::write(const capture::MessagePassed& message) {
  return run(Sql::InsertMessage, message.exchange, number(message.direction), message.at, int{message.opcode},
             message.compressed, message.wireBytes, message.bytes, Blob{message.payload}, message.fault);
}

// What was said of a side first stays.
Result<HistoryWriter::Tls> HistoryWriter::writeTls(const PendingExchange& exchange) {
  Tls tls;
  for (const capture::TlsSeen& seen : exchange.tls) {
    SideTls& side = seen.side == Side::Client ? tls.client : tls.upstream;
    if (side.row) continue;
    const auto row = tls_.rowOf(seen);
    if (!row) return fail(row.error());
    side = {*row, phase(seen.handshakeUs)};
  }
  return tls;
}

Result<void> HistoryWriter::writeBody(PendingBody& body, BodyKey key) {
  if (body.inFile > 0) {
    next_.bodyFileBytes += body.inFile - body.storedBytes;
    return {};
  }
  if (body.fresh.empty()) return {};
  if (body.nextPlace == BodyPlace::File) return writeBodyToFile(body, key);
  return run(Sql::InsertPiece, key.exchange, number(key.direction), Blob{body.fresh});
}

// Before the row that tells of these bytes is committed, so that no row ever promises bytes that are not there.
Result<void> HistoryWriter::writeBodyToFile(PendingBody& body, BodyKey key) {
  const auto file = bodyFile(database_->dataDir(), key);
  next_.bodyFileBytes += body.fresh.size();
  if (body.place == BodyPlace::File) {
    auto done = store::writeBody(file, body.storedBytes, body.fresh);
    if (done || done.error().code != Code::NotFound) return done;
    // Somebody removed the file. What is lost is this body, and never what else is recorded.
    body.closed = true;
    return {};
  }
  if (body.place == BodyPlace::None) return store::writeBody(file, 0, body.fresh);
  auto whole = takePieces(key);
  if (!whole) return fail(whole.error());
  if (whole->size() != body.storedBytes) {
    return fail(Side::Local, Code::DatabaseDamaged, database_->sql().name() + ": pieces of a body are missing");
  }
  next_.bodyFileBytes += whole->size();
  *whole += body.fresh;
  return store::writeBody(file, 0, *whole);
}

Result<std::string> HistoryWriter::takePieces(BodyKey key) {
  std::string all;
  for (const Sql part : {Sql::SelectBesideHeads, Sql::SelectPieces}) {
    Statement& select = statement(part);
    select.bind(key.exchange, number(key.direction));
    auto read = select.each([&] {
      all += select.view(0);
      return true;
    });
    if (!read) return fail(read.error());
  }
  for (const Sql part : {Sql::EmptyBesideHeads, Sql::DeletePieces}) {
    if (auto done = run(part, key.exchange, number(key.direction)); !done) return fail(done.error());
  }
  return all;
}

Result<void> HistoryWriter::writeState() {
  return run(Sql::UpdateHistory, next_.version, next_.exchanges, next_.nextExchange, next_.nextConnection,
             next_.bodyFileBytes);
}

}  // namespace sluice::store
