// Session: why a handshake or a connection failed, as a sentence that names who is to blame and what to do.
#include "core/codec/tls/certificate.h"
#include "core/codec/tls/openssl.h"
#include "core/codec/tls/session.h"

namespace sluice::tls {
namespace {

// RFC 8446 section 6: OpenSSL reports a received alert as a reason of its own, 1000 above its number.
constexpr int kAlerts = 1000;
constexpr int kHandshakeFailure = 40;
constexpr int kBadCertificate = 42;
constexpr int kUnsupportedCertificate = 43;
constexpr int kCertificateExpired = 45;
constexpr int kCertificateUnknown = 46;
constexpr int kUnknownAuthority = 48;
constexpr int kAccessDenied = 49;
constexpr int kProtocolVersion = 70;
constexpr int kInsufficientSecurity = 71;
constexpr int kNoApplicationProtocol = 120;
constexpr int kCertificateRequired = 116;

int alertOf(unsigned long reason) {
  const int number = ERR_GET_REASON(reason) - kAlerts;
  return number >= 0 && number < 256 ? number : -1;
}

std::string reasonText(unsigned long reason) {
  const char* text = ERR_reason_error_string(reason);
  return text != nullptr ? text : "error " + std::to_string(ERR_GET_REASON(reason));
}

bool isMismatch(unsigned long reason) {
  switch (ERR_GET_REASON(reason)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE: return true;
    default: return false;
  }
}

CertificateFacts leafOf(SSL* ssl) {
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  if (chain == nullptr || sk_X509_num(chain) == 0) return {};
  return describeCertificate(derOf(sk_X509_value(chain, 0))).value_or(CertificateFacts{});
}

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text.empty() ? "no name at all" : text;
}

}  // namespace

Error Session::verdict(int outcome) {
  const unsigned long reason = ERR_peek_error();
  const bool cut = transportEnded_ && begin_ == end_;
  ERR_clear_error();
  if (established_ && cut && outcome == 0 && alertOf(reason) < 0) {
    return explain({Code::TlsTruncated, peer(), 0, "the connection ended without a TLS close_notify: what came may be incomplete"});
  }
  return role_ == Role::Client ? verdictOnServer(reason) : verdictOnClient(reason);
}

// A reset that overtakes the alert, or a server that sends none: what it asked for tells what it missed.
Error Session::explain(Error ofTransport) const {
  return leftForWantOfCertificate() ? certificateWantedError() : std::move(ofTransport);
}

Error Session::certificateWantedError() const {
  return {Code::TlsClientCertificateWanted, Side::Upstream, 0,
          target_.host + " asks for a client certificate, and only the client itself has one: let this host pass through"};
}

Error Session::verdictOnServer(unsigned long reason) const {
  const std::string& who = target_.host;
  if (const long result = SSL_get_verify_result(ssl_); !established_ && target_.verify && result != X509_V_OK) {
    return verdictOnCertificate(result);
  }
  if (!established_ && SSL_get_verify_result(ssl_) == X509_V_ERR_APPLICATION_VERIFICATION) {
    return verdictOnCertificate(X509_V_ERR_APPLICATION_VERIFICATION);
  }
  const int alert = alertOf(reason);
  const bool aboutCertificate = alert == kHandshakeFailure || alert == kBadCertificate || alert == kAccessDenied;
  if (alert == kCertificateRequired || (certificateWanted_ && (aboutCertificate || alert == kCertificateUnknown))) {
    return certificateWantedError();
  }
  const bool isAlertOfMismatch = alert == kHandshakeFailure || alert == kProtocolVersion ||
                                 alert == kInsufficientSecurity || alert == kNoApplicationProtocol;
  if (isAlertOfMismatch || isMismatch(reason)) {
    return {Code::TlsProtocolMismatch, Side::Upstream, 0,
            who + " and Sluice have no TLS version or cipher in common (" + reasonText(reason) + "); Sluice speaks TLS 1.2 and 1.3"};
  }
  if (ERR_GET_REASON(reason) == SSL_R_WRONG_VERSION_NUMBER) {
    return {Code::TlsProtocolMismatch, Side::Upstream, 0, who + " does not speak TLS on this port"};
  }
  if (transportEnded_ && leftForWantOfCertificate()) return certificateWantedError();
  if (transportEnded_) return {Code::TlsFailed, Side::Upstream, 0, who + " closed the connection during the TLS handshake"};
  return {Code::TlsFailed, Side::Upstream, 0, who + ": " + reasonText(reason)};
}

Error Session::verdictOnCertificate(long result) const {
  const auto leaf = leafOf(ssl_);
  const std::string& who = target_.host;
  const auto upstream = [](Code code, std::string detail) { return Error{code, Side::Upstream, 0, std::move(detail)}; };
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return upstream(Code::TlsCertificateExpired,
                      "a certificate of " + who + " has expired; its own is valid until " + dateOf(leaf.validUntil));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return upstream(Code::TlsCertificateNotYetValid,
                      "the certificate of " + who + " is valid only from " + dateOf(leaf.validFrom) + " on");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return upstream(Code::TlsCertificateWrongHost, "the certificate is not for " + who + " but for " + joined(leaf.names));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return upstream(Code::TlsCertificateSelfSigned, "the certificate of " + who + " is signed by itself");
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return upstream(Code::TlsCertificateUntrusted,
                      "the certificate of " + who + " was issued by " + leaf.issuer + ", which leads to no root that this system trusts");
    case X509_V_ERR_APPLICATION_VERIFICATION:
      return upstream(Code::TlsCertificateOwn,
                      who + " shows a certificate of Sluice's own CA: it is this proxy, or somebody with its key");
    default:
      return upstream(Code::TlsCertificateInvalid, "the certificate of " + who + ": " + X509_verify_cert_error_string(result));
  }
}

Error Session::verdictOnClient(unsigned long reason) const {
  const auto client = [](Code code, std::string detail) { return Error{code, Side::Client, 0, std::move(detail)}; };
  switch (alertOf(reason)) {
    case kUnknownAuthority:
    case kBadCertificate:
    case kCertificateUnknown:
    case kUnsupportedCertificate:
    case kCertificateExpired:
    case kAccessDenied:
      return client(Code::TlsClientDistrusts, "the client does not trust Sluice's CA (" + reasonText(reason) +
                                                  "): give it the CA certificate, or let this host pass through");
    case kProtocolVersion:
    case kHandshakeFailure:
    case kInsufficientSecurity:
    case kNoApplicationProtocol:
      return client(Code::TlsProtocolMismatch,
                    "the client and Sluice have no TLS version or cipher in common (" + reasonText(reason) + ")");
    default: break;
  }
  if (isMismatch(reason)) {
    return client(Code::TlsProtocolMismatch,
                  "the client and Sluice have no TLS version or cipher in common (" + reasonText(reason) +
                      "); Sluice speaks TLS 1.2 and 1.3");
  }
  if (!established_ && transportEnded_ && wroteAny_) {
    return client(Code::TlsClientPinned,
                  "the client closed the connection when it saw Sluice's certificate, and did not say why: either it does not trust "
                  "Sluice's CA, or it pins certificates, and then this host can only pass through");
  }
  if (transportEnded_) return client(Code::TlsFailed, "the client closed the connection during the TLS handshake");
  return client(Code::TlsFailed, reasonText(reason));
}

}  // namespace sluice::tls
