#include "tests/support/origin/secure_doors.h"

#include <chrono>

namespace sluice::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kYear = 24h * 365;

WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

void speakOnlyOldTls(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
}

}  // namespace

SecureDoors::SecureDoors() : trusted_(std::move(*tls::Authority::make(now()))), unknown_(std::move(*tls::Authority::make(now()))) {}

std::unique_ptr<asio::ssl::context> SecureDoors::contextFor(ServerCertificate kind) {
  const std::string host = "127.0.0.1";
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  auto identity = trusted_.leafFor(host, now());
  switch (kind) {
    case ServerCertificate::Right: break;
    case ServerCertificate::Expired: {
      auto earlier = tls::Authority::fromPem(trusted_.certificatePem(), *trusted_.keyPem());  // without a leaf of today
      identity = earlier->leafFor(host, now() - kYear);
      break;
    }
    case ServerCertificate::WrongHost: identity = trusted_.leafFor("wrong.example", now()); break;
    case ServerCertificate::Untrusted: identity = unknown_.leafFor(host, now()); break;
    case ServerCertificate::SelfSigned: identity = tls::makeRefusal(host, "nothing", now()); break;
    case ServerCertificate::WantsClients:
      SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      break;
    case ServerCertificate::OldTls: speakOnlyOldTls(native); break;
  }
  SSL_CTX_use_certificate(native, identity->certificate());
  SSL_CTX_use_PrivateKey(native, identity->key());
  return context;
}

}  // namespace sluice::test
