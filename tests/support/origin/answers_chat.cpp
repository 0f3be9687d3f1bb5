// /chat: a WebSocket that real browsers accept (RFC 6455, RFC 7692), and a page that talks to it.
#include <openssl/evp.h>

#include <array>

#include "tests/support/origin/visit.h"
#include "tests/support/websocket/frames.h"

namespace sluice::test {
namespace {

// The picture is there once something was heard, and with it the page.
constexpr const char* kPage = R"html(<!doctype html><title>Chat</title><link rel=icon href='data:,'><body>
<img src="/events?count=2&gate=chat">
<script>
const socket = new WebSocket(location.href.replace(/^http/, 'ws'));
socket.onopen = () => socket.send('the same words, '.repeat(20));
socket.onmessage = message => {
  document.body.append('heard ' + message.data.length);
  socket.close(1000, 'enough');
};
socket.onclose = () => fetch('/gate/chat');
</script></body>
)html";

// RFC 6455 section 4.2.2.
std::string acceptOf(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string accept((size + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(accept.data()), digest.data(), static_cast<int>(size));
  return accept;
}

// A masked frame of less than 64 KiB: its first byte and its payload, unmasked; nothing at the end of the stream.
std::optional<std::pair<int, std::string>> readFrame(Input& input) {
  const auto octet = [](char c) { return static_cast<unsigned char>(c); };
  const auto head = input.exactly(2);
  if (head.size() < 2) return std::nullopt;
  std::size_t length = octet(head[1]) & 127u;
  if (length == 126) {
    const auto more = input.exactly(2);
    if (more.size() < 2) return std::nullopt;
    length = octet(more[0]) * 256u + octet(more[1]);
  }
  const auto key = input.exactly(4);
  auto payload = input.exactly(length);
  if (key.size() < 4 || payload.size() < length) return std::nullopt;
  for (std::size_t i = 0; i < length; ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return std::pair(int(octet(head[0])), payload);
}

}  // namespace

bool answerChat(Visit& visit) {
  const auto key = visit.request.head.header("sec-websocket-key");
  if (key.empty()) return visit.reply("text/html; charset=utf-8", kPage);
  const bool deflates = visit.request.head.header("sec-websocket-extensions").find("permessage-deflate") != std::string::npos;
  // Without contexts that last, what came compressed can go back as it is.
  visit.stream.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " +
                     acceptOf(key) + "\r\n" +
                     (deflates ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
                               : "") +
                     "\r\n");
  constexpr int kOpcode = 15, kClose = 8;
  while (const auto came = readFrame(visit.input)) {
    if (!visit.stream.write(frame(came->first, came->second)) || (came->first & kOpcode) == kClose) return false;
  }
  return false;
}

}  // namespace sluice::test
