#include "app/cli/json.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>
#include <vector>

#include "app/cli/names.h"
#include "app/cli/text.h"
#include "core/codec/tls/certificate.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

// An object whose texts come from traffic. Those that held bytes that are no UTF-8 are named in its "escaped".
class ObjectWithText {
 public:
  ObjectWithText() : object_(Json::object()) {}

  Json& operator[](const char* key) { return object_[key]; }

  void text(const char* key, std::string_view value) {
    auto converted = asUtf8(value);
    object_[key] = std::move(converted.text);
    if (converted.escaped) escaped_.emplace_back(key);
  }

  Json take() {
    if (!escaped_.empty()) object_["escaped"] = escaped_;
    return std::move(object_);
  }

 private:
  Json object_;
  std::vector<std::string> escaped_;
};

Json errorOrNull(const Error& error) {
  if (error.code == Code::None) return nullptr;
  ObjectWithText object;
  object["side"] = name(error.side);
  object["code"] = name(error.code);
  object["systemCode"] = error.systemCode;
  object.text("message", describe(error));
  return object.take();
}

// A time of a phase; null: it was not reached.
Json phase(std::int64_t us) { return us < 0 ? Json(nullptr) : Json(us); }

Json phases(const capture::Phases& phases) {
  Json object;
  object["resolved"] = phase(phases.resolvedUs);
  object["connected"] = phase(phases.connectedUs);
  object["requestSent"] = phase(phases.requestSentUs);
  object["responseFirst"] = phase(phases.responseFirstUs);
  object["responseHead"] = phase(phases.responseHeadUs);
  object["finished"] = phase(phases.finishedUs);
  return object;
}

Json body(const capture::BodyTotals& totals) {
  Json object;
  object["bytes"] = totals.bytes;
  object["capturedBytes"] = totals.capturedBytes;
  object["wireBytes"] = totals.wireBytes;
  return object;
}

void describeRow(ObjectWithText& object, const store::ExchangeRow& row) {
  object["id"] = row.id.value;
  object["kind"] = kindName(row.kind);
  object["state"] = store::name(row.state);
  object.text("method", row.method);
  object.text("url", row.url);
  object.text("scheme", row.scheme);
  object.text("host", row.host);
  object["port"] = row.port;
  object.text("path", row.path);
  object["status"] = row.status == 0 ? Json(nullptr) : Json(row.status);
  object.text("contentType", row.contentType);
  object["startedAt"] = isoTime(row.startedAt);
  object["phasesUs"] = phases(row.phases);
  object["requestBody"] = body(row.request);
  object["responseBody"] = body(row.response);
  object["error"] = errorOrNull(row.error);
  object.text("upstreamAddress", row.upstreamAddress);
  object["upstreamReused"] = row.upstreamReused;
  const auto profile = Json::parse(row.profile, nullptr, /*allow_exceptions=*/false);
  object["profile"] = profile.is_object() ? profile : Json(nullptr);
  object["heldBackUs"] = row.heldBackUs;
  object["connection"] = row.connection ? Json(row.connection.value) : Json(nullptr);
  object.text("program", row.clientProgram);
  object["mark"] = row.mark == Mark::None ? Json(nullptr) : Json(name(row.mark));
  object.text("comment", row.comment);
}

Json listener(const control::ListenerStatus& status) {
  ObjectWithText object;
  object.text("spec", status.spec);
  object.text("kind", status.kind);
  object.text("address", status.address);
  return object.take();
}

}  // namespace

Json toJson(const control::StatusSample& sample) {
  ObjectWithText object;
  object["at"] = isoTime(sample.at);
  object["openConnections"] = sample.openConnections;
  object["bytesUp"] = sample.bytesUp;
  object["bytesDown"] = sample.bytesDown;
  object["upBytesPerSecond"] = sample.upBytesPerSecond;
  object["downBytesPerSecond"] = sample.downBytesPerSecond;
  object["capture"] = captureName(sample.capture);
  object["recorderQueueBytes"] = sample.recorderQueueBytes;
  object["recorderQueueRecords"] = sample.recorderQueueRecords;
  object["refusedBodyBytes"] = sample.refusedBodyBytes;
  object["droppedExchanges"] = sample.droppedExchanges;
  object["databaseBytes"] = sample.databaseBytes;
  object.text("storeError", sample.storeError);
  object["workers"] = sample.workers;
  object["workerRestarts"] = sample.workerRestarts;
  object["queuedMessages"] = sample.queuedMessages;
  object["chunks"] = sample.chunks;
  object["chunksInUse"] = sample.chunksInUse;
  object["backPressureEvents"] = sample.backPressureEvents;
  object["cutBodies"] = sample.cutBodies;
  object["badRecords"] = sample.badRecords;
  return object.take();
}

Json toJson(const control::StatusReply& status) {
  ObjectWithText object;
  object["pid"] = status.pid;
  object.text("version", status.version);
  object["startedAt"] = isoTime(status.startedAt);
  object["uptimeSeconds"] = static_cast<double>(status.uptime.count()) / 1e6;
  object.text("dataDir", status.dataDir);
  object["listeners"] = Json::array();
  for (const auto& one : status.listeners) object["listeners"].push_back(listener(one));
  object["exchanges"] = status.exchangesTotal;
  object["bugsSurvived"] = status.bugsSurvived;
  object.text("storeNotice", status.storeNotice);
  object["now"] = toJson(status.now);
  return object.take();
}

Json toJson(const control::ConnectionRow& row) {
  ObjectWithText object;
  object["id"] = row.connection.value;
  object["state"] = connectionStateName(row.state);
  object.text("client", row.clientAddress);
  object.text("listener", row.listener);
  object.text("target", row.target);
  object["exchange"] = row.exchange ? Json(row.exchange.value) : Json(nullptr);
  object["exchanges"] = row.exchanges;
  object["openedAt"] = isoTime(row.openedAt);
  object["bytesUp"] = row.bytesUp;
  object["bytesDown"] = row.bytesDown;
  object.text("program", row.program);
  object["process"] = row.process == 0 ? Json(nullptr) : Json(row.process);
  object["limit"] = row.limit.empty() ? Json(nullptr) : Json::parse(row.limit, nullptr, false);
  return object.take();
}

Json toJson(const store::ExchangeRow& row) {
  ObjectWithText object;
  describeRow(object, row);
  return object.take();
}

namespace {

Json toJson(const store::TlsRow& tls) {
  ObjectWithText object;
  object["side"] = name(tls.side);
  object.text("version", tls.version);
  object.text("cipher", tls.cipher);
  object.text("protocol", tls.protocol);
  object.text("serverName", tls.serverName);
  object["resumed"] = tls.resumed;
  object["handshakeUs"] = tls.handshakeUs < 0 ? Json(nullptr) : Json(tls.handshakeUs);
  object.text("note", tls.note);
  auto& certificates = object["certificates"] = Json::array();
  for (const auto& each : tls::describeChain(tls.chain)) {
    ObjectWithText certificate;
    certificate.text("subject", each.subject);
    certificate.text("issuer", each.issuer);
    certificate["names"] = each.names;
    certificate["serial"] = each.serial;
    certificate.text("key", each.key);
    certificate["sha256"] = each.sha256;
    certificate["validFrom"] = isoTime(each.validFrom);
    certificate["validUntil"] = isoTime(each.validUntil);
    certificates.push_back(certificate.take());
  }
  return object.take();
}

}  // namespace

Json toJson(const store::ExchangeDetails& details) {
  ObjectWithText object;
  describeRow(object, details.row);
  object.text("client", details.clientAddress);
  object["process"] = details.clientProcess == 0 ? Json(nullptr) : Json(details.clientProcess);
  object.text("listener", details.listener);
  object["tls"] = Json::array();
  for (const auto& tls : details.tls) object["tls"].push_back(toJson(tls));
  object.text("requestHead", details.requestHead);
  object.text("requestTrailers", details.requestTrailers);
  object.text("responseHead", details.responseHead);
  object.text("responseTrailers", details.responseTrailers);
  return object.take();
}

Json toJson(const store::MessageRow& message) {
  ObjectWithText object;
  object["id"] = message.id;
  object["from"] = senderName(message.direction);
  object["kind"] = messageKindName(message.opcode);
  object["opcode"] = message.opcode;
  object["at"] = isoTime(message.at);
  object["bytes"] = message.bytes;
  object["wireBytes"] = message.wireBytes;
  object["compressed"] = message.compressed;
  object.text("payload", message.payload);
  object["payloadBytes"] = message.payload.size();
  object.text("fault", message.fault);
  return object.take();
}

std::string line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string pretty(const Json& value) { return value.dump(2, ' ', false, Json::error_handler_t::replace); }

}  // namespace sluice::cli
