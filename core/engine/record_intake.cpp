#include "core/engine/record_intake.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/capture/record_codec.h"
#include "core/port/wire.h"

namespace sluice::engine {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr auto kRequest = std::size_t(capture::Direction::Request);
constexpr auto kResponse = std::size_t(capture::Direction::Response);

}  // namespace

RecordIntake::RecordIntake(capture::Sink& sink, std::function<bool(std::size_t)> mayRecord, OpenIds& open)
    : sink_(sink), mayRecord_(std::move(mayRecord)), open_(open) {}

RecordIntake::~RecordIntake() {
  for (const auto& [exchange, known] : exchanges_) open_.exchanges.erase(exchange);
  for (const auto connection : connections_) open_.connections.erase(connection);
}

void RecordIntake::add(std::vector<port::ReceivedBuffer> buffers) {
  Message message{std::move(buffers), 0};
  for (const auto& each : message.buffers) message.bytes += each.bytes().size();
  if (message.bytes == 0) return;
  waitingBytes_ += message.bytes;
  pending_.push_back(std::move(message));
  pump();
}

void RecordIntake::pump() {
  while (!pending_.empty() && takeFront()) {
  }
  if (gone_ && pending_.empty()) endAll();
}

// False: the recorder has no room.
bool RecordIntake::takeFront() {
  const Message& message = pending_.front();
  if (!mayRecord_(std::min(copied_.size() + message.bytes, limits::kRecordsAtOnceBytesMax))) return false;
  referredBytes_ = 0;
  Bytes rest = message.buffers[0].bytes();
  while (rest.size() >= kLengthBytes) {
    const auto word = port::copyOf<std::uint32_t>(rest);
    const std::size_t length = word == kIsReference ? sizeof(BodyReference) : word & ~kGoesOn;
    rest = rest.subspan(kLengthBytes);
    if (length > rest.size()) break;
    if (word == kIsReference) {
      takeReference(message, port::copyOf<BodyReference>(rest));
    } else {
      take(rest.first(length), (word & kGoesOn) != 0);
    }
    rest = rest.subspan(length);
  }
  if (!rest.empty()) ++badRecords_;
  waitingBytes_ -= message.bytes;
  pending_.pop_front();
  return true;
}

// Read where nobody else can change it between a look and its use.
void RecordIntake::take(Bytes piece, bool goesOn) {
  if (piece.size() > kRecordBytesMax - copied_.size()) {
    ++badRecords_;
    copied_.clear();
    return;
  }
  copied_.append(asText(piece));
  if (goesOn) return;
  auto record = capture::decode(asBytes(copied_));
  copied_.clear();
  if (!record) {
    ++badRecords_;
    return;
  }
  judgeAndGive(std::move(*record));
}

void RecordIntake::takeReference(const Message& message, const BodyReference& reference) {
  const auto direction = static_cast<capture::Direction>(reference.direction);
  const bool known = direction == capture::Direction::Request || direction == capture::Direction::Response;
  if (!known || reference.buffer == 0 || reference.buffer >= message.buffers.size()) {
    ++badRecords_;
    return;
  }
  // Each byte is referred to once: what few words refer to must not become more than what came.
  if (reference.size > message.bytes - referredBytes_) {
    ++badRecords_;
    return;
  }
  if (find(ExchangeId{reference.exchange}) == nullptr) return;
  referredBytes_ += reference.size;
  const Bytes all = message.buffers[reference.buffer].bytes();
  if (reference.offset > all.size() || reference.size > all.size() - reference.offset) {
    ++badRecords_;
    return;
  }
  const Bytes body = all.subspan(reference.offset, reference.size);
  judgeAndGive(capture::BodyChunk{ExchangeId{reference.exchange}, direction, std::string(asText(body))});
}

void RecordIntake::judgeAndGive(capture::Record record) {
  const auto verdict = judge(record);
  if (verdict == Verdict::Bad) ++badRecords_;
  if (verdict == Verdict::Good) give(std::move(record));
}

RecordIntake::Open* RecordIntake::find(ExchangeId exchange) {
  const auto found = exchanges_.find(exchange);
  return found == exchanges_.end() ? nullptr : &found->second;
}

// Whether it is the worker's from here on: nobody's, and not one too many.
template <class AnyId, class Mine>
bool RecordIntake::mayClaim(AnyId id, const Mine& mine, std::unordered_set<AnyId>& all) {
  return id && mine.size() < kOpenMax && all.insert(id).second;
}

// Whether the worker may say this: exchanges of other workers are not its business. What it dropped the beginning of, for
// want of memory, is unknown here as well.
RecordIntake::Verdict RecordIntake::judge(const capture::Record& record) {
  const auto goodIf = [](bool good) { return good ? Verdict::Good : Verdict::Bad; };
  const auto knownIf = [](bool known) { return known ? Verdict::Good : Verdict::Unknown; };
  if (const auto* opened = std::get_if<capture::ConnectionOpened>(&record)) {
    if (!mayClaim(opened->connection, connections_, open_.connections)) return Verdict::Bad;
    connections_.insert(opened->connection);
    return Verdict::Good;
  }
  if (const auto* closed = std::get_if<capture::ConnectionClosed>(&record)) {
    if (connections_.erase(closed->connection) == 0) return Verdict::Unknown;
    open_.connections.erase(closed->connection);
    return Verdict::Good;
  }
  if (const auto* client = std::get_if<capture::ClientIdentified>(&record)) {
    // May come after all that it is about.
    return goodIf(connections_.contains(client->connection) || !open_.connections.contains(client->connection));
  }
  if (std::holds_alternative<capture::Annotated>(record)) return Verdict::Bad;  // people say such things, not workers
  if (const auto* started = std::get_if<capture::ExchangeStarted>(&record)) {
    if (!mayClaim(started->exchange, exchanges_, open_.exchanges)) return Verdict::Bad;
    exchanges_.emplace(started->exchange, Open());
    return Verdict::Good;
  }
  const auto exchange = std::visit(
      [](const auto& each) {
        if constexpr (requires { each.exchange; }) return each.exchange;
        return ExchangeId{};
      },
      record);
  return knownIf(find(exchange) != nullptr);
}

void RecordIntake::give(capture::Record record) {
  if (const auto* progress = std::get_if<capture::ExchangeProgress>(&record)) {
    find(progress->exchange)->passed = {progress->requestBodyBytes, progress->responseBodyBytes};
  } else if (const auto* file = std::get_if<capture::BodyInFile>(&record)) {
    find(file->exchange)->captured[std::size_t(file->direction)] = file->bytes;
  } else if (auto* end = std::get_if<capture::ExchangeEnded>(&record)) {
    const auto open = *find(end->exchange);
    if (open.cut[kRequest]) end->request.capturedBytes = open.captured[kRequest];
    if (open.cut[kResponse]) end->response.capturedBytes = open.captured[kResponse];
    exchanges_.erase(end->exchange);
    open_.exchanges.erase(end->exchange);
  } else if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) {
    auto& open = *find(chunk->exchange);
    const auto direction = std::size_t(chunk->direction);
    const std::size_t bytes = chunk->bytes.size();
    if (open.cut[direction] || !sink_.record(std::move(record))) {
      open.cut[direction] = true;
    } else {
      open.captured[direction] += bytes;
    }
    return;
  }
  sink_.record(std::move(record));
}

void RecordIntake::workerGone(Error why, std::function<WallTime()> now) {
  gone_ = true;
  why_ = std::move(why);
  now_ = std::move(now);
  pump();
}

void RecordIntake::endAll() {
  std::vector<std::pair<ExchangeId, Open>> open(exchanges_.begin(), exchanges_.end());
  std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [exchange, known] : open) {
    capture::ExchangeEnded end;
    end.exchange = exchange;
    end.at = now_();
    end.error = why_;
    end.request = {std::max(known.passed[kRequest], known.captured[kRequest]), known.captured[kRequest], 0};
    end.response = {std::max(known.passed[kResponse], known.captured[kResponse]), known.captured[kResponse], 0};
    sink_.record(std::move(end));
    open_.exchanges.erase(exchange);
  }
  exchanges_.clear();
  for (const auto connection : std::exchange(connections_, {})) {
    sink_.record(capture::ConnectionClosed{connection, now_()});
    open_.connections.erase(connection);
  }
}

}  // namespace sluice::engine
