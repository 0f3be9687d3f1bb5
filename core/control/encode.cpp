#include "core/control/encode.h"

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "core/base/limits.h"
#include "core/control/wire.h"

namespace sluice::control {
namespace {

using flatbuffers::FlatBufferBuilder;
using Text = flatbuffers::Offset<flatbuffers::String>;

// No row takes more than its texts and its numbers.
constexpr std::size_t kRowBytesMax = 5 * (limits::kControlTextBytesMax + 8) + 128;

// As many exchanges as may be annotated at once, with the longest comment, are one request.
constexpr std::size_t kTablesBytesMax = 1024;  // far more than the tables around them take
static_assert(kAnnotatedAtOnceMax * sizeof(std::uint64_t) + kCommentBytesMax + kTablesBytesMax <= limits::kControlRequestBytesMax);

Text text(FlatBufferBuilder& out, std::string_view value) {
  const auto cut = value.substr(0, limits::kControlTextBytesMax);
  return out.CreateString(cut.data(), cut.size());
}

std::int64_t micros(WallTime at) { return at.time_since_epoch().count(); }

template <class T>
std::string framed(FlatBufferBuilder& out, flatbuffers::Offset<T> root, const char* identifier) {
  out.Finish(root, identifier);
  const std::size_t size = out.GetSize();
  std::string frame;
  frame.reserve(4 + size);
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>(size >> shift & 0xff));
  frame.append(reinterpret_cast<const char*>(out.GetBufferPointer()), size);
  return frame;
}

// One overload a message: each gives the offset of its table.

auto table(FlatBufferBuilder& out, const Hello& hello) {
  const auto program = text(out, hello.program);
  const auto version = text(out, hello.version);
  return wire::CreateHello(out, hello.protocol, program, version, hello.pid);
}

auto table(FlatBufferBuilder& out, const GetStatus&) { return wire::CreateGetStatus(out); }
auto table(FlatBufferBuilder& out, const GetConnections&) { return wire::CreateGetConnections(out); }
auto table(FlatBufferBuilder& out, const Subscribe&) { return wire::CreateSubscribe(out); }
auto table(FlatBufferBuilder& out, const Stop&) { return wire::CreateStop(out); }
auto table(FlatBufferBuilder& out, const ClearHistory&) { return wire::CreateClearHistory(out); }
auto table(FlatBufferBuilder& out, const SyncHistory&) { return wire::CreateSyncHistory(out); }
auto table(FlatBufferBuilder& out, const GetProfile&) { return wire::CreateGetProfile(out); }
auto table(FlatBufferBuilder& out, const UseProfile& use) {
  const auto profile = text(out, use.profile);
  return wire::CreateUseProfile(out, profile, static_cast<std::uint8_t>(use.scope), text(out, use.target));
}
auto table(FlatBufferBuilder& out, const SelfTest& test) { return wire::CreateSelfTest(out, text(out, test.profile)); }
auto table(FlatBufferBuilder& out, const SaveProfile& save) { return wire::CreateSaveProfile(out, text(out, save.profile)); }
auto table(FlatBufferBuilder& out, const DeleteProfile& remove) { return wire::CreateDeleteProfile(out, text(out, remove.name)); }

auto table(FlatBufferBuilder& out, const GetPassThrough&) { return wire::CreateGetPassThrough(out); }
auto table(FlatBufferBuilder& out, const SetPassThrough& set) {
  return wire::CreateSetPassThrough(out, text(out, set.host), set.passes);
}
auto table(FlatBufferBuilder& out, const ImportRecords& import) {
  return wire::CreateImportRecords(out, out.CreateVector(reinterpret_cast<const std::uint8_t*>(import.bytes.data()), import.bytes.size()));
}
auto table(FlatBufferBuilder& out, const SetSwitch& set) {
  return wire::CreateSetSwitch(out, static_cast<std::uint8_t>(set.what), set.on);
}
auto table(FlatBufferBuilder& out, const Annotate& annotate) {
  std::vector<std::uint64_t> exchanges;
  for (const ExchangeId id : annotate.exchanges) exchanges.push_back(id.value);
  const auto ids = out.CreateVector(exchanges);
  const auto& [mark, comment] = annotate.annotation;
  return wire::CreateAnnotate(out, ids, mark ? static_cast<std::uint8_t>(*mark) : wire::kAsItIs, comment ? text(out, *comment) : Text());
}
auto table(FlatBufferBuilder& out, const PassThroughReply& reply) {
  std::vector<Text> hosts;
  for (const auto& each : reply.hosts) {
    if (hosts.size() == limits::kPassThroughHostsMax) break;
    hosts.push_back(text(out, each));
  }
  return wire::CreatePassThroughReply(out, out.CreateVector(hosts));
}

auto table(FlatBufferBuilder& out, const ProfileReply& reply) {
  std::vector<Text> own;
  for (const auto& each : reply.own) {
    if (own.size() == limits::kOwnProfilesMax) break;
    own.push_back(text(out, each));
  }
  std::vector<flatbuffers::Offset<wire::ProfileRule>> rules;
  for (const auto& rule : reply.rules) {
    if (rules.size() == limits::kThrottleRulesMax) break;
    const auto target = text(out, rule.target);
    rules.push_back(wire::CreateProfileRule(out, static_cast<std::uint8_t>(rule.scope), target, text(out, rule.profile)));
  }
  const auto profile = text(out, reply.profile);
  const auto owned = out.CreateVector(own);
  return wire::CreateProfileReply(out, profile, owned, out.CreateVector(rules));
}

auto table(FlatBufferBuilder& out, const SelfTestReply& reply) {
  return wire::CreateSelfTestReply(out, text(out, reply.profile), reply.downAsked, reply.downAchieved, reply.upAsked,
                                   reply.upAchieved, reply.roundTripAsked.count(), reply.roundTrip.count(),
                                   reply.jitterAsked.count(), reply.jitter.count());
}
auto table(FlatBufferBuilder& out, const Done&) { return wire::CreateDone(out); }
auto table(FlatBufferBuilder& out, const Stopping&) { return wire::CreateStopping(out); }

auto table(FlatBufferBuilder& out, const StatusSample& sample) {
  return wire::CreateStatusSample(out, micros(sample.at), sample.openConnections, sample.bytesUp, sample.bytesDown,
                                  sample.upBytesPerSecond, sample.downBytesPerSecond,
                                  static_cast<std::uint8_t>(sample.capture), sample.recorderQueueBytes,
                                  sample.recorderQueueRecords, sample.refusedBodyBytes, sample.droppedExchanges,
                                  sample.databaseBytes, text(out, sample.storeError), sample.workers,
                                  sample.workerRestarts, sample.queuedMessages, sample.chunks, sample.chunksInUse,
                                  sample.backPressureEvents, sample.cutBodies, sample.badRecords,
                                  sample.profilesVersion, sample.intercepting, static_cast<std::uint16_t>(sample.storeErrorCode));
}

auto table(FlatBufferBuilder& out, const ListenerStatus& listener) {
  const auto spec = text(out, listener.spec);
  const auto kind = text(out, listener.kind);
  return wire::CreateListener(out, spec, kind, text(out, listener.address));
}

auto table(FlatBufferBuilder& out, const StatusReply& status) {
  std::vector<flatbuffers::Offset<wire::Listener>> listeners;
  for (const auto& listener : status.listeners) {
    if (listeners.size() == limits::kControlListenersMax) break;
    listeners.push_back(table(out, listener));
  }
  const auto version = text(out, status.version);
  const auto dataDir = text(out, status.dataDir);
  const auto notice = text(out, status.storeNotice);
  const auto rows = out.CreateVector(listeners);
  const auto now = table(out, status.now);
  return wire::CreateStatusReply(out, status.pid, version, micros(status.startedAt), status.uptime.count(), dataDir,
                                 rows, status.exchangesTotal, status.bugsSurvived, notice, now);
}

auto table(FlatBufferBuilder& out, const ConnectionRow& row) {
  const auto clientAddress = text(out, row.clientAddress);
  const auto listener = text(out, row.listener);
  const auto target = text(out, row.target);
  const auto program = text(out, row.program);
  const auto limit = text(out, row.limit);
  return wire::CreateConnection(out, row.connection.value, static_cast<std::uint8_t>(row.state), row.exchange.value,
                                micros(row.openedAt), clientAddress, listener, target, row.exchanges, row.bytesUp,
                                row.bytesDown, program, row.process, limit);
}

auto table(FlatBufferBuilder& out, const ConnectionsReply& connections) {
  std::vector<flatbuffers::Offset<wire::Connection>> rows;
  for (const auto& row : connections.rows) {
    const auto bytesSoFar = out.GetSize() + rows.size() * sizeof(rows[0]);
    if (rows.size() == limits::kControlRowsMax || bytesSoFar + 2 * kRowBytesMax > limits::kControlFrameBytesMax) break;
    rows.push_back(table(out, row));
  }
  const auto total = std::max<std::uint64_t>(connections.total, connections.rows.size());
  return wire::CreateConnectionsReply(out, total, out.CreateVector(rows));
}

auto table(FlatBufferBuilder& out, const CloseConnection& close) {
  return wire::CreateCloseConnection(out, close.connection.value);
}

auto table(FlatBufferBuilder& out, const Failure& failure) {
  const auto& error = failure.error;
  return wire::CreateFailure(out, static_cast<std::uint16_t>(error.code), static_cast<std::uint8_t>(error.side),
                             error.systemCode, text(out, error.detail));
}

auto table(FlatBufferBuilder& out, const Changed& changed) {
  return wire::CreateChanged(out, changed.storeVersion, changed.newestExchange.value, changed.exchangesTotal,
                             changed.exchangesOpen);
}

template <class Message>
flatbuffers::Offset<void> body(FlatBufferBuilder& out, const Message& message) {
  return std::visit(
      [&](const auto& value) -> flatbuffers::Offset<void> {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Unknown>) {
          return 0;
        } else {
          return table(out, value).Union();
        }
      },
      message);
}

}  // namespace

std::string encodeRequest(StreamId stream, const Request& request) {
  FlatBufferBuilder out;
  const auto type = static_cast<wire::Request>(request.index());
  const auto offset = body(out, request);
  if (offset.IsNull()) return {};
  return framed(out, wire::CreateRequestFrame(out, stream, type, offset), wire::kRequestIdentifier);
}

std::string encodeReply(StreamId stream, const Reply& reply) {
  FlatBufferBuilder out;
  const auto type = static_cast<wire::Reply>(reply.index());
  const auto offset = body(out, reply);
  if (offset.IsNull()) return {};
  return framed(out, wire::CreateReplyFrame(out, stream, type, offset), wire::kReplyIdentifier);
}

}  // namespace sluice::control
