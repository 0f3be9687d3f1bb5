#include "app/gui/inspector/overview.h"

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/inspector/head_fields.h"
#include "app/gui/text/format.h"
#include "app/gui/text/translate.h"
#include "app/gui/text/visible_text.h"
#include "core/codec/tls/certificate.h"

namespace sluice::gui {
namespace {

constexpr int kUrlCharactersMax = 8 * 1024;

Fact::Tone toneOf(const store::ExchangeRow& row) {
  if (row.status >= 500) return Fact::Tone::Bad;
  if (row.status >= 400) return Fact::Tone::Warning;
  if (row.status >= 300) return Fact::Tone::Redirect;
  return row.status >= 200 ? Fact::Tone::Good : Fact::Tone::Plain;
}

QString bodyText(const capture::BodyTotals& totals) {
  if (totals.bytes == 0) return tr("empty");
  QString text = formatBytes(totals.bytes);
  if (totals.bytes >= 1000) text += u' ' + tr("(%1 bytes)").arg(formatCount(totals.bytes));
  if (totals.capturedBytes < totals.bytes) {
    text += totals.capturedBytes == 0 ? tr(", not recorded") : tr(", the first %1 recorded").arg(formatBytes(totals.capturedBytes));
  }
  return text;
}

void addGeneral(const store::ExchangeRow& row, std::vector<Fact>& facts) {
  const bool tunnel = row.kind == capture::Kind::Tunnel;
  facts.push_back({{}, tunnel ? tr("Tunnel") : tr("Exchange")});
  facts.push_back({tunnel ? tr("Target") : tr("URL"), visibleLine(row.url, kUrlCharactersMax)});
  if (!tunnel) facts.push_back({tr("Method"), visibleLine(row.method, 64)});
  if (row.status != 0) {
    const QString phrase = phraseOf(row.status);
    const QString number = QString::number(row.status);
    facts.push_back({tr("Status"), phrase.isEmpty() ? number : number + u' ' + phrase, toneOf(row)});
  }
  const bool bad = row.state == store::State::Failed || row.state == store::State::CutOff;
  facts.push_back({tr("State"), stateText(row), bad ? Fact::Tone::Bad : Fact::Tone::Plain});
  if (row.error.code != Code::None) facts.push_back({tr("Reason"), errorText(row.error), Fact::Tone::Bad});
  if (row.mark != Mark::None) facts.push_back({tr("Mark"), markText(row.mark)});
  if (!row.comment.empty()) facts.push_back({tr("Comment"), visibleLine(row.comment)});
  if (!row.contentType.empty()) facts.push_back({tr("Content type"), visibleLine(row.contentType)});
}

void addSizes(const store::ExchangeDetails& details, std::vector<Fact>& facts) {
  const store::ExchangeRow& row = details.row;
  facts.push_back({{}, tr("Sizes")});
  if (row.kind == capture::Kind::Tunnel) {
    facts.push_back({tr("Sent by client"), bodyText(row.request)});
    facts.push_back({tr("Sent by target"), bodyText(row.response)});
    return;
  }
  facts.push_back({tr("Request head"), formatBytes(details.requestHead.size())});
  const bool unread = row.request.bytes == 0 && row.state != store::State::Running && announcesBody(details.requestHead);
  facts.push_back({tr("Request body"), unread ? tr("not read") : bodyText(row.request)});
  if (!details.responseHead.empty()) facts.push_back({tr("Response head"), formatBytes(details.responseHead.size())});
  facts.push_back({tr("Response body"), bodyText(row.response)});
}

void addConnection(const store::ExchangeDetails& details, std::vector<Fact>& facts) {
  const store::ExchangeRow& row = details.row;
  facts.push_back({{}, tr("Connection")});
  if (!details.clientAddress.empty()) facts.push_back({tr("Client"), visibleLine(details.clientAddress)});
  if (!details.listener.empty()) facts.push_back({tr("Listener"), visibleLine(details.listener)});
  if (!row.upstreamAddress.empty()) {
    QString upstream = visibleLine(row.upstreamAddress);
    if (row.upstreamReused) upstream += tr(", connection reused");
    facts.push_back({tr("Upstream"), upstream});
  }
  if (row.connection) facts.push_back({tr("Connection"), u'#' + QString::number(row.connection.value)});
}

// What was agreed on, who showed which certificate, and why it was not decrypted where it was not.
void addTls(const store::TlsRow& tls, std::vector<Fact>& facts) {
  facts.push_back({{}, tls.side == Side::Client ? tr("TLS with the client") : tr("TLS with the server")});
  if (!tls.note.empty()) facts.push_back({tr("Note"), visibleLine(tls.note), Fact::Tone::Warning});
  if (!tls.version.empty()) facts.push_back({tr("Version"), visibleLine(tls.version)});
  if (!tls.cipher.empty()) facts.push_back({tr("Cipher"), visibleLine(tls.cipher)});
  if (!tls.protocol.empty()) facts.push_back({tr("Protocol (ALPN)"), visibleLine(tls.protocol)});
  if (!tls.serverName.empty()) facts.push_back({tr("Server name (SNI)"), visibleLine(tls.serverName)});
  if (tls.resumed) facts.push_back({tr("Session"), tr("resumed")});
  if (tls.handshakeUs >= 0) facts.push_back({tr("Handshake"), formatDuration(tls.handshakeUs)});
  for (const auto& certificate : tls::describeChain(tls.chain)) {
    facts.push_back({tr("Certificate"), visibleLine(certificate.subject)});
    if (!certificate.names.empty()) {
      QStringList names;
      for (const auto& each : certificate.names) names << visibleLine(each);
      facts.push_back({tr("For"), names.join(QStringLiteral(", "))});
    }
    facts.push_back({tr("Issued by"), visibleLine(certificate.issuer)});
    facts.push_back({tr("Valid"), tr("%1 to %2").arg(visibleLine(tls::dateOf(certificate.validFrom)),
                                                     visibleLine(tls::dateOf(certificate.validUntil)))});
  }
}

void addTimes(const store::ExchangeRow& row, std::vector<Fact>& facts) {
  facts.push_back({{}, tr("Times")});
  facts.push_back({tr("Started"), formatDateTime(row.startedAt)});
  if (row.phases.finishedUs < 0) return;
  facts.push_back({tr("Ended"), formatDateTime(row.startedAt + Micros(row.phases.finishedUs))});
  facts.push_back({tr("Duration"), formatDuration(row.phases.finishedUs)});
  if (!row.profile.empty()) facts.push_back({tr("Slowed down by"), profileText(row.profile)});
  if (row.heldBackUs > 0) facts.push_back({tr("Held back"), formatDuration(row.heldBackUs)});
}

}  // namespace

std::vector<Fact> overviewOf(const store::ExchangeDetails& details) {
  std::vector<Fact> facts;
  addGeneral(details.row, facts);
  addTimes(details.row, facts);
  addSizes(details, facts);
  addConnection(details, facts);
  for (const auto& tls : details.tls) addTls(tls, facts);
  return facts;
}

}  // namespace sluice::gui
