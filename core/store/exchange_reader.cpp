#include "core/store/exchange_reader.h"

#include <array>
#include <string_view>
#include <utility>

#include "core/base/limits.h"
#include "core/store/decoded_body.h"
#include "core/store/row_columns.h"
#include "core/store/search_text.h"

namespace sluice::store {

enum class ExchangeReader::Sql : std::uint8_t { Row, Details, Body, PieceBytes, Pieces, Messages, Tls, Searched };

namespace {

constexpr std::size_t kMessageBytesAtOnce = 16 * limits::kMiB;
constexpr std::uint64_t kHeldBodyBytesMax = 1 * limits::kMiB;  // of a session; more is read a piece at a time

// In the order of ExchangeReader::Sql.
std::array<std::string, 8> statements() {
  return {
      "SELECT " + std::string(kRowColumns) + " FROM exchange WHERE id = ?1",
      "SELECT request, response, request_trailers, response_trailers, client_address, listener, client_process FROM exchange"
      " LEFT JOIN head ON head.exchange = exchange.id LEFT JOIN connection ON connection.id = exchange.connection"
      " WHERE exchange.id = ?1",
      "SELECT iif(?2 = 0, request_place, response_place), iif(?2 = 0, request_stored_bytes, response_stored_bytes),"
      " iif(?2 = 0, request_body, response_body) FROM exchange LEFT JOIN head ON head.exchange = exchange.id WHERE exchange.id = ?1",
      "SELECT sum(length(bytes)) FROM body_piece WHERE exchange = ?1 AND direction = ?2",
      "SELECT bytes FROM body_piece WHERE exchange = ?1 AND direction = ?2 ORDER BY id",
      "SELECT id, direction, at_us, opcode, compressed, wire_bytes, bytes, payload, fault FROM message"
      " WHERE exchange = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
      "SELECT tls.version, cipher, protocol, server_name, resumed, iif(?2 = 0, client_handshake_us, upstream_handshake_us), note, der"
      " FROM exchange JOIN tls ON tls.id = iif(?2 = 0, client_tls, upstream_tls) LEFT JOIN certificate_chain ON digest = chain"
      " WHERE exchange.id = ?1",
      std::string("SELECT url, path, request, response, ") + kIsImported + ", request_place, request_stored_bytes, request_body,"
      " response_place, response_stored_bytes, response_body FROM exchange LEFT JOIN head ON head.exchange = exchange.id"
      " WHERE exchange.id = ?1 AND state <> 0",
  };
}

// From three columns.
StoredBody stored(const Statement& select, int column, BodyKey key) {
  return {key, static_cast<BodyPlace>(select.natural(column)), select.natural(column + 1), select.text(column + 2)};
}

}  // namespace

Result<ExchangeReader> ExchangeReader::create(SqlConnection& sql, std::filesystem::path place, LargeBodies large) {
  ExchangeReader made(sql, std::move(place), large);
  for (const std::string& text : statements()) {
    auto statement = sql.prepare(text.c_str());
    if (!statement) return fail(statement.error());
    made.statements_.push_back(std::move(*statement));
  }
  return made;
}

Result<void> ExchangeReader::append(std::span<const ExchangeId> ids, std::vector<ExchangeRow>& rows) {
  Statement& select = statement(Sql::Row);
  for (const ExchangeId id : ids) {
    select.bind(id);
    auto done = select.each([&] {
      rows.push_back(readRow(select, RowText::Listed));
      return true;
    });
    if (!done) return done;
  }
  return {};
}

Result<std::optional<ExchangeDetails>> ExchangeReader::details(ExchangeId id) {
  std::optional<ExchangeDetails> details;
  Statement& row = statement(Sql::Row);
  row.bind(id);
  auto done = row.each([&] {
    details.emplace().row = readRow(row, RowText::Whole);
    return true;
  });
  if (!done) return fail(done.error());
  Statement& rest = statement(Sql::Details);
  rest.bind(id);
  done = rest.each([&] {
    if (!details) return false;
    details->requestHead = rest.text(0);
    details->responseHead = rest.text(1);
    details->requestTrailers = rest.text(2);
    details->responseTrailers = rest.text(3);
    details->clientAddress = rest.text(4);
    details->listener = rest.text(5);
    details->clientProcess = rest.natural(6);
    return true;
  });
  if (!done) return fail(done.error());
  if (details) done = readTls(*details);
  if (!done) return fail(done.error());
  return details;
}

Result<void> ExchangeReader::readTls(ExchangeDetails& details) {
  for (const Side side : {Side::Client, Side::Upstream}) {
    Statement& select = statement(Sql::Tls);
    select.bind(details.row.id, side == Side::Client ? 0 : 1);
    auto done = select.each([&] {
      details.tls.push_back({side, select.text(0), select.text(1), select.text(2), select.text(3), select.integer(4) != 0,
                             select.isNull(5) ? -1 : select.integer(5), select.text(6), select.text(7)});
      return true;
    });
    if (!done) return done;
  }
  return {};
}

Result<std::vector<MessageRow>> ExchangeReader::messages(ExchangeId exchange, std::int64_t after, std::size_t limit) {
  std::vector<MessageRow> rows;
  std::size_t bytes = 0;
  Statement& select = statement(Sql::Messages);
  select.bind(exchange, after, limit);
  auto done = select.each([&] {
    MessageRow& row = rows.emplace_back();
    row.id = select.integer(0);
    row.direction = select.integer(1) == 0 ? capture::Direction::Request : capture::Direction::Response;
    row.at = WallTime(Micros(select.integer(2)));
    row.opcode = static_cast<int>(select.integer(3));
    row.compressed = select.integer(4) != 0;
    row.wireBytes = select.natural(5);
    row.bytes = select.natural(6);
    row.payload = select.text(7);
    row.fault = select.text(8);
    return (bytes += row.payload.size()) < kMessageBytesAtOnce;
  });
  if (!done) return fail(done.error());
  return rows;
}

Result<BodyReader> ExchangeReader::body(BodyKey key) {
  Statement& select = statement(Sql::Body);
  select.bind(key.exchange, static_cast<int>(key.direction));
  std::optional<StoredBody> body;
  auto done = select.each([&] {
    body = stored(select, 0, key);
    return true;
  });
  if (!done) return fail(done.error());
  if (!body) {
    return fail(Side::Local, Code::NotFound, "exchange " + std::to_string(key.exchange.value) + " is not recorded");
  }
  return open(std::move(*body));
}

Result<BodyReader> ExchangeReader::open(StoredBody body) {
  if (body.place == BodyPlace::File && large_ == LargeBodies::InPieces) {
    return fail(Side::Local, Code::NotFound, "the session was saved without this body");
  }
  if (body.place == BodyPlace::File) return BodyReader::ofFile(bodyFile(place_, body.key), body.bytes);
  if (body.besideHeads.size() < body.bytes) return inPieces(std::move(body));
  if (body.besideHeads.size() > body.bytes) return incomplete(body.key);
  return BodyReader::ofMemory(std::move(body.besideHeads));
}

// Nothing beyond the bytes that there are to be is held.
Result<BodyReader> ExchangeReader::inPieces(StoredBody body) {
  if (large_ == LargeBodies::InPieces && body.bytes > kHeldBodyBytesMax) return inLargePieces(std::move(body));
  std::string bytes = std::move(body.besideHeads);
  std::uint64_t found = bytes.size();
  Statement& select = statement(Sql::Pieces);
  select.bind(body.key.exchange, static_cast<int>(body.key.direction));
  auto done = select.each([&] {
    const std::string_view piece = select.view(0);
    found += piece.size();
    if (found <= body.bytes) bytes += piece;
    return found <= body.bytes;
  });
  if (!done) return fail(done.error());
  return found == body.bytes ? Result<BodyReader>(BodyReader::ofMemory(std::move(bytes))) : incomplete(body.key);
}

// SQLite knows how long a piece is without reading it.
Result<BodyReader> ExchangeReader::inLargePieces(StoredBody body) {
  std::uint64_t found = body.besideHeads.size();
  Statement& lengths = statement(Sql::PieceBytes);
  lengths.bind(body.key.exchange, static_cast<int>(body.key.direction));
  auto done = lengths.each([&] {
    found += lengths.natural(0);
    return true;
  });
  if (!done) return fail(done.error());
  if (found != body.bytes) return incomplete(body.key);
  auto pieces = BodyPieces::open(place_, body.key);
  if (!pieces) return fail(pieces.error());
  return BodyReader::ofPieces(std::move(body.besideHeads), std::move(*pieces), body.bytes);
}

tl::unexpected<Error> ExchangeReader::incomplete(BodyKey key) const {
  return fail(Side::Local, Code::DatabaseDamaged,
              sql_->name() + ": the body of exchange " + std::to_string(key.exchange.value) + " is incomplete");
}

std::string ExchangeReader::searchedBody(StoredBody body, std::string_view head, bool decoded) {
  if (body.bytes == 0 || !mayBeText(head)) return {};
  auto opened = open(std::move(body));
  return opened ? searchedBeginning(*opened, decoded ? std::string_view() : head) : std::string();
}

Result<std::optional<SearchedExchange>> ExchangeReader::searched(ExchangeId id) {
  std::optional<SearchedExchange> found;
  bool imported = false;
  StoredBody request, response;
  Statement& select = statement(Sql::Searched);
  select.bind(id);
  auto done = select.each([&] {
    found.emplace(SearchedExchange{id, select.text(0), select.text(1), select.text(2), select.text(3), {}, {}});
    imported = select.integer(4) != 0;
    request = stored(select, 5, {id, capture::Direction::Request});
    response = stored(select, 8, {id, capture::Direction::Response});
    return false;
  });
  if (!done) return fail(done.error());
  if (!found) return found;
  found->requestBody = searchedBody(std::move(request), found->requestHead, false);
  found->responseBody = searchedBody(std::move(response), found->responseHead, imported);
  return found;
}

}  // namespace sluice::store
