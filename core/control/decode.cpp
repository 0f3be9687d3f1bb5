#include "core/control/decode.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "core/base/limits.h"
#include "core/control/wire.h"

namespace sluice::control {
namespace {

// FlatBuffers reads numbers in place, so a frame must lie at a multiple of 8. One that does not is copied.
class AlignedFrame {
 public:
  explicit AlignedFrame(Bytes frame) : frame_(frame) {
    if (reinterpret_cast<std::uintptr_t>(frame.data()) % alignof(std::uint64_t) == 0) return;
    copy_ = std::make_unique<std::byte[]>(frame.size());
    std::memcpy(copy_.get(), frame.data(), frame.size());
    frame_ = {copy_.get(), frame.size()};
  }

  const std::uint8_t* data() const { return reinterpret_cast<const std::uint8_t*>(frame_.data()); }
  std::size_t size() const { return frame_.size(); }

 private:
  Bytes frame_;
  std::unique_ptr<std::byte[]> copy_;
};

// Copies texts out of a frame. In a hostile frame a thousand rows may point at one text; so all copies together may be as
// long as the frame, which ours, where each text stands once, never reach.
class TextReader {
 public:
  explicit TextReader(std::size_t frameBytes) : bytesLeft_(frameBytes) {}

  std::string operator()(const flatbuffers::String* text) {
    if (text == nullptr) return {};
    if (text->size() > limits::kControlTextBytesMax || text->size() > bytesLeft_) {
      exceeded_ = true;
      return {};
    }
    bytesLeft_ -= text->size();
    return text->str();
  }

  bool exceeded() const { return exceeded_; }

 private:
  std::size_t bytesLeft_;
  bool exceeded_ = false;
};

// A number that a newer program knows and this one does not reads as `fallback`.
template <class Enum>
Enum enumOr(std::uint8_t value, Enum last, Enum fallback) {
  return value <= static_cast<std::uint8_t>(last) ? static_cast<Enum>(value) : fallback;
}

Hello read(const wire::Hello& from, TextReader& text) {
  return {from.protocol(), text(from.program()), text(from.version()), from.pid()};
}

StatusSample read(const wire::StatusSample& from, TextReader& text) {
  StatusSample sample;
  sample.at = wallTimeFrom(from.at());
  sample.openConnections = from.open_connections();
  sample.bytesUp = from.bytes_up();
  sample.bytesDown = from.bytes_down();
  sample.upBytesPerSecond = from.up_bytes_per_second();
  sample.downBytesPerSecond = from.down_bytes_per_second();
  sample.capture = enumOr(from.capture(), CaptureState::Failed, CaptureState::Off);
  sample.recorderQueueBytes = from.recorder_queue_bytes();
  sample.recorderQueueRecords = from.recorder_queue_records();
  sample.refusedBodyBytes = from.refused_body_bytes();
  sample.droppedExchanges = from.dropped_exchanges();
  sample.databaseBytes = from.database_bytes();
  sample.storeError = text(from.store_error());
  sample.workers = from.workers();
  sample.workerRestarts = from.worker_restarts();
  sample.queuedMessages = from.queued_messages();
  sample.chunks = from.chunks();
  sample.chunksInUse = from.chunks_in_use();
  sample.backPressureEvents = from.back_pressure_events();
  sample.cutBodies = from.cut_bodies();
  sample.badRecords = from.bad_records();
  sample.profilesVersion = from.profiles_version();
  sample.intercepting = from.intercepting();
  sample.storeErrorCode = static_cast<Code>(from.store_error_code());
  return sample;
}

StatusReply read(const wire::StatusReply& from, TextReader& text) {
  StatusReply status;
  status.pid = from.pid();
  status.version = text(from.version());
  status.startedAt = wallTimeFrom(from.started_at());
  status.uptime = Micros(from.uptime_us());
  status.dataDir = text(from.data_dir());
  if (from.listeners() != nullptr) {
    for (const auto* listener : *from.listeners()) {
      status.listeners.push_back({text(listener->spec()), text(listener->kind()), text(listener->address())});
    }
  }
  status.exchangesTotal = from.exchanges_total();
  status.bugsSurvived = from.bugs_survived();
  status.storeNotice = text(from.store_notice());
  if (from.now() != nullptr) status.now = read(*from.now(), text);
  return status;
}

ConnectionRow read(const wire::Connection& from, TextReader& text) {
  ConnectionRow row;
  row.connection = ConnectionId{from.connection()};
  row.state = enumOr(from.state(), ConnectionState::Tunnel, ConnectionState::Exchange);
  row.exchange = ExchangeId{from.exchange()};
  row.openedAt = wallTimeFrom(from.opened_at());
  row.clientAddress = text(from.client_address());
  row.listener = text(from.listener());
  row.target = text(from.target());
  row.exchanges = from.exchanges();
  row.bytesUp = from.bytes_up();
  row.bytesDown = from.bytes_down();
  row.program = text(from.program());
  row.process = from.process();
  row.limit = text(from.limit());
  return row;
}

ConnectionsReply read(const wire::ConnectionsReply& from, TextReader& text) {
  ConnectionsReply connections;
  connections.total = from.total();
  if (from.rows() != nullptr) {
    for (const auto* row : *from.rows()) connections.rows.push_back(read(*row, text));
  }
  return connections;
}

CloseConnection read(const wire::CloseConnection& from, TextReader&) { return {ConnectionId{from.connection()}}; }

Failure read(const wire::Failure& from, TextReader& text) {
  return {Error{static_cast<Code>(from.code()), enumOr(from.side(), Side::Upstream, Side::Local), from.system_code(),
                text(from.detail())}};
}

Changed read(const wire::Changed& from, TextReader&) {
  return {from.store_version(), ExchangeId{from.newest_exchange()}, from.exchanges_total(), from.exchanges_open()};
}

ProfileScope scopeOf(std::uint8_t value) { return enumOr(value, ProfileScope::Connection, ProfileScope::Unknown); }

UseProfile read(const wire::UseProfile& from, TextReader& text) {
  return {text(from.profile()), scopeOf(from.scope()), text(from.target())};
}

SelfTest read(const wire::SelfTest& from, TextReader& text) { return {text(from.profile())}; }

SelfTestReply read(const wire::SelfTestReply& from, TextReader& text) {
  SelfTestReply reply;
  reply.profile = text(from.profile());
  reply.downAsked = from.down_asked();
  reply.downAchieved = from.down_achieved();
  reply.upAsked = from.up_asked();
  reply.upAchieved = from.up_achieved();
  reply.roundTripAsked = Micros(from.round_trip_asked_us());
  reply.roundTrip = Micros(from.round_trip_us());
  reply.jitterAsked = Micros(from.jitter_asked_us());
  reply.jitter = Micros(from.jitter_us());
  return reply;
}

SaveProfile read(const wire::SaveProfile& from, TextReader& text) { return {text(from.profile())}; }

DeleteProfile read(const wire::DeleteProfile& from, TextReader& text) { return {text(from.name())}; }

SetPassThrough read(const wire::SetPassThrough& from, TextReader& text) { return {text(from.host()), from.passes()}; }

// A request has one such field, which lies within it.
ImportRecords read(const wire::ImportRecords& from, TextReader&) {
  const auto* bytes = from.bytes();
  return bytes == nullptr ? ImportRecords() : ImportRecords{std::string(bytes->begin(), bytes->end())};
}

SetSwitch read(const wire::SetSwitch& from, TextReader&) {
  return {enumOr(from.what(), SwitchKind::Interception, SwitchKind::Unknown), from.on()};
}

// A colour of a newer program is one all the same.
Annotate read(const wire::Annotate& from, TextReader& text) {
  Annotate annotate;
  if (from.exchanges() != nullptr) {
    for (const std::uint64_t id : *from.exchanges()) annotate.exchanges.push_back(ExchangeId{id});
  }
  if (from.mark() != wire::kAsItIs) annotate.annotation.mark = enumOr(from.mark(), Mark::Purple, Mark::Red);
  if (from.comment() != nullptr) annotate.annotation.comment = text(from.comment());
  return annotate;
}

PassThroughReply read(const wire::PassThroughReply& from, TextReader& text) {
  PassThroughReply reply;
  if (from.hosts() == nullptr) return reply;
  for (const auto* each : *from.hosts()) {
    if (reply.hosts.size() == limits::kPassThroughHostsMax) break;
    reply.hosts.push_back(text(each));
  }
  return reply;
}

ProfileReply read(const wire::ProfileReply& from, TextReader& text) {
  ProfileReply reply{text(from.profile()), {}, {}};
  if (from.own() != nullptr) {
    for (const auto* each : *from.own()) {
      if (reply.own.size() == limits::kOwnProfilesMax) break;
      reply.own.push_back(text(each));
    }
  }
  if (from.rules() != nullptr) {
    for (const auto* rule : *from.rules()) {
      if (reply.rules.size() == limits::kThrottleRulesMax) break;
      reply.rules.push_back({scopeOf(rule->scope()), text(rule->target()), text(rule->profile())});
    }
  }
  return reply;
}

// The member of a union, or nothing when the frame names a type and carries no table for it.
template <class Message, class Table>
std::optional<Message> member(const Table* table, TextReader& text) {
  if (table == nullptr) return std::nullopt;
  return Message(read(*table, text));
}

// As member(), for messages that have no field.
template <class Message, class Table>
std::optional<Message> empty(const Table* table) {
  if (table == nullptr) return std::nullopt;
  return Message();
}

template <class Message, class Type>
Message unknown(Type type) {
  return Message(Unknown{static_cast<std::uint8_t>(type)});
}

std::optional<Request> readMember(const wire::RequestFrame& frame, TextReader& text) {
  switch (frame.request_type()) {
    case wire::Request::NONE: break;
    case wire::Request::Hello: return member<Request>(frame.request_as_Hello(), text);
    case wire::Request::GetStatus: return empty<GetStatus>(frame.request_as_GetStatus());
    case wire::Request::GetConnections: return empty<GetConnections>(frame.request_as_GetConnections());
    case wire::Request::Subscribe: return empty<Subscribe>(frame.request_as_Subscribe());
    case wire::Request::Stop: return empty<Stop>(frame.request_as_Stop());
    case wire::Request::ClearHistory: return empty<ClearHistory>(frame.request_as_ClearHistory());
    case wire::Request::GetProfile: return empty<GetProfile>(frame.request_as_GetProfile());
    case wire::Request::UseProfile: return member<Request>(frame.request_as_UseProfile(), text);
    case wire::Request::CloseConnection: return member<Request>(frame.request_as_CloseConnection(), text);
    case wire::Request::SaveProfile: return member<Request>(frame.request_as_SaveProfile(), text);
    case wire::Request::SelfTest: return member<Request>(frame.request_as_SelfTest(), text);
    case wire::Request::SyncHistory: return empty<SyncHistory>(frame.request_as_SyncHistory());
    case wire::Request::DeleteProfile: return member<Request>(frame.request_as_DeleteProfile(), text);
    case wire::Request::GetPassThrough: return empty<GetPassThrough>(frame.request_as_GetPassThrough());
    case wire::Request::SetPassThrough: return member<Request>(frame.request_as_SetPassThrough(), text);
    case wire::Request::ImportRecords: return member<Request>(frame.request_as_ImportRecords(), text);
    case wire::Request::Annotate: return member<Request>(frame.request_as_Annotate(), text);
    case wire::Request::SetSwitch: return member<Request>(frame.request_as_SetSwitch(), text);
  }
  return unknown<Request>(frame.request_type());
}

std::optional<Reply> readMember(const wire::ReplyFrame& frame, TextReader& text) {
  switch (frame.reply_type()) {
    case wire::Reply::NONE: break;
    case wire::Reply::Hello: return member<Reply>(frame.reply_as_Hello(), text);
    case wire::Reply::StatusReply: return member<Reply>(frame.reply_as_StatusReply(), text);
    case wire::Reply::ConnectionsReply: return member<Reply>(frame.reply_as_ConnectionsReply(), text);
    case wire::Reply::Done: return empty<Done>(frame.reply_as_Done());
    case wire::Reply::Failure: return member<Reply>(frame.reply_as_Failure(), text);
    case wire::Reply::Changed: return member<Reply>(frame.reply_as_Changed(), text);
    case wire::Reply::StatusSample: return member<Reply>(frame.reply_as_StatusSample(), text);
    case wire::Reply::Stopping: return empty<Stopping>(frame.reply_as_Stopping());
    case wire::Reply::SelfTestReply: return member<Reply>(frame.reply_as_SelfTestReply(), text);
    case wire::Reply::ProfileReply: return member<Reply>(frame.reply_as_ProfileReply(), text);
    case wire::Reply::PassThroughReply: return member<Reply>(frame.reply_as_PassThroughReply(), text);
  }
  return unknown<Reply>(frame.reply_type());
}

// Verifies the whole frame, then reads it. MessageOf is RequestMessage or ReplyMessage.
template <class Frame, class MessageOf>
Result<MessageOf> decode(Bytes bytes, const char* identifier) {
  const AlignedFrame frame(bytes);
  flatbuffers::Verifier::Options options;
  options.max_depth = 8;
  options.max_tables = static_cast<flatbuffers::uoffset_t>(limits::kControlRowsMax) + 2;  // and the two around the rows
  flatbuffers::Verifier verifier(frame.data(), frame.size(), options);
  if (!verifier.VerifyBuffer<Frame>(identifier)) {
    return fail(Side::Local, Code::ProtocolFault, "a control frame that is damaged or of another program");
  }
  const auto* root = flatbuffers::GetRoot<Frame>(frame.data());
  TextReader text(frame.size());
  auto message = readMember(*root, text);
  if (!message || text.exceeded()) return fail(Side::Local, Code::ProtocolFault, "a control frame with impossible contents");
  return MessageOf{root->stream(), *std::move(message)};
}

}  // namespace

Result<RequestMessage> decodeRequest(Bytes frame) {
  return decode<wire::RequestFrame, RequestMessage>(frame, wire::kRequestIdentifier);
}

Result<ReplyMessage> decodeReply(Bytes frame) {
  return decode<wire::ReplyFrame, ReplyMessage>(frame, wire::kReplyIdentifier);
}

}  // namespace sluice::control
