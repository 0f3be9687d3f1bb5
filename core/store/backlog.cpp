#include "core/store/backlog.h"

#include <algorithm>
#include <utility>

namespace sluice::store {
namespace {

struct Weight {
  std::size_t operator()(const capture::ConnectionOpened& r) const { return r.clientAddress.size() + r.listener.size(); }
  std::size_t operator()(const capture::ConnectionClosed&) const { return 0; }
  std::size_t operator()(const capture::ExchangeStarted& r) const {
    return r.method.size() + r.url.size() + r.scheme.size() + r.host.size() + r.path.size() + r.requestHead.size();
  }
  std::size_t operator()(const capture::ResponseStarted& r) const { return r.contentType.size() + r.responseHead.size(); }
  std::size_t operator()(const capture::BodyChunk& r) const { return r.bytes.size(); }
  std::size_t operator()(const capture::BodyInFile&) const { return 0; }
  std::size_t operator()(const capture::ExchangeProgress&) const { return 0; }
  std::size_t operator()(const capture::ExchangeEnded& r) const {
    return r.error.detail.size() + r.upstreamAddress.size() + r.requestTrailers.size() + r.responseTrailers.size() +
           r.profile.size();
  }
  std::size_t operator()(const capture::ClientIdentified& r) const { return r.program.size(); }
  std::size_t operator()(const capture::MessagePassed& r) const { return r.payload.size() + r.fault.size(); }
  std::size_t operator()(const capture::TlsSeen& r) const { return r.chain.size() + r.note.size(); }
  std::size_t operator()(const capture::Annotated& r) const { return r.comment.size(); }
};

// A string that is given an empty one keeps its room, and hands it to whatever is moved into it next.
void freeMemory(std::string& text) { std::string().swap(text); }

// The status does not tell: an exchange that failed has that of our own answer.
State stateOf(const capture::ExchangeEnded& end, const ExchangeRow& row) {
  if (end.error.code == Code::None) return State::Complete;
  const bool stood = (row.kind == capture::Kind::Tunnel ? end.phases.connectedUs : end.phases.responseHeadUs) >= 0;
  // TLS was to begin inside, and did not: what CONNECT was for never came to be.
  const bool isVerdict = end.error.code >= Code::TlsFailed && end.error.code <= Code::TlsCertificateInvalid;
  if (isVerdict && row.kind == capture::Kind::Tunnel && end.request.bytes + end.response.bytes == 0) return State::Failed;
  return stood ? State::CutOff : State::Failed;
}

}  // namespace

std::size_t weightOf(const capture::Record& record) { return sizeof(record) + std::visit(Weight{}, record); }

bool Backlog::apply(capture::Record&& record) {
  const std::size_t weight = weightOf(record);
  const bool known = std::visit([this](auto& kind) { return take(kind); }, record);
  if (known) heldBytes_ += weight;
  return known;
}

bool Backlog::take(capture::ConnectionOpened& record) {
  if (!record.connection) return false;
  auto [at, fresh] = connections_.try_emplace(record.connection);
  if (!fresh) return false;
  PendingConnection& connection = at->second;
  connection.id = record.connection;
  connection.openedAt = record.at;
  connection.clientAddress = std::move(record.clientAddress);
  connection.listener = std::move(record.listener);
  touch(connection);
  return true;
}

bool Backlog::take(capture::ConnectionClosed& record) {
  const auto at = connections_.find(record.connection);
  if (at == connections_.end() || at->second.closedAt) return false;
  at->second.closedAt = record.at;
  touch(at->second);
  return true;
}

bool Backlog::take(capture::ExchangeStarted& record) {
  if (!record.exchange) return false;
  auto [at, fresh] = exchanges_.try_emplace(record.exchange);
  if (!fresh) return false;
  PendingExchange& exchange = at->second;
  exchange.row.id = record.exchange;
  exchange.row.connection = record.connection;
  exchange.row.kind = record.kind;
  exchange.row.startedAt = record.at;
  exchange.row.method = std::move(record.method);
  exchange.row.url = std::move(record.url);
  exchange.row.scheme = std::move(record.scheme);
  exchange.row.host = std::move(record.host);
  exchange.row.port = record.port;
  exchange.row.path = std::move(record.path);
  exchange.requestHead = std::move(record.requestHead);
  touch(exchange);
  return true;
}

bool Backlog::take(capture::ResponseStarted& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  exchange->row.status = record.status;
  exchange->row.contentType = std::move(record.contentType);
  exchange->responseHead = std::move(record.responseHead);
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::BodyChunk& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  PendingBody& body = exchange->bodies[static_cast<std::size_t>(record.direction)];
  if (body.closed) {
    givenUpBodyBytes_ += record.bytes.size();
    return false;
  }
  if (body.fresh.empty()) {
    body.fresh = std::move(record.bytes);
  } else {
    body.fresh += record.bytes;
    freeMemory(record.bytes);  // the batch that it came with stays until the next one
  }
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::BodyInFile& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  PendingBody& body = exchange->bodies[static_cast<std::size_t>(record.direction)];
  if (body.closed) return false;
  body.inFile = std::max(body.inFile, record.bytes);
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::ExchangeProgress& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  exchange->row.request.bytes = record.requestBodyBytes;
  exchange->row.response.bytes = record.responseBodyBytes;
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::ExchangeEnded& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  ExchangeRow& row = exchange->row;
  row.state = stateOf(record, row);
  row.phases = record.phases;
  row.request.bytes = record.request.bytes;
  row.request.wireBytes = record.request.wireBytes;
  row.response.bytes = record.response.bytes;
  row.response.wireBytes = record.response.wireBytes;
  row.error = std::move(record.error);
  row.upstreamAddress = std::move(record.upstreamAddress);
  row.upstreamReused = record.upstreamReused;
  row.profile = std::move(record.profile);
  row.heldBackUs = record.heldBackUs;
  exchange->requestTrailers = std::move(record.requestTrailers);
  exchange->responseTrailers = std::move(record.responseTrailers);
  exchange->ended = true;
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::ClientIdentified& record) {
  if (!record.connection) return false;
  identifiedClients_.push_back(std::move(record));
  return true;
}

bool Backlog::take(capture::MessagePassed& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  exchange->messages.push_back(std::move(record));
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::TlsSeen& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  exchange->tls.push_back(std::move(record));
  touch(*exchange);
  return true;
}

bool Backlog::take(capture::Annotated& record) {
  PendingExchange* exchange = find(record.exchange);
  if (exchange == nullptr) return false;
  exchange->annotated = std::move(record);
  touch(*exchange);
  return true;
}

bool Backlog::expectsBody(BodyKey key) const {
  const auto at = exchanges_.find(key.exchange);
  return at != exchanges_.end() && !at->second.bodies[static_cast<std::size_t>(key.direction)].closed;
}

// Nothing belongs to an exchange after its end.
PendingExchange* Backlog::find(ExchangeId id) {
  const auto at = exchanges_.find(id);
  return at == exchanges_.end() || at->second.ended ? nullptr : &at->second;
}

void Backlog::touch(PendingExchange& exchange) {
  if (!std::exchange(exchange.dirty, true)) dirtyExchanges_.push_back(&exchange);
}

void Backlog::touch(PendingConnection& connection) {
  if (!std::exchange(connection.dirty, true)) dirtyConnections_.push_back(&connection);
}

std::size_t Backlog::committed() {
  for (PendingExchange* exchange : dirtyExchanges_) {
    exchange->inserted = true;
    freeMemory(exchange->requestHead);
    freeMemory(exchange->responseHead);
    for (PendingBody& body : exchange->bodies) {
      body.storedBytes = body.nextStoredBytes;
      body.place = body.nextPlace;
      freeMemory(body.fresh);
    }
    exchange->messages.clear();
    exchange->tls.clear();
    exchange->annotated.reset();
  }
  for (PendingConnection* connection : dirtyConnections_) connection->inserted = true;
  forgetEnded();
  return release();
}

std::size_t Backlog::discardDirty() {
  for (PendingExchange* exchange : dirtyExchanges_) exchange->ended = true;
  for (PendingConnection* connection : dirtyConnections_) connection->closedAt = connection->openedAt;
  forgetEnded();
  return release();
}

std::uint64_t Backlog::freshBodyBytes() const {
  std::uint64_t bytes = 0;
  for (const PendingExchange* exchange : dirtyExchanges_) {
    for (const PendingBody& body : exchange->bodies) bytes += body.fresh.size();
    for (const auto& message : exchange->messages) bytes += message.payload.size();
  }
  return bytes;
}

std::size_t Backlog::giveUpBodies() {
  std::size_t bytes = 0;
  for (PendingExchange* exchange : dirtyExchanges_) {
    for (PendingBody& body : exchange->bodies) {
      if (body.fresh.empty()) continue;
      bytes += body.fresh.size();
      freeMemory(body.fresh);
      body.closed = true;
    }
    for (auto& message : exchange->messages) {
      bytes += message.payload.size();
      freeMemory(message.payload);
    }
  }
  givenUpBodyBytes_ += bytes;
  bytes = std::min(bytes, heldBytes_);
  heldBytes_ -= bytes;
  return bytes;
}

void Backlog::forgetEnded() {
  for (PendingExchange* exchange : dirtyExchanges_) {
    exchange->dirty = false;
    if (exchange->ended) exchanges_.erase(exchange->row.id);
  }
  for (PendingConnection* connection : dirtyConnections_) {
    connection->dirty = false;
    if (connection->closedAt) connections_.erase(connection->id);
  }
}

std::size_t Backlog::release() {
  dirtyExchanges_.clear();
  dirtyConnections_.clear();
  identifiedClients_.clear();
  return std::exchange(heldBytes_, 0);
}

void Backlog::databaseReplaced() {
  for (auto& [id, exchange] : exchanges_) {
    if (!exchange.inserted) continue;
    exchange.inserted = false;
    for (PendingBody& body : exchange.bodies) {
      if (body.storedBytes == 0 && body.inFile == 0) continue;
      body = {};
      body.closed = true;
    }
    touch(exchange);
  }
  for (auto& [id, connection] : connections_) {
    if (std::exchange(connection.inserted, false)) touch(connection);
  }
}

}  // namespace sluice::store
