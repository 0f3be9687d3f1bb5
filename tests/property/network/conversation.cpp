#include "conversation.h"

#include <asio/post.hpp>
#include <filesystem>
#include <iterator>

#include "core/engine/tls_means.h"
#include "tests/support/engine/requests.h"
#include "tests/support/tls/tls_client.h"
#include "tests/support/websocket/frames.h"
#include "tests/support/wire/pattern.h"

namespace sluice::test {
namespace {

constexpr std::size_t kAnswerBytes = 40'000;  // more than two blocks
constexpr std::size_t kPostBytes = 25'000;
constexpr std::size_t kEchoBytes = 150'000;  // enough for a tunnel to take the short way

constexpr const char* kUpgrade =
    " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// RFC 1928, without authentication.
bool socksConnect(Client& client, std::uint16_t port) {
  using namespace std::string_literals;
  if (!client.write("\x05\x01\x00"s) || client.input().exactly(2) != "\x05\x00"s) return false;
  if (!client.write("\x05\x01\x00\x01\x7f\x00\x00\x01"s + char(port >> 8) + char(port & 0xff))) return false;
  const auto reply = client.input().exactly(10);
  return reply.size() == 10 && reply[1] == 0;
}

std::size_t openHandles() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

std::unique_ptr<engine::TlsMeans> Conversation::means() const {
  if (kind_ != Kind::Intercepted) return nullptr;
  return engine::TlsMeans::create({{.intercept = true}, stage_.authority.certificatePem(), stage_.authority.keyPem().value(),
                                   stage_.origin.trustedRoots(), {}})
      .value();
}

std::vector<Conversation::Request> Conversation::requests() const {
  const std::string base = kind_ == Kind::Plain ? stage_.origin.url("") : "";
  const auto get = [&](const std::string& path) {
    return Request{getOf(base + path), path, Pattern(1).text(0, kAnswerBytes)};
  };
  const std::string bytes = "/bytes/" + std::to_string(kAnswerBytes) + "?seed=1";
  const auto posted = Pattern(2).text(0, kPostBytes);
  const std::string echo = "/echo?framing=chunked";
  const auto post = "POST " + base + echo + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kPostBytes) + "\r\n\r\n";
  return {get(bytes + "&piece=9000"),
          {post + posted, echo, posted},
          get(bytes + "&framing=chunked&piece=3000")};
}

std::string Conversation::run() {
  const auto handlesBefore = openHandles();
  SocketFaults faults(plan_);
  std::string fault;
  {
    Proxy proxy(engine::WorkerSettings{}, asio::ip::address_v4::loopback(), means());
    asio::post(proxy.worker().loop(), [] { SocketFaults::actInThisThread(); });
    fault = play(proxy);
    if (fault.empty() && !proxy.waitForConnections(0)) fault = "a connection of the worker hangs";
    proxy.stop();
    if (fault.empty()) fault = judgeRecords(proxy.kept);
  }
  hasFailed_ = somethingFails() && faults.hasFailed();
  disturbed_ = faults.disturbed();
  // The origin's threads close theirs when they see the end.
  if (fault.empty() && !eventually([&] { return openHandles() <= handlesBefore; })) fault = "handles are left open";
  return fault;
}

std::string Conversation::play(Proxy& proxy) {
  session::Entry entry;
  if (kind_ == Kind::Socks) entry.kind = session::Entry::Kind::Socks;
  if (kind_ == Kind::Reverse) {
    entry.kind = session::Entry::Kind::Reverse;
    entry.origin = session::httpOrigin("127.0.0.1", stage_.origin.port());
  }
  Client client(entry.kind == session::Entry::Kind::Regular ? proxy.port : proxy.serveToo(std::move(entry)));
  switch (kind_) {
    case Kind::Plain:
    case Kind::Reverse: return askAll(client);
    case Kind::Socks:
      if (socksConnect(client, stage_.origin.port())) return askAll(client);
      return somethingFails() ? "" : "no connection over SOCKS";
    case Kind::Intercepted: return askAllInsideTls(client);
    case Kind::Tunnel: return echo(client);
    case Kind::WebSocket: return chat(client);
  }
  return {};
}

std::string Conversation::judge(const std::optional<Reply>& reply, const Request& request) {
  const bool whole = reply && reply->summary.complete;
  broken_ = !whole || reply->status() != 200;
  if (broken_ && !somethingFails()) return "no whole answer to " + request.path;
  // 400: of a request that ended early.
  if (broken_) return whole && reply->status() < 400 ? "status " + std::to_string(reply->status()) + " of " + request.path : "";
  if (reply->body != request.answer) return "the answer to " + request.path + " is not what the origin sent";
  ++whole_;
  return {};
}

std::string Conversation::askAll(Client& client) {
  for (const auto& request : requests()) {
    auto fault = judge(client.ask(request.text), request);
    if (client.failure() == std::error_code(asio::error::timed_out).message()) return "the client waits for ever";
    if (!fault.empty() || broken_) return fault;
  }
  return {};
}

std::string Conversation::askAllInsideTls(Client& client) {
  const bool stands = client.tunnel("127.0.0.1:" + std::to_string(stage_.tlsPort));
  if (!stands) return somethingFails() ? "" : "no tunnel";
  TlsClient secure(client, stage_.authority.certificatePem(), "127.0.0.1");
  if (!secure.shakeHands()) return somethingFails() ? "" : "no handshake: " + secure.session().error().detail;
  for (const auto& request : requests()) {
    auto fault = judge(secure.ask(request.text), request);
    if (!fault.empty() || broken_) return fault;
  }
  secure.finish();
  const bool inOrder = secure.input().rest().empty() && secure.endedInOrder();
  return inOrder || somethingFails() ? "" : "no farewell";
}

// What a peer ends in order is the whole of it; what the network breaks must not look like that.
std::string Conversation::echo(Client& client) {
  if (!client.tunnel("127.0.0.1:" + std::to_string(stage_.origin.rawPort()))) return somethingFails() ? "" : "no tunnel";
  const auto text = Pattern(3).text(0, kEchoBytes);
  const bool taken = client.write("echo\n" + text);
  return judgeEcho(client, text, taken);
}

std::string Conversation::chat(Client& client) {
  const auto head = client.write("GET " + stage_.origin.url("/switch") + kUpgrade) ? readHead(client.input()) : std::nullopt;
  // 502: of an origin that did not answer.
  if (!head || head->status() != 101) return somethingFails() ? "" : "the protocol was not switched";
  std::string frames;
  while (frames.size() < kEchoBytes) frames += frame(kFin | 2, Pattern(4).text(frames.size(), 20'000), true);
  return judgeEcho(client, frames, client.write(frames));
}

std::string Conversation::judgeEcho(Client& client, const std::string& text, bool taken) {
  client.finish();
  echoed_ = text.size();
  const auto came = client.input().rest();
  if (client.failure() == std::error_code(asio::error::timed_out).message()) return "the client waits for ever";
  if (text.rfind(came, 0) != 0) return "other bytes came back";
  if (came == text) {
    ++whole_;
    return {};
  }
  if (!somethingFails()) return "only " + std::to_string(came.size()) + " bytes came back";
  const bool looksWhole = taken && client.ended() && plan_.failure != SocketFaults::Failure::End;
  return looksWhole ? "what was cut after " + std::to_string(came.size()) + " bytes looks whole" : "";
}

std::string Conversation::judgeRecords(Kept& kept) const {
  const auto starts = kept.all<capture::ExchangeStarted>();
  const auto ends = kept.all<capture::ExchangeEnded>();
  if (starts.size() != ends.size()) return "not every exchange that began has ended";
  std::size_t whole = 0;
  for (const auto& start : starts) {
    const auto end = std::find_if(ends.begin(), ends.end(), [&](const auto& each) { return each.exchange == start.exchange; });
    if (end == ends.end()) return "an exchange has no end";
    if (end->error.code != Code::None) continue;
    const bool raw = start.kind == capture::Kind::Tunnel || kind_ == Kind::WebSocket;
    if (raw && plan_.failure == SocketFaults::Failure::End) continue;  // wherever a peer ends, that is all of it
    ++whole;
    const auto bytes = raw ? echoed_ : start.path.rfind("/echo", 0) == 0 ? kPostBytes : kAnswerBytes;
    const auto recorded = end->response.bytes;
    if (recorded != bytes) return start.url + " is recorded as whole with " + std::to_string(recorded) + " bytes";
  }
  return whole > whole_ ? "more is recorded as whole than came whole" : "";
}

}  // namespace sluice::test
