// What people want to know of a certificate, read from its DER bytes. Any thread. Text is as the certificate has it,
// control bytes made visible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

struct x509_st;

namespace sluice::tls {

struct CertificateFacts {
  std::string subject;     // "CN = example.com, O = Example"
  std::string commonName;  // of the subject; may be empty
  std::string issuer;
  std::vector<std::string> names;  // subject alternative names: host names and addresses
  std::string serial;              // hexadecimal
  std::string key;                 // "EC prime256v1, 256 bits"
  std::string signature;           // "ecdsa-with-SHA256"
  std::string sha256;              // fingerprint, hexadecimal
  WallTime validFrom{};
  WallTime validUntil{};
};

// Errors: Code::TlsFailed when these are not the bytes of a certificate.
Result<CertificateFacts> describeCertificate(std::string_view der);

// Of certificates that stand one after the other; what is no certificate ends them.
std::vector<CertificateFacts> describeChain(std::string_view ders);

// SHA-256, hexadecimal.
std::string digestOf(std::string_view bytes);

// The first certificate of these. Errors: Code::BadArgument when there is none.
Result<std::string> derOfPem(std::string_view pem);

// What clients pin: base64 of the SHA-256 of the public key (RFC 7469 section 2.4). Errors: Code::BadArgument when there is no
// certificate in this PEM.
Result<std::string> publicKeyPin(std::string_view pem);

std::string derOf(const x509_st* certificate);

// "2026-03-01", for messages.
std::string dateOf(WallTime time);

}  // namespace sluice::tls
