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

// Whether what an exchange's response holds was imported, and is decoded whatever its head says.
constexpr const char* kImported = "exchange.connection = 0 AND state <> 0 AND request_wire_bytes + response_wire_bytes = 0";

// In the order of ExchangeReader::Sql.
std::array<std::string, 8> statements() {
  return {
      "SELECT " + std::string(kRowColumns) + " FROM exchange WHERE id = ?1",
      std::string("SELECT request, response, request_trailers, response_trailers, client_address, listener, client_process, ") +
      kImported + " FROM exchange"
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
      std::string("SELECT url, path, request, response, ") + kImported + ", request_place, request_stored_bytes, request_body,"
      " response_place, response_stored_bytes, response_body FROM exchange LEFT JOIN head ON head.exchange = exchange.id"
      " WHERE exchange.id = ?1 AND state <> 0",
  };
}

}  // namespace

// Where a body lies, how long it is, and what of it lies beside the heads.
struct ExchangeReader::Placed {
  BodyPlace place = BodyPlace::Inline;
  std::uint64_t storedBytes = 0;
  std::string beginning;

  static Placed read(const Statement& select, int at) {
    return {static_cast<BodyPlace>(select.natural(at)), select.natural(at + 1), select.text(at + 2)};
  }
};

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
  std::optional<Placed> placed;
  auto done = select.each([&] {
    placed = Placed::read(select, 0);
    return true;
  });
  if (!done) return fail(done.error());
  if (!placed) {
    return fail(Side::Local, Code::NotFound, "exchange " + std::to_string(key.exchange.value) + " is not recorded");
  }
  return open(key, std::move(*placed));
}

Result<BodyReader> ExchangeReader::open(BodyKey key, Placed placed) {
  auto& [place, storedBytes, bytes] = placed;
  if (place == BodyPlace::File && large_ == LargeBodies::InPieces) {
    return fail(Side::Local, Code::NotFound, "the session was saved without this body");
  }
  if (place == BodyPlace::File) return BodyReader::ofFile(bodyFile(place_, key), storedBytes);
  if (bytes.size() < storedBytes) return inPieces(key, std::move(bytes), storedBytes);
  return bytes.size() == storedBytes ? Result<BodyReader>(BodyReader::ofMemory(std::move(bytes))) : incomplete(key);
}

// SQLite knows how long a piece is without reading it.
Result<BodyReader> ExchangeReader::inPieces(BodyKey key, std::string beginning, std::uint64_t bytes) {
  std::uint64_t found = beginning.size();
  Statement& lengths = statement(Sql::PieceBytes);
  lengths.bind(key.exchange, static_cast<int>(key.direction));
  auto done = lengths.each([&] {
    found += lengths.natural(0);
    return true;
  });
  if (!done) return fail(done.error());
  if (found != bytes) return incomplete(key);
  if (large_ == LargeBodies::InPieces && bytes > kHeldBodyBytesMax) {
    auto pieces = BodyPieces::open(place_, key);
    if (!pieces) return fail(pieces.error());
    return BodyReader::ofPieces(std::move(beginning), std::move(*pieces), bytes);
  }
  Statement& select = statement(Sql::Pieces);
  select.bind(key.exchange, static_cast<int>(key.direction));
  done = select.each([&] {
    beginning += select.view(0);
    return true;
  });
  if (!done) return fail(done.error());
  return BodyReader::ofMemory(std::move(beginning));
}

tl::unexpected<Error> ExchangeReader::incomplete(BodyKey key) const {
  return fail(Side::Local, Code::DatabaseDamaged,
              sql_->name() + ": the body of exchange " + std::to_string(key.exchange.value) + " is incomplete");
}

// Called by SQLite while it looks for rows, so in the state that they belong to.
std::string ExchangeReader::searchedBody(BodyKey key) {
  Statement& details = statement(Sql::Details);
  details.bind(key.exchange);
  std::string head;
  bool imported = false;
  const auto read = details.each([&] {
    head = details.text(key.direction == capture::Direction::Request ? 0 : 1);
    imported = key.direction == capture::Direction::Response && details.integer(7) != 0;
    return false;
  });
  if (!read || !mayBeText(head)) return {};
  auto opened = body(key);
  return opened ? searchedBeginning(*opened, head, imported ? std::string_view() : head) : std::string();
}

Result<std::optional<SearchedExchange>> ExchangeReader::searched(ExchangeId id) {
  std::optional<SearchedExchange> found;
  bool imported = false;
  Placed request, response;
  Statement& select = statement(Sql::Searched);
  select.bind(id);
  auto done = select.each([&] {
    found.emplace(SearchedExchange{id, select.text(0), select.text(1), select.text(2), select.text(3), {}, {}});
    imported = select.integer(4) != 0;
    request = Placed::read(select, 5);
    response = Placed::read(select, 8);
    return false;
  });
  if (!done) return fail(done.error());
  if (!found) return found;
  found->requestBody = searched({id, capture::Direction::Request}, std::move(request), found->requestHead, found->requestHead);
  found->responseBody = searched({id, capture::Direction::Response}, std::move(response), found->responseHead,
                                 imported ? std::string_view() : found->responseHead);
  return found;
}

std::string ExchangeReader::searched(BodyKey key, Placed placed, const std::string& head, std::string_view decodingHead) {
  if (placed.storedBytes == 0 || !mayBeText(head)) return {};
  auto opened = open(key, std::move(placed));
  return opened ? searchedBeginning(*opened, head, decodingHead) : std::string();
}

}  // namespace sluice::store
