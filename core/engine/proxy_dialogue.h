// What is said to an upstream proxy before it passes bytes on: CONNECT (RFC 9110 section 9.3.6) or SOCKS5. Takes not one
// byte of what comes behind. No I/O of its own; owned by one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/codec/http1/head_parser.h"
#include "core/codec/socks5/client_handshake.h"
#include "core/engine/upstream_proxy.h"

namespace sluice::engine {

class ProxyDialogue {
 public:
  ProxyDialogue(const UpstreamProxy& proxy, const std::string& host, std::uint16_t port);

  // To be sent now; empty: nothing.
  std::string takeOutput();

  struct Fed {
    bool done = false;         // from here on the bytes are the server's
    std::size_t consumed = 0;  // of this fragment
  };
  // Errors name the proxy; Side::Upstream; final.
  Result<Fed> feed(Bytes fragment);

 private:
  Result<Fed> feedHttp(Bytes fragment);
  Error told(Error error) const;

  const std::string name_;
  std::optional<socks5::ClientHandshake> socks_;
  http1::HeadParser response_{http1::Role::Response};  // without socks_
  std::string output_;
};

}  // namespace sluice::engine
