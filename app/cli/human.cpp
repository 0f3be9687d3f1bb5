#include "app/cli/human.h"

#include "app/cli/names.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "core/codec/tls/certificate.h"
#include "core/throttle/profile_json.h"

namespace sluice::cli {
namespace {

using Align = Table::Align;

constexpr std::size_t kLabelWidth = 13;

// "Label        value", one line; nothing at all for an empty value.
void field(std::string& out, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  out += label;
  out.append(label.size() < kLabelWidth ? kLabelWidth - label.size() : 1, ' ');
  out.append(value).append("\n");
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return grouped(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string captureText(const control::StatusSample& sample) {
  switch (sample.capture) {
    case control::CaptureState::Off: return "off";
    case control::CaptureState::On: return "on";
    case control::CaptureState::Failed: break;
  }
  return "paused: " + visibleLine(sample.storeError);
}

std::string workersText(const control::StatusSample& sample) {
  std::string text = plural(sample.workers, "process", "processes");
  if (sample.workerRestarts > 0) text += ", restarted " + plural(sample.workerRestarts, "time", "times") + " after a crash";
  if (sample.badRecords > 0) text += ", " + plural(sample.badRecords, "record", "records") + " refused";
  return text;
}

std::string lostText(const control::StatusSample& sample) {
  if (sample.refusedBodyBytes == 0 && sample.droppedExchanges == 0) return {};
  return byteCount(sample.refusedBodyBytes) + " of bodies and " +
         plural(sample.droppedExchanges, "exchange", "exchanges") + ", because the recorder lagged or was paused";
}

std::string stateText(const store::ExchangeRow& row) { return std::string(store::name(row.state)); }

std::string statusText(const store::ExchangeRow& row) { return row.status == 0 ? "-" : std::to_string(row.status); }

// A method is a word; what a broken client sends in its place must not tear the table apart.
std::string methodText(const store::ExchangeRow& row) {
  constexpr std::size_t kShownMax = 20;
  const auto text = visibleLine(std::string_view(row.method).substr(0, kShownMax));
  return row.method.size() > kShownMax ? text + "..." : text;
}

// A screen or two of it: the rest would be scrolled over. "show" has all of it.
std::string listedText(std::string_view text) {
  constexpr std::size_t kShownMax = 1000;
  if (text.size() <= kShownMax) return visibleLine(text);
  std::size_t end = 0;
  while (end < kShownMax) end += std::max<std::size_t>(1, utf8Length(text.substr(end, 4)));
  return visibleLine(text.substr(0, end)) + "…";
}

std::string durationText(const store::ExchangeRow& row) {
  return row.phases.finishedUs < 0 ? "-" : duration(Micros(row.phases.finishedUs));
}

std::string errorText(const Error& error) {
  return error.code == Code::None ? std::string() : std::string(name(error.side)) + ": " + visibleLine(describe(error));
}

std::string bodyText(const capture::BodyTotals& totals, std::optional<std::uint64_t> decoded) {
  auto text = byteCount(totals.bytes);
  if (totals.bytes >= 1000) text += " (" + grouped(totals.bytes) + " bytes)";
  if (totals.wireBytes > 0) text += ", with head and framing " + grouped(totals.wireBytes) + " bytes";
  if (decoded) text += ", decoded " + grouped(*decoded) + " bytes";
  if (totals.capturedBytes < totals.bytes) text += ", of these recorded: " + grouped(totals.capturedBytes) + " bytes";
  return text;
}

std::string phasesText(const capture::Phases& phases) {
  std::string text;
  const auto add = [&text](std::string_view label, std::int64_t us) {
    if (us < 0) return;
    text.append(text.empty() ? "" : ", ").append(label).append(" ").append(duration(Micros(us)));
  };
  add("resolved", phases.resolvedUs);
  add("connected", phases.connectedUs);
  add("request sent", phases.requestSentUs);
  add("first byte", phases.responseFirstUs);
  add("response head", phases.responseHeadUs);
  add("finished", phases.finishedUs);
  return text;
}

void block(std::string& out, std::string_view title, std::string_view raw) {
  if (raw.empty()) return;
  out.append("\n").append(title).append("\n").append(visibleText(raw));
  if (out.back() != '\n') out += '\n';
}

// "TLSv1.3, TLS_AES_256_GCM_SHA384, http/1.1, resumed, handshake 12 ms".
std::string tlsText(const store::TlsRow& tls) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text.append(text.empty() ? "" : ", ").append(part);
  };
  add(visibleLine(tls.version));
  add(visibleLine(tls.cipher));
  add(visibleLine(tls.protocol));
  if (!tls.serverName.empty()) add("for " + visibleLine(tls.serverName));
  if (tls.resumed) add("resumed");
  if (tls.handshakeUs >= 0) add("handshake " + duration(Micros(tls.handshakeUs)));
  add(visibleLine(tls.note));
  return text;
}

void tlsFields(std::string& out, const store::TlsRow& tls) {
  field(out, tls.side == Side::Client ? "TLS client" : "TLS server", tlsText(tls));
  for (const auto& certificate : tls::describeChain(tls.chain)) {
    std::string names;
    for (const auto& each : certificate.names) names += (names.empty() ? ", for " : ", ") + each;
    field(out, "Certificate", visibleLine(certificate.subject + names + ", issued by " + certificate.issuer + ", valid " +
                                          tls::dateOf(certificate.validFrom) + " to " + tls::dateOf(certificate.validUntil)));
  }
}

std::string programText(const store::ExchangeDetails& details) {
  if (details.row.clientProgram.empty()) return {};
  return visibleLine(details.row.clientProgram) + ", process " + std::to_string(details.clientProcess);
}

}  // namespace

std::string describe(const control::StatusReply& status) {
  std::string out;
  const auto& now = status.now;
  field(out, "Engine", "sluiced " + visibleLine(status.version) + ", process " + std::to_string(status.pid) + ", up " +
                           duration(status.uptime));
  field(out, "Data", visibleLine(status.dataDir));
  if (status.listeners.empty()) field(out, "Listening", "nowhere");
  for (const auto& listener : status.listeners) {
    field(out, "Listening", visibleLine(listener.kind) + ' ' + visibleLine(listener.address));
  }
  field(out, "Connections", grouped(now.openConnections) + " open");
  field(out, "Up", byteCount(now.bytesUp) + ", now " + rate(now.upBytesPerSecond));
  field(out, "Down", byteCount(now.bytesDown) + ", now " + rate(now.downBytesPerSecond));
  field(out, "Recording", captureText(now));
  field(out, "Recorded", plural(status.exchangesTotal, "exchange", "exchanges") + ", database " + byteCount(now.databaseBytes));
  field(out, "Waiting", byteCount(now.recorderQueueBytes) + " to be written");
  field(out, "Not kept", lostText(now));
  field(out, "Workers", workersText(now));
  if (now.chunks > 0) {
    field(out, "Shared", grouped(now.chunksInUse) + " of " + grouped(now.chunks) + " chunks in use, " +
                             plural(now.queuedMessages, "message", "messages") + " queued, ran out " +
                             plural(now.backPressureEvents, "time", "times"));
  }
  field(out, "Note", visibleLine(status.storeNotice));
  if (status.bugsSurvived > 0) field(out, "Bugs", grouped(status.bugsSurvived) + " survived; the engine's log names them");
  return out;
}

std::string describe(const control::ConnectionsReply& connections, WallTime now) {
  Table table({{"ID", Align::Right}, {"STATE"}, {"AGE", Align::Right}, {"UP", Align::Right}, {"DOWN", Align::Right},
               {"EXCHANGES", Align::Right}, {"CLIENT"}, {"PROGRAM"}, {"TARGET"}});
  for (const auto& row : connections.rows) {
    table.add({std::to_string(row.connection.value), std::string(connectionStateName(row.state)),
               duration(std::max(Micros(0), now - row.openedAt)), byteCount(row.bytesUp), byteCount(row.bytesDown),
               std::to_string(row.exchanges), visibleLine(row.clientAddress),
               visibleLine(programName(row.program)), visibleLine(row.target)});
  }
  auto out = table.text();
  const auto left = connections.total - std::min<std::uint64_t>(connections.total, connections.rows.size());
  if (left > 0) out += "and " + grouped(left) + " more\n";
  return out;
}

std::string describe(const std::vector<store::ExchangeRow>& rows) {
  Table table({{"ID", Align::Right}, {"STATE"}, {"METHOD"}, {"STATUS", Align::Right}, {"SIZE", Align::Right},
               {"TIME", Align::Right}, {"URL"}});
  for (const auto& row : rows) {
    table.add({std::to_string(row.id.value), stateText(row), methodText(row), statusText(row),
               byteCount(row.response.bytes), durationText(row), listedText(row.url)});
  }
  return table.text();
}

std::string describe(const store::ExchangeDetails& details, const DecodedSizes& decoded) {
  const auto& row = details.row;
  std::string out;
  field(out, "Exchange", std::to_string(row.id.value) + ", " + std::string(kindName(row.kind)) + ", " + stateText(row));
  if (row.mark != Mark::None) field(out, "Mark", std::string(name(row.mark)));
  field(out, "Comment", visibleLine(row.comment));
  field(out, "Request", visibleLine(row.method) + ' ' + visibleLine(row.url));
  field(out, "Status", statusText(row));
  field(out, "Error", errorText(row.error));
  field(out, "Started", localTime(row.startedAt));
  field(out, "Times", phasesText(row.phases));
  field(out, "Client", visibleLine(details.clientAddress));
  field(out, "Program", programText(details));
  field(out, "Listener", visibleLine(details.listener));
  field(out, "Upstream", visibleLine(row.upstreamAddress) + (row.upstreamReused ? ", reused connection" : ""));
  for (const auto& tls : details.tls) tlsFields(out, tls);
  if (const auto profile = throttle::profileFromJson(row.profile)) {
    const auto name = profile->name.empty() ? std::string("limits of its own") : visibleLine(profile->name);
    field(out, "Slowed by", name + ", held back for " + duration(Micros(row.heldBackUs)));
  }
  field(out, "Sent", bodyText(row.request, decoded.request));
  field(out, "Received", bodyText(row.response, decoded.response));
  block(out, "Request head", details.requestHead);
  block(out, "Request trailers", details.requestTrailers);
  block(out, "Response head", details.responseHead);
  block(out, "Response trailers", details.responseTrailers);
  return out;
}

std::string describe(const std::vector<store::MessageRow>& messages, WallTime startedAt) {
  constexpr std::size_t kShownMax = 200;
  std::string out;
  for (const auto& message : messages) {
    out += "+" + duration(std::max(Micros(0), message.at - startedAt)) + "  " + std::string(senderName(message.direction)) + "  " +
           std::string(messageKindName(message.opcode)) + "  " + byteCount(message.bytes);
    if (message.compressed) out += " (" + byteCount(message.wireBytes) + " compressed)";
    out += "  " + visibleLine(std::string_view(message.payload).substr(0, kShownMax));
    if (message.bytes > std::min(kShownMax, message.payload.size())) out += "...";
    if (!message.fault.empty()) out += "  [" + visibleLine(message.fault) + "]";
    out += '\n';
  }
  return out;
}

std::string describeLine(const control::StatusSample& sample) {
  return grouped(sample.openConnections) + " open   up " + rate(sample.upBytesPerSecond) + "   down " +
         rate(sample.downBytesPerSecond);
}

std::string describeLine(const store::ExchangeRow& row) {
  std::string out = std::to_string(row.id.value) + "  " + stateText(row) + "  " + methodText(row) + ' ' +
                    listedText(row.url) + "  " + statusText(row) + "  " + byteCount(row.response.bytes) + "  " +
                    durationText(row);
  if (row.error.code != Code::None) out += "  " + listedText(errorText(row.error));
  return out += '\n';
}

}  // namespace sluice::cli
