#include "core/engine/proxy_dialogue.h"

#include <asio/ip/address_v6.hpp>
#include <utility>

#include "core/codec/http1/text.h"

namespace sluice::engine {
namespace {

std::string connectRequest(const UpstreamProxy& proxy, const std::string& host, std::uint16_t port) {
  const auto bracketed = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  const auto authority = bracketed + ":" + std::to_string(port);
  std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (proxy.credentials) request += "Proxy-Authorization: " + basicAuthorization(proxy.credentials) + "\r\n";
  return request + "\r\n";
}

socks5::ClientHandshake::Target socksTarget(const std::string& host, std::uint16_t port) {
  std::error_code code;
  const auto v6 = asio::ip::make_address_v6(host, code);
  if (code) return {host, {}, port};
  const auto bytes = v6.to_bytes();
  return {host, std::string(bytes.begin(), bytes.end()), port};
}

}  // namespace

ProxyDialogue::ProxyDialogue(const UpstreamProxy& proxy, const std::string& host, std::uint16_t port) : name_(proxy.name()) {
  switch (proxy.kind) {
    case UpstreamProxy::Kind::Http: output_ = connectRequest(proxy, host, port); break;
    case UpstreamProxy::Kind::Socks5: socks_.emplace(socksTarget(host, port), proxy.credentials); break;
  }
}

std::string ProxyDialogue::takeOutput() { return socks_ ? socks_->takeOutput() : std::exchange(output_, {}); }

Error ProxyDialogue::told(Error error) const {
  error.detail = "upstream proxy " + name_ + ": " + error.detail;
  return error;
}

Result<ProxyDialogue::Fed> ProxyDialogue::feed(Bytes fragment) {
  if (!socks_) return feedHttp(fragment);
  auto fed = socks_->feed(fragment);
  if (!fed) return fail(told(std::move(fed.error())));
  return Fed{fed->state == socks5::ClientHandshake::State::Connected, fed->consumed};
}

Result<ProxyDialogue::Fed> ProxyDialogue::feedHttp(Bytes fragment) {
  std::size_t consumed = 0;
  while (consumed < fragment.size()) {
    auto fed = response_.feed(fragment.subspan(consumed));
    if (!fed) return fail(told(std::move(fed.error())));
    consumed += fed->consumed;
    if (fed->state == http1::HeadParser::State::NeedMore) break;
    const int status = response_.head().status();
    // RFC 9110 section 9.3.6: any 2xx, and whatever its fields say, there is no body.
    if (status >= 200 && status < 300) return Fed{true, consumed};
    if (status >= 200 || status == 101) {
      return fail(told({Code::UpstreamProxyRefused, Side::Upstream, 0,
                        "answers CONNECT with " + http1::inQuotes(response_.head().startLine())}));
    }
    response_.reset();
  }
  return Fed{false, consumed};
}

}  // namespace sluice::engine
