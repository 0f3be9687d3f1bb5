// The well-behaved answers.
#include <algorithm>
#include <array>

#include "tests/support/origin/body_sender.h"
#include "tests/support/origin/visit.h"
#include "tests/support/wire/pattern.h"

namespace sluice::test {
namespace {

constexpr std::uint64_t kEchoBytesMax = 64 * 1024 * 1024;  // an echo is kept in memory

// "/bytes/1000/x" -> {"bytes", "1000"}
std::pair<std::string, std::string> splitPath(const std::string& path) {
  const auto first = path.substr(std::min<std::size_t>(1, path.size()));
  const auto slash = first.find('/');
  if (slash == first.npos) return {first, ""};
  return {first.substr(0, slash), first.substr(slash + 1)};
}

std::uint64_t numberInPath(const Request& request) {
  return std::strtoull(splitPath(request.path).second.c_str(), nullptr, 10);
}

std::string statusLine(std::uint64_t status) { return "HTTP/1.1 " + std::to_string(status) + " Answer\r\n"; }

void pauseBeforeHead(Visit& visit) {
  const auto delay = visit.request.number("headDelayMs", 0);
  if (delay > 0) visit.stage.pause(std::chrono::milliseconds(delay));
}

std::string jsonText(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\r') {
      result += "\\r";
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + "\"";
}

struct AssetKind {
  const char* extension;
  const char* type;
  const char* body;
};

constexpr std::array<AssetKind, 4> kAssetKinds = {{
    {"css", "text/css", "body { font-family: sans-serif; margin: 2em }\n"},
    {"js", "text/javascript", "document.title = document.title + '.';\n"},
    {"svg", "image/svg+xml",
     "<svg xmlns='http://www.w3.org/2000/svg' width='32' height='32'><circle cx='16' cy='16' r='12'/></svg>\n"},
    {"json", "application/json", "{\"items\": [1, 2, 3], \"next\": null}\n"},
}};

std::string assetElement(std::uint64_t page, std::uint64_t index) {
  const auto& kind = kAssetKinds[index % kAssetKinds.size()];
  const auto url = "/asset/" + std::to_string(page) + "/" + std::to_string(index) + "." + kind.extension;
  switch (index % kAssetKinds.size()) {
    case 0: return "<link rel=stylesheet href='" + url + "'>\n";
    case 1: return "<script src='" + url + "'></script>\n";
    case 2: return "<img alt='' src='" + url + "'>\n";
    default: return "<script>fetch('" + url + "')</script>\n";
  }
}

}  // namespace

bool Visit::wantsClose() const { return request.head.header("connection") == "close" || request.has("close"); }

bool Visit::reply(std::string_view type, std::string_view body, int status) {
  std::string response = statusLine(request.number("status", std::uint64_t(status)));
  response += "Content-Type: " + std::string(type) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  if (wantsClose()) response += "Connection: close\r\n";
  response += "\r\n";
  if (request.method != "HEAD") response += body;
  return stream.write(response) && !wantsClose();
}

// GET /bytes/N ?seed= and everything of BodyPlan, ?headDelayMs= ?bodyDelayMs= ?status= ?close=1
bool answerBytes(Visit& visit) {
  const auto& request = visit.request;
  const Pattern pattern(request.number("seed", 0));
  const auto plan = BodyPlan::fromQuery(request, numberInPath(request));
  std::string head = statusLine(request.number("status", 200));
  head += "Content-Type: " + request.text("type", "application/octet-stream") + "\r\n" + plan.framingField();
  if (plan.framing == BodyPlan::Framing::Close || visit.wantsClose()) head += "Connection: close\r\n";
  head += "\r\n";
  pauseBeforeHead(visit);
  if (!visit.stream.write(head)) return false;
  if (request.method == "HEAD") return !visit.wantsClose();
  visit.stage.pause(std::chrono::milliseconds(request.number("bodyDelayMs", 0)));
  const auto fill = [&](std::uint64_t offset, MutableBytes into) { pattern.fill(offset, into); };
  return sendBody(visit.stream, visit.stage, plan, fill) && !visit.wantsClose();
}

// POST /upload: the size and SHA-256 of the body. ?early=1 answers 413 before reading it; ?rate= reads slowly;
// ?resetAt=N and ?closeAt=N break off after N bytes. Answers Expect: 100-continue.
bool answerUpload(Visit& visit) {
  const auto& request = visit.request;
  if (request.has("early")) {
    const std::string body = "enough\n";
    visit.stream.write("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n" + body);
    readBody(request.head, WithoutLength::NoBody, visit.input, [](Bytes) { return true; });
    return false;
  }
  if (request.head.header("expect") == "100-continue") visit.stream.write("HTTP/1.1 100 Continue\r\n\r\n");
  const auto resetAt = request.number("resetAt", UINT64_MAX);
  const auto closeAt = request.number("closeAt", UINT64_MAX);
  const auto rate = request.number("rate", 0);
  Sha256 digest;
  std::uint64_t taken = 0;
  const auto body = readBody(request.head, WithoutLength::NoBody, visit.input, [&](Bytes piece) {
    digest.update(piece);
    taken += piece.size();
    if (rate > 0) visit.stage.pause(std::chrono::microseconds(piece.size() * 1'000'000 / rate));
    return taken < std::min(resetAt, closeAt);
  });
  if (taken >= resetAt) visit.stream.reset();
  if (!body.complete) return false;
  pauseBeforeHead(visit);
  return visit.reply("application/json",
                     "{\"size\":" + std::to_string(body.size) + ",\"sha256\":\"" + digest.hex() + "\",\"framing\":\"" +
                         body.framing + "\",\"chunks\":" + std::to_string(body.chunks) + ",\"extensions\":" +
                         jsonText(body.extensions) + ",\"trailers\":" + jsonText(body.trailers) + "}\n");
}

// POST /echo: the body comes back, in the framing of ?framing=.
bool answerEcho(Visit& visit) {
  std::string kept;
  const auto body = readBody(visit.request.head, WithoutLength::NoBody, visit.input, [&](Bytes piece) {
    kept += asText(piece);
    return kept.size() <= kEchoBytesMax;
  });
  if (!body.complete) return false;
  const auto plan = BodyPlan::fromQuery(visit.request, kept.size());
  const auto type = visit.request.head.header("content-type");
  visit.stream.write("HTTP/1.1 200 OK\r\n" + (type.empty() ? "" : "Content-Type: " + type + "\r\n") +
                     plan.framingField() + "\r\n");
  return sendBody(visit.stream, visit.stage, plan, [&](std::uint64_t offset, MutableBytes into) {
    std::copy_n(asBytes(kept).begin() + std::ptrdiff_t(offset), into.size(), into.begin());
  });
}

// /mirror: the request head exactly as it arrived.
bool answerMirror(Visit& visit) {
  readBody(visit.request.head, WithoutLength::NoBody, visit.input, [](Bytes) { return true; });
  return visit.reply("text/plain", visit.request.head.raw);
}

// /connection: which connection of this origin, and which request on it.
bool answerConnection(Visit& visit) {
  pauseBeforeHead(visit);
  return visit.reply("application/json", "{\"connection\":" + std::to_string(visit.connection) +
                                             ",\"request\":" + std::to_string(visit.requestOnConnection) + "}\n");
}

// /page/N: a page of N resources, /asset/N/1 to /asset/N/N.
bool answerPage(Visit& visit) {
  const auto count = numberInPath(visit.request);
  std::string body = "<!doctype html><html><head><title>Page</title><link rel=icon href='data:,'>\n</head><body>\n";
  for (std::uint64_t i = 1; i <= count; ++i) body += assetElement(count, i);
  return visit.reply("text/html; charset=utf-8", body + "</body></html>\n");
}

bool answerAsset(Visit& visit) {
  const auto dot = visit.request.path.rfind('.');
  const auto extension = dot == std::string::npos ? "" : visit.request.path.substr(dot + 1);
  for (const auto& kind : kAssetKinds) {
    if (extension == kind.extension) return visit.reply(kind.type, kind.body);
  }
  return visit.reply("text/plain", "no such asset\n", 404);
}

bool answer(Visit& visit) {
  struct Route {
    std::string_view word;
    bool (*run)(Visit&);
  };
  static constexpr std::array<Route, 18> kRoutes = {{
      {"bytes", answerBytes},
      {"upload", answerUpload},
      {"echo", answerEcho},
      {"mirror", answerMirror},
      {"page", answerPage},
      {"connection", answerConnection},
      {"asset", answerAsset},
      {"events", answerEvents},
      {"gate", answerGate},
      {"raw", answerRaw},
      {"bad", answerBad},
      {"head", answerHead},
      {"never", answerNever},
      {"interim", answerInterim},
      {"nothing", answerNothing},
      {"switch", answerSwitch},
      {"chat", answerChat},
      {"reset", answerReset},
  }};
  const auto word = splitPath(visit.request.path).first;
  for (const auto& route : kRoutes) {
    if (route.word == word) return route.run(visit);
  }
  if (word.empty()) return visit.reply("text/plain", "the origin of the tests\n");
  return visit.reply("text/plain", "nothing is known at " + visit.request.path + "\n", 404);
}

}  // namespace sluice::test
