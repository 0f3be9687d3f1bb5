#include "app/gui/exchanges/exchange_text.h"

#include <algorithm>

#include "app/gui/text/translate.h"
#include "app/gui/throttle/profile_picker.h"
#include "app/gui/text/visible_text.h"
#include "core/throttle/profile_json.h"

namespace sluice::gui {
namespace {

// What everybody calls these types; anything else is named by what follows the slash.
struct ShortType {
  const char* mime;
  const char* name;
};
constexpr ShortType kShortTypes[] = {
    {"application/javascript", "js"},
    {"text/javascript", "js"},
    {"application/octet-stream", "binary"},
    {"application/x-www-form-urlencoded", "form"},
    {"multipart/form-data", "multipart"},
    {"text/plain", "text"},
    {"text/event-stream", "event stream"},
    {"image/svg+xml", "svg"},
    {"application/x-ndjson", "ndjson"},
    {"application/grpc", "grpc"},
    {"application/vnd.ms-fontobject", "font"},
    {"image/vnd.microsoft.icon", "ico"},
    {"image/x-icon", "ico"},
    {"application/x-protobuf", "protobuf"},
};

QString shortTypeOf(const QString& contentType) {
  const QString mime = contentType.section(u';', 0, 0).trimmed().toLower();
  for (const auto& type : kShortTypes) {
    if (mime == QLatin1String(type.mime)) return QLatin1String(type.name);
  }
  const QString subtype = mime.section(u'/', 1);
  const auto plus = subtype.lastIndexOf(u'+');  // "ld+json" is json to the one who reads the column
  return subtype.isEmpty() ? mime : plus >= 0 ? subtype.mid(plus + 1) : subtype;
}

struct Phrase {
  int status;
  const char* text;
};
// RFC 9110 and its companions, in the wording of the IANA registry.
constexpr Phrase kPhrases[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {511, "Network Authentication Required"},
};

bool answeredByUpstream(const store::ExchangeRow& row) {
  return row.kind == capture::Kind::Tunnel ? row.phases.connectedUs >= 0 : row.phases.responseHeadUs >= 0;
}

}  // namespace

QString stateText(const store::ExchangeRow& row) {
  switch (row.state) {
    case store::State::Running: return row.kind == capture::Kind::Tunnel ? tr("Tunnel open") : tr("Running");
    case store::State::Complete: return row.kind == capture::Kind::Tunnel ? tr("Tunnel closed") : tr("Complete");
    case store::State::Failed: return tr("Failed");
    // Where upstream never answered, the status is our own 502 or 504: for the user that is a failure.
    case store::State::CutOff: return answeredByUpstream(row) ? tr("Cut off") : tr("Failed");
  }
  return {};
}

QString typeText(const store::ExchangeRow& row) {
  if (row.kind == capture::Kind::Tunnel) return tr("tunnel");
  return shortTypeOf(visibleLine(row.contentType, 128));
}

QString hostText(const store::ExchangeRow& row) {
  QString host = visibleLine(row.host, 256);
  if (host.contains(u':')) host = u'[' + host + u']';
  const int usual = row.kind == capture::Kind::Tunnel ? 443 : 80;
  return row.port == 0 || row.port == usual ? host : host + u':' + QString::number(row.port);
}

QString programText(const std::string& path) {
  const auto slash = path.find_last_of("/\\");
  return visibleLine(slash == std::string::npos ? path : path.substr(slash + 1), 64);
}

// A switch of protocols that succeeded is one to WebSocket: others are recorded as tunnels.
QString protocolText(const store::ExchangeRow& row) {
  if (row.kind == capture::Kind::Tunnel) return tr("tunnel");
  const bool secure = row.scheme == "https" || row.scheme == "wss";
  if (row.status == 101) return secure ? QStringLiteral("wss") : QStringLiteral("ws");
  return visibleLine(row.scheme, 16);
}

QString profileText(const std::string& json) {
  if (json.empty()) return {};
  const auto profile = throttle::profileFromJson(json);
  return profile ? profileTitle(*profile) : QString();
}

QString profileTip(const std::string& json) {
  const auto profile = throttle::profileFromJson(json);
  return profile ? profileTitle(*profile) + u'\n' + profileSummary(*profile) : QString();
}

QString phraseOf(int status) {
  const auto* found = std::find_if(std::begin(kPhrases), std::end(kPhrases),
                                   [status](const Phrase& phrase) { return phrase.status == status; });
  return found == std::end(kPhrases) ? QString() : QString::fromLatin1(found->text);
}

QString errorText(const Error& error) { return error.code == Code::None ? QString() : visibleLine(describe(error)); }

QString markText(Mark mark) {
  switch (mark) {
    case Mark::None: return {};
    case Mark::Red: return tr("Red");
    case Mark::Orange: return tr("Orange");
    case Mark::Yellow: return tr("Yellow");
    case Mark::Green: return tr("Green");
    case Mark::Blue: return tr("Blue");
    case Mark::Purple: return tr("Purple");
  }
  return {};
}

QString urlText(const store::ExchangeRow& row) { return decodeText({row.url.data(), qsizetype(row.url.size())}); }

std::int64_t durationUs(const store::ExchangeRow& row, WallTime now) {
  if (row.state != store::State::Running) return row.phases.finishedUs;
  return std::max<std::int64_t>(0, (now - row.startedAt).count());
}

std::uint64_t sizeOf(const store::ExchangeRow& row) {
  // What came back is what people look for; a tunnel's bytes cannot be told apart, so both ways count.
  return row.kind == capture::Kind::Tunnel ? row.request.bytes + row.response.bytes : row.response.bytes;
}

}  // namespace sluice::gui
