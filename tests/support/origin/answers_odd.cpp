// Answers that no decent server gives, and streams that take their time.
#include <array>
#include <string>
#include <utility>

#include "tests/support/origin/visit.h"

namespace sluice::test {
namespace {

std::string lastWord(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Sends `bytes` as they are, ?piece= at a time with ?pauseUs= between, then ?end=close (default), reset or keep.
bool sendRaw(Visit& visit, std::string_view bytes) {
  const auto& request = visit.request;
  const auto piece = std::max<std::uint64_t>(1, request.number("piece", bytes.size()));
  const auto pause = std::chrono::microseconds(request.number("pauseUs", 0));
  for (std::size_t at = 0; at < bytes.size(); at += std::size_t(piece)) {
    if (!visit.stream.write(bytes.substr(at, std::size_t(piece)))) return false;
    if (pause.count() > 0 && !visit.stage.pause(pause)) return false;
  }
  const auto end = request.text("end", "close");
  if (end == "reset") visit.stream.reset();
  if (end == "cut") visit.stream.close();
  return end == "keep";
}

// Responses that break a rule, by name: /bad/NAME.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kBad = {{
    {"garbage", "\x16\x03\x01 this is not HTTP at all\r\n\r\n"},
    {"no-version", "200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"wrong-version", "HTTP/7.3 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"no-status", "HTTP/1.1\r\nContent-Length: 0\r\n\r\n"},
    {"status-letters", "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n"},
    {"status-short", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
    {"two-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
    {"length-negative", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabcd"},
    {"length-overflow", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nabcd"},
    {"length-letters", "HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nabcd"},
    {"chunk-letters", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabcd\r\n0\r\n\r\n"},
    {"chunk-overflow", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabcd\r\n0\r\n\r\n"},
    {"chunk-no-end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcdefgh\r\n0\r\n\r\n"},
    {"chunk-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabcd"},
    {"length-cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"},
    {"head-cut", "HTTP/1.1 200 OK\r\nContent-Le"},
    {"name-space", "HTTP/1.1 200 OK\r\nBad Name: 1\r\nContent-Length: 0\r\n\r\n"},
    {"nul-in-head", std::string_view("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n", 46)},
}};

}  // namespace

// /raw?b=BYTES: exactly these bytes, percent-encoded in the query.
bool answerRaw(Visit& visit) { return sendRaw(visit, visit.request.text("b", "")); }

bool answerBad(Visit& visit) {
  const auto name = lastWord(visit.request.path);
  for (const auto& [known, bytes] : kBad) {
    if (known == name) return sendRaw(visit, bytes);
  }
  std::string names;
  for (const auto& [known, bytes] : kBad) names += std::string(known) + "\n";
  return visit.reply("text/plain", "known are:\n" + names, 404);
}

// /head/N: a response head of about N bytes; ?fields=M spreads them over M fields.
bool answerHead(Visit& visit) {
  const auto size = std::strtoull(lastWord(visit.request.path).c_str(), nullptr, 10);
  const auto fields = std::max<std::uint64_t>(1, visit.request.number("fields", 1));
  std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n";
  for (std::uint64_t i = 0; i < fields; ++i) {
    head += "X-Pad-" + std::to_string(i) + ": " + std::string(std::size_t(size / fields), 'p') + "\r\n";
  }
  return visit.stream.write(head + "\r\nhello");
}

// /interim ?code=103 ?count=2: informational responses before the final one.
bool answerInterim(Visit& visit) {
  const auto code = std::to_string(visit.request.number("code", 103));
  for (std::uint64_t i = 0; i < visit.request.number("count", 1); ++i) {
    visit.stream.write("HTTP/1.1 " + code + " Early\r\nLink: </asset/1/0.css>; rel=preload\r\n\r\n");
  }
  return visit.reply("text/plain", "final\n");
}

// Reads on until the client goes away, and never answers.
bool answerNever(Visit& visit) {
  while (!visit.input.some(65536).empty()) {
  }
  return false;
}

bool answerReset(Visit& visit) {
  visit.stream.reset();
  return false;
}

bool answerNothing(Visit&) { return false; }

// /switch ?to=websocket ?ext= ?say=: 101 to that protocol, perhaps with Sec-WebSocket-Extensions; then says so much, and from
// there on whatever the client says.
bool answerSwitch(Visit& visit) {
  const auto extensions = visit.request.text("ext", "");
  visit.stream.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + visit.request.text("to", "websocket") +
                     "\r\n" + (extensions.empty() ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n") + "\r\n" +
                     visit.request.text("say", ""));
  for (auto piece = visit.input.some(65536); !piece.empty(); piece = visit.input.some(65536)) {
    if (!visit.stream.write(piece)) return false;
  }
  return false;
}

// /events ?count= &size= &intervalUs=: server-sent events of `size` bytes each, the first ones as "data:0\n\n".
// ?gate=NAME: event n+1 leaves only after n acknowledgements (Origin::acknowledge, or GET /gate/NAME).
bool answerEvents(Visit& visit) {
  const auto& request = visit.request;
  const auto gate = request.text("gate", "");
  const auto interval = std::chrono::microseconds(request.number("intervalUs", 0));
  const bool chunked = request.text("framing", "chunked") == "chunked";
  visit.stream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n" +
                     std::string(chunked ? "Transfer-Encoding: chunked" : "Connection: close") + "\r\n\r\n");
  for (std::uint64_t i = 0; i < request.number("count", 10); ++i) {
    if (!gate.empty() && !visit.stage.waitAtGate(gate, i)) return false;
    std::string event = "data:" + std::to_string(i);
    event.resize(std::max<std::size_t>(event.size(), std::size_t(request.number("size", 10)) - 2), '.');
    event += "\n\n";
    char line[20];
    std::snprintf(line, sizeof line, "%zx\r\n", event.size());
    visit.stage.noteSent(gate, monotonicUs());
    if (!visit.stream.write(chunked ? line + event + "\r\n" : event)) return false;
    if (interval.count() > 0 && !visit.stage.pause(interval)) return false;
  }
  return chunked && visit.stream.write("0\r\n\r\n");
}

bool answerGate(Visit& visit) {
  visit.stage.openGate(lastWord(visit.request.path));
  return visit.reply("text/plain", "opened\n");
}

}  // namespace sluice::test
