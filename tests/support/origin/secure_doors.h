// What the origin's TLS listeners show: a certificate that is right for 127.0.0.1, or wrong in one way. Any thread.
#pragma once

#include <asio/ssl.hpp>
#include <memory>
#include <string>

#include "core/codec/tls/authority.h"
#include "tests/support/origin/origin.h"

namespace sluice::test {

class SecureDoors {
 public:
  SecureDoors();
  std::unique_ptr<asio::ssl::context> contextFor(ServerCertificate kind);
  // The authority of all that are not Untrusted or SelfSigned, PEM.
  const std::string& trustedRoots() const { return trusted_.certificatePem(); }

 private:
  tls::Authority trusted_;
  tls::Authority unknown_;
};

}  // namespace sluice::test
